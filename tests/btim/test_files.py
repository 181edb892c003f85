"""Publishing files: all or nothing."""

from pathlib import Path

import pytest

from btim.errors import FileError
from btim.files import published, published_folder, read_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), published(target) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert target.read_text() == "old"


def test_a_finished_write_replaces_the_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out.json"
    with published(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_a_failed_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), published_folder(tmp_path / "out") as temporary:
        (temporary / "a.csv").write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_finished_folder_keeps_what_it_did_not_write(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with published_folder(target) as temporary:
        (temporary / "sub").mkdir()
        (temporary / "sub" / "a.csv").write_text("a")
    assert sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()) == ["mine.txt", "sub/a.csv"]


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("file")
    with pytest.raises(FileError, match="the output must be a folder"), published_folder(tmp_path / "out"):
        pass


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfname")
    assert read_text(tmp_path / "a.txt") == "name"
