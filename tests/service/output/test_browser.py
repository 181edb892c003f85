import json
import shutil
import subprocess

import pytest

from service.output import write_outputs
from tests.service.output.made import chain

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
         "--host-resolver-rules=MAP * ~NOTFOUND"]  # fmt: skip
BROWSERS_OWN = "not an origin"


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_browser_opens_the_report_without_complaint_or_request(tmp_path):
    report = write_outputs(chain(), tmp_path / "out")[0]
    ran, asked = opened(report, tmp_path)
    assert "Harbour Bank" in ran
    assert asked == []


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_check_itself_sees_a_request_when_there_is_one(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<title>Leaky</title><img src="https://elsewhere.invalid/pixel.png">', encoding="utf-8")
    assert opened(page, tmp_path)[1] == ["https://elsewhere.invalid/pixel.png"]


def opened(page, folder):
    """The page's DOM after loading, and the addresses the page itself asked for; console messages fail."""
    log = folder / "net.json"
    ran = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
         "--enable-logging=stderr", "--window-size=390,844", "--virtual-time-budget=2000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    messages = [line for line in ran.stderr.splitlines() if "CONSOLE" in line and "ERR_NAME_NOT_RESOLVED" not in line]
    assert messages == []
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    params = [event.get("params", {}) for event in events]
    asked = {
        found["url"] for found in params if found.get("initiator", BROWSERS_OWN) != BROWSERS_OWN and "url" in found
    }
    return ran.stdout, sorted(url for url in asked if not url.startswith(("file:", "data:")))
