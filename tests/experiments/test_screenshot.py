import shutil
import struct

import pytest

from btim.errors import FileError
from experiments.screenshot import BROWSERS, HEIGHT, WIDTH, browser, contact_sheet, picture
from service.output import write_outputs
from tests.service.output.made import only, reading_part

HAS_BROWSER = any(map(shutil.which, BROWSERS))


def test_the_sheet_shows_the_top_and_three_sections_of_the_report(tmp_path):
    report = tmp_path / "a & b" / "report.html"
    sheet = contact_sheet(report)
    assert sheet.count("<iframe") == 4
    assert sheet.count("a%20%26%20b/report.html") == 4
    assert [part in sheet for part in ("#demand", "#fund", "#value")] == [True, True, True]


def test_a_missing_report_is_named_and_no_picture_is_left(tmp_path):
    with pytest.raises(FileError, match=r"report\.html"):
        picture(tmp_path / "report.html", tmp_path / "report.png")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_browser_is_said_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileError, match="Chromium is not installed; install it"):
        browser()


@pytest.mark.browser
@pytest.mark.skipif(not HAS_BROWSER, reason="Chromium is not installed")
def test_the_picture_is_a_png_of_four_screens(tmp_path):
    report = write_outputs(only(reading=reading_part()), tmp_path / "out")[0]
    picture(report, tmp_path / "report.png")
    head = (tmp_path / "report.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (2 * WIDTH, 2 * HEIGHT)
