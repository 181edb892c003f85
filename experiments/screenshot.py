"""A picture of a report for the README: four of its screens side by side, taken by Chromium.

Role: `python -m experiments.screenshot FOLDER PICTURE` turns `FOLDER/report.html` into a PNG.
Must not know: how a report is made.
"""

import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from btim.errors import FileError, WaterlineError
from btim.files import existing_file, published

SCREENS = ("", "#demand", "#fund", "#value")
WIDTH, HEIGHT = 1240, 900
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=4000", "--allow-file-access-from-files"),
)
PATIENCE_S = 120
REPORT, ARGUMENTS = "report.html", 2


def browser() -> str:
    """Path of a Chromium.

    Raises:
        FileError: none is installed.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise FileError("Chromium is not installed", remedy="install it (Debian: apt-get install chromium)")
    return found


def contact_sheet(report: Path) -> str:
    """A page of four frames, each scrolled to its section of the report."""
    frames = "".join(
        f'<iframe src="{escape(report.resolve().as_uri() + part)}" width="{WIDTH}" height="{HEIGHT}"></iframe>'
        for part in SCREENS
    )
    style = f"body{{margin:0;width:{2 * WIDTH}px;font-size:0}}iframe{{border:0}}"
    return f'<!doctype html><meta charset="utf-8"><title>Report</title><style>{style}</style>{frames}'


def picture(report: Path, target: Path) -> None:
    """Write the PNG `target`, or nothing.

    Raises:
        FileError: no report there, no Chromium, or Chromium left no picture.
    """
    existing_file(report)
    chromium = browser()
    with tempfile.TemporaryDirectory(prefix="waterline-") as scratch, published(target) as temporary:
        sheet, shot = Path(scratch) / "sheet.html", Path(scratch) / "shot.png"
        sheet.write_text(contact_sheet(report), encoding="utf-8")
        size = f"--window-size={2 * WIDTH},{2 * HEIGHT}"
        command = [chromium, *QUIET, size, f"--user-data-dir={scratch}/profile", f"--screenshot={shot}", sheet.as_uri()]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        if not shot.exists():
            last = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise FileError("Chromium left no picture", file=str(report), value=last, remedy="open the report by hand")
        shutil.copyfile(shot, temporary)


def main() -> None:
    """Take folder and picture from the command line; a refusal is one line and exit code 2."""
    if len(sys.argv) != ARGUMENTS + 1:
        sys.exit("usage: python -m experiments.screenshot FOLDER PICTURE.png")
    try:
        picture(Path(sys.argv[1]) / REPORT, Path(sys.argv[2]))
    except WaterlineError as refusal:
        sys.stderr.write(f"screenshot: {refusal}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
