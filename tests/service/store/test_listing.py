"""Pages: every record once, in order, also while others write; incremental reads miss nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.store import Filter, Query, Store
from service.store.upgrading import upgrade


def pages(store: Store, kind: str, query: Query) -> list[dict[str, object]]:
    found, after = [], None
    while True:
        with store.reading("here") as unit:
            page = unit.lists.page(kind, Query(query.filters, query.sort, after, query.limit, query.fields))
        found += page.rows
        after = page.next
        if after is None:
            return found


def filled(store: Store, stakes: list[int]) -> None:
    rows = [
        {
            "kind": "k",
            "layer": "tower",
            "element": f"e{place}",
            "stake": stake,
            "currency": "GBP",
            "period": "2026",
            "reason": "",
            "action": "",
            "evidence": [],
        }
        for place, stake in enumerate(stakes)
    ]
    with store.writing("here") as unit:
        unit.findings.write("imp", rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stakes=st.lists(st.integers(-3, 3), max_size=12), limit=st.integers(1, 5), falls=st.booleans())
def test_pages_give_every_record_once_in_order(store: Store, stakes: list[int], limit: int, falls: bool) -> None:
    filled(store, stakes)
    found = [
        row["stake"] for row in pages(store, "findings", Query(sort=["-stake" if falls else "stake"], limit=limit))
    ]
    assert found == sorted(stakes, reverse=falls)


def test_a_record_added_while_paging_does_not_repeat_another(store: Store) -> None:
    filled(store, [1, 2, 3, 4])
    with store.reading("here") as unit:
        first = unit.lists.page("findings", Query(sort=["sequence"], limit=2, fields=["element"]))
    with store.writing("here") as unit:
        unit.jobs.ask("peaks", {})
    with store.reading("here") as unit:
        rest = unit.lists.page("findings", Query(sort=["sequence"], limit=9, after=first.next, fields=["element"]))
    assert [row["element"] for row in (*first.rows, *rest.rows)] == ["e0", "e1", "e2", "e3"]


def test_a_change_takes_the_next_sequence_and_a_time_that_never_falls(database_url: str) -> None:
    now = [datetime(2026, 1, 1, 12, tzinfo=UTC)]
    store = Store.open(database_url, clock=lambda: now[0])
    upgrade(store.engine)
    with store.operating() as everyone:
        everyone.ensure("here")
    seen = []
    for hours in (0, 1, -5, 0):
        now[0] += timedelta(hours=hours)
        with store.writing("here") as unit:
            unit.jobs.ask("peaks", {"n": len(seen)})
        with store.reading("here") as unit:
            seen.append(unit.lists.page("jobs", Query(sort=["-sequence"], limit=1)).rows[0])
    assert [row["sequence"] for row in seen] == [1, 2, 3, 4]
    stamps = [row["updated_at"] for row in seen]
    assert stamps == sorted(stamps)
    assert stamps[2] == datetime(2026, 1, 1, 13, tzinfo=UTC)
    store.close()


def test_what_came_after_a_sequence_is_what_changed(store: Store) -> None:
    with store.writing("here") as unit:
        first, _ = unit.jobs.ask("peaks", {"n": 1})
        unit.jobs.ask("peaks", {"n": 2})
    with store.reading("here") as unit:
        seen = max(row["sequence"] for row in unit.lists.page("jobs", Query()).rows)
    with store.writing("here") as unit:
        unit.jobs.request_cancel(first["id"])
    with store.reading("here") as unit:
        later = unit.lists.page("jobs", Query(filters=[Filter("sequence", "gt", seen)])).rows
    assert [(row["id"], row["state"]) for row in later] == [(first["id"], "cancelled")]


def test_a_reading_transaction_sees_one_state_while_others_write(store: Store) -> None:
    with store.reading("here") as unit:
        before = unit.lists.page("jobs", Query()).rows
        with store.writing("here") as other:
            other.jobs.ask("peaks", {})
        assert unit.lists.page("jobs", Query()).rows == before == []
