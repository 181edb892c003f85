"""What one organisation keeps, another neither sees nor changes."""

import pytest

from btim.errors import NotFoundError
from service.store import LISTINGS, Query, Store
from service.store.schema import metadata


def test_a_record_of_another_organisation_does_not_exist(store: Store) -> None:
    with store.writing("here") as unit:
        unit.contents.put_piece("a" * 64, 0, b"ours")
        unit.contents.announce("a" * 64, 4)
        record, is_new = unit.inputs.add("panel", "demand", sha256="a" * 64, size=4, file="d.csv")
        job, _ = unit.jobs.ask("peaks", {"panel": record["id"]})
        unit.audit.append("ann", "input.added", record["id"])
    assert is_new
    with store.writing("there") as unit:
        assert not unit.contents.has("a" * 64)
        for ask in (
            lambda: unit.inputs.get(record["id"]),
            lambda: unit.jobs.get(job["id"]),
            lambda: unit.jobs.request_cancel(job["id"]),
            lambda: unit.inputs.note(record["id"], {"ok": True}),
            lambda: unit.contents.read("a" * 64),
        ):
            with pytest.raises(NotFoundError):
                ask()
        assert unit.inputs.latest("panel", "demand") is None
        assert [kind for kind in LISTINGS if unit.lists.page(kind, Query()).rows] == []
    with store.reading("here") as unit:
        assert unit.contents.read("a" * 64) == b"ours"
        assert [kind for kind in LISTINGS if unit.lists.page(kind, Query()).rows] == ["inputs", "jobs", "audit"]


def test_every_table_is_keyed_by_the_organisation_and_can_be_listed_or_is_known_not_to_be(store: Store) -> None:
    unlisted = {"organisations", "contents", "content_pieces", "idempotency_keys"}
    assert {listing.table.name for listing in LISTINGS.values()} | unlisted == set(metadata.tables)
    for table in metadata.tables.values():
        if table.name != "organisations":
            assert next(iter(table.primary_key.columns)).name == "organisation", table.name


def test_an_unknown_organisation_cannot_write(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no such organisation"), store.writing("nowhere") as unit:
        unit.inputs.add("panel", "demand", sha256="a" * 64, size=4, file="d.csv")
