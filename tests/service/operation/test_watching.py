"""Files dropped into the watched folder arrive once, when they are complete."""

from pathlib import Path

from service.operation.watching import WatchedFolder
from service.store import Query, Store


def watched(store: Store, folder: Path) -> WatchedFolder:
    return WatchedFolder(store, folder, "here", largest=1000)


def names(store: Store) -> list[str]:
    with store.reading("here") as unit:
        return [row["name"] for row in unit.lists.page("reports", Query(sort=["sequence"])).rows]


def jobs(store: Store) -> list[str]:
    with store.reading("here") as unit:
        return [row["kind"] for row in unit.lists.page("jobs", Query()).rows]


def test_a_file_arrives_when_it_has_stood_still_and_asks_to_be_read(store: Store, tmp_path: Path) -> None:
    folder = watched(store, tmp_path)
    (tmp_path / "q2.txt").write_text("The platform saved")
    assert folder.look() == []
    (tmp_path / "q2.txt").write_text("The platform saved $1.2m.")
    assert folder.look() == []
    arrived = folder.look()
    assert (len(arrived), names(store), jobs(store)) == (1, ["q2.txt"], ["reading"])
    with store.reading("here") as unit:
        assert unit.contents.read(unit.reports.get(arrived[0])["sha256"]) == b"The platform saved $1.2m."
    assert folder.look() == []


def test_the_same_content_is_read_once_also_after_a_restart(store: Store, tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "q2.txt").write_text("same")
    (tmp_path / "team" / "copy.txt").write_text("same")
    for folder in (watched(store, tmp_path), watched(store, tmp_path)):
        folder.look()
        folder.look()
    assert (names(store), jobs(store)) == (["q2.txt"], ["reading"])


def test_a_changed_file_is_another_report(store: Store, tmp_path: Path) -> None:
    folder = watched(store, tmp_path)
    for text in ("first", "second version"):
        (tmp_path / "q2.txt").write_text(text)
        folder.look()
        folder.look()
    assert names(store) == ["q2.txt", "q2.txt"]


def test_what_is_no_finished_report_is_left_alone(store: Store, tmp_path: Path) -> None:
    for name in (".hidden.txt", "~lock.docx", "big.part", "x.tmp"):
        (tmp_path / name).write_text("text")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "large.txt").write_text("x" * 1001)
    (tmp_path / "elsewhere.txt").symlink_to("/etc/hostname")
    folder = watched(store, tmp_path)
    folder.look()
    assert (folder.look(), names(store)) == ([], [])
