"""A backup holds the store as it was at one moment; restoring gives it back, on either database."""

import gzip
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from btim.errors import ConflictError, FileError
from service.store import LISTINGS, Query, Store
from service.store.backup import backup, restore

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.reading("here") as unit:
        return {
            kind: sorted(
                (unit.lists.page(kind, Query(fields=LISTINGS[kind].fields, limit=1000)).rows), key=lambda row: repr(row)
            )
            for kind in LISTINGS
        }


def filled(store: Store) -> None:
    with store.writing("here") as unit:
        unit.contents.put_piece("a" * 64, 0, bytes(range(256)))
        unit.contents.announce("a" * 64, 256)
        unit.inputs.add("rates", "rates", sha256="a" * 64, size=256, file="rates.csv", settings={"名": "值"})
        problem = {"name": "p", "currency": "GBP", "candidates": [{"id": "P-1", "name": "O'Neil \\ ☂"}]}
        portfolio, _ = unit.portfolios.add("p", problem, "s")
        parent = unit.scenarios.add("parent", portfolio["id"], ["x=1"], actor="ann")
        unit.scenarios.add("child", portfolio["id"], [], actor="ann", parent=parent["id"])
        unit.scenarios.change(parent["id"], 1, {"note": "later than its child"}, actor="ann")
        unit.audit.append("ann", "made", parent["id"])
        unit.jobs.ask("peaks", {"n": 1})
        panel = unit.panels.ensure("d", {})["id"]
        row = {"unique_id": "a", "ds": "1", "y": 0.1, "tower": "", "unit": "", "capacity": None, "statistic": ""}
        unit.panels.upsert(panel, [{**row, "censored": True}], sha256="x")


def test_what_was_backed_up_is_restored(store: Store, database_url: str, tmp_path: Path) -> None:
    filled(store)
    counts = backup(store, tmp_path / "b.tar.gz", NOW)
    other = Store.open(database_url)
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    assert restore(other, tmp_path / "b.tar.gz") == counts
    assert everything(other) == everything(store)
    with other.reading("here") as unit:
        assert unit.contents.read("a" * 64) == bytes(range(256))
    with other.writing("here") as unit:
        assert not unit.jobs.ask("peaks", {"n": 1})[1]
    other.close()


def test_a_backup_taken_while_others_write_holds_one_moment(store: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with store.writing("here") as unit:
                number += 1
                job = unit.jobs.ask("peaks", {"n": number})[0]["id"]
                unit.audit.append("ann", "job.asked", job)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        counts = [backup(store, tmp_path / f"{turn}.tar.gz", NOW) for turn in range(5)]
    finally:
        stop.set()
        thread.join()
    assert all(count["jobs"] == count["audit"] for count in counts)


def test_a_store_that_holds_something_is_not_written_over(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "b.tar.gz", NOW)
    with pytest.raises(ConflictError, match="not empty"):
        restore(store, tmp_path / "b.tar.gz")


@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_damaged_backup_restores_nothing(store: Store, tmp_path: Path, harm: str) -> None:
    filled(store)
    file = tmp_path / "b.tar.gz"
    backup(store, file, NOW)
    raw = gzip.decompress(file.read_bytes())
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    elif harm == "changed":
        file.write_bytes(gzip.compress(raw.replace(b'"x=1"', b'"x=2"')))
    else:
        file.write_bytes(b"PK\x03\x04 not a backup")
    other = Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}")
    with pytest.raises(FileError):
        restore(other, file)
    with other.overseeing() as everyone:
        assert everyone.names() == []
    other.close()
