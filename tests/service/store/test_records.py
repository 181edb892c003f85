"""What the repositories keep: versions, history, decisions."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from btim.errors import ConflictError, SchemaError, UnknownReferenceError, ValueFormatError
from service.store import Filter, Query, Store
from service.store.idempotency import KeptAnswer


def cell(series: str, ds: str, y: float | None, **more: Any) -> dict[str, Any]:
    fixed = {"tower": "Compute", "unit": "GHz", "capacity": None, "censored": None, "statistic": "mean"}
    return {"unique_id": series, "ds": ds, "y": y, **fixed, **more}


def problem(count: int = 2) -> dict[str, Any]:
    candidates = [{"id": f"P-{n}", "tower": "Compute", "options": [{"id": "full", "value": n}]} for n in range(count)]
    return {"name": "FY27", "currency": "GBP", "candidates": candidates, "limits": {}, "objective": {}}


def event(id_: str, band: str = "post", value: str = "100") -> dict[str, Any]:
    text_fields = {"metric": "cost_saving", "kind": "saving", "direction": "down", "status": "realised"}
    sure = {"confidence": 0.9, "band": band, "assurance": "stated"}
    return {"id": id_, "evidence": [0, 4], "solution": "sol-a", "value": value, "unit": "money", **text_fields, **sure}


def test_a_panel_keeps_what_was_known_before(store: Store) -> None:
    with store.writing("here") as unit:
        panel = unit.panels.ensure("demand", {"freq": "d"})["id"]
        first = unit.panels.upsert(panel, [cell("a", "2026-01-01", 1.0), cell("a", "2026-01-02", 2.0)], sha256="1")
    with store.writing("here") as unit:
        rows = [cell("a", "2026-01-02", 2.5), cell("a", "2026-01-03", 3.0), cell("a", "2026-01-01", 1.0)]
        second = unit.panels.upsert(panel, rows, sha256="2")
    with store.writing("here") as unit:
        again = unit.panels.upsert(panel, rows, sha256="2")
    assert [(w.version, w.new, w.changed, w.same) for w in (first, second, again)] == [
        (1, 2, 0, 0),
        (2, 1, 1, 1),
        (2, 0, 0, 3),
    ]
    with store.reading("here") as unit:
        assert [(row["ds"], row["y"]) for row in unit.panels.rows(panel)] == [
            ("2026-01-01", 1.0),
            ("2026-01-02", 2.5),
            ("2026-01-03", 3.0),
        ]
        assert [row["y"] for row in unit.panels.rows(panel, 1)] == [1.0, 2.0]
        record = unit.panels.get(panel)
    assert (record["series"], record["rows"], record["last_ds"]) == (1, 3, "2026-01-03")


def test_rows_made_for_another_version_of_a_panel_are_refused(store: Store) -> None:
    with store.writing("here") as unit:
        panel = unit.panels.ensure("demand", {})["id"]
        unit.panels.upsert(panel, [cell("a", "1", 1.0)], sha256="1")
    with pytest.raises(ConflictError, match="the panel has changed"), store.writing("here") as unit:
        unit.panels.upsert(panel, [cell("a", "2", 1.0)], sha256="2", version=0)


def test_a_later_import_of_the_same_name_is_the_latest(store: Store) -> None:
    header = {
        "title": "Books",
        "currency": "GBP",
        "digits": 2,
        "first_month": "2026-01",
        "last_month": "2026-02",
        "closed_through": "",
        "synthetic": False,
        "rows_in": 2,
        "rows_out": 2,
        "reconciled": True,
        "unmapped_share": "0",
        "sources": [],
        "facts": {},
        "job": "",
    }
    keys = {"expenditure": "opex", "tower": "", "solution": "", "consumer": "", "metered": None, "size": None}
    views = [
        {"view": "finance", "month": "2026-01", "pool": "Staffing", "amount": 100, "plan": 90, **keys},
        {"view": "finance", "month": "2026-02", "pool": "Staffing", "amount": 50, "plan": None, **keys},
        {"view": "finance", "month": "2026-02", "pool": "Hardware", "amount": 700, "plan": None, **keys},
    ]
    with store.writing("here") as unit:
        old = unit.ledgers.add("books", header, [], [])
        new = unit.ledgers.add("books", header, [], views)
        assert (old["version"], new["version"]) == (1, 2)
        assert unit.ledgers.get(old["id"])["latest"] is False
        assert (unit.ledgers.latest("books") or {})["id"] == new["id"]
        sums = unit.ledgers.sums(new["id"], "finance", ["pool"], "2026-01", "2026-02")
        assert [(row["pool"], row["amount"], row["plan"]) for row in sums] == [
            ("Hardware", 700, None),
            ("Staffing", 150, 90),
        ]


def test_an_adopted_scenario_never_changes(store: Store) -> None:
    with store.writing("here") as unit:
        portfolio, _ = unit.portfolios.add("FY27", problem(), "a")
        made = unit.scenarios.add("minus 10", portfolio["id"], ["budget=-10%"], actor="ann")
        with pytest.raises(ConflictError, match="no recommendation"):
            unit.scenarios.adopt(made["id"], 1, business="Bo", technology="Ti", actor="ann")
        facts = {"problem_sha256": "x", "status": "optimal", "objective": 1.0, "solver": "s", "settings": {}, "job": ""}
        answer = unit.recommendations.add("recommendation", portfolio["id"], {"status": "optimal"}, **facts)
        assert unit.scenarios.attach(made["id"], 1, answer["id"])
        changed = unit.scenarios.change(made["id"], 1, {"changes": ["budget=-12%"]}, actor="bob")
        assert (changed["version"], changed["recommendation"]) == (2, None)
        assert not unit.scenarios.attach(made["id"], 1, answer["id"])
        assert unit.scenarios.attach(made["id"], 2, answer["id"])
        with pytest.raises(SchemaError, match="both must sign"):
            unit.scenarios.adopt(made["id"], 2, business="Bo", technology=" ", actor="ann")
        adopted = unit.scenarios.adopt(made["id"], 2, business="Bo", technology="Ti", actor="ann")
        assert (adopted["state"], adopted["version"]) == ("adopted", 3)
        with pytest.raises(ConflictError, match="never changes"):
            unit.scenarios.change(made["id"], 3, {"note": "x"}, actor="ann")
    with pytest.raises(IntegrityError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text("UPDATE scenarios SET note = 'changed behind the back'"))
    with store.reading("here") as unit:
        history = unit.lists.page("scenario_versions", Query(sort=["version"])).rows
    assert [row["body"]["changes"] for row in history] == [["budget=-10%"], ["budget=-12%"], ["budget=-12%"]]


def test_two_who_change_one_scenario_do_not_overwrite_each_other(store: Store) -> None:
    with store.writing("here") as unit:
        portfolio, _ = unit.portfolios.add("FY27", problem(), "a")
        made = unit.scenarios.add("minus 10", portfolio["id"], [], actor="ann")
        unit.scenarios.change(made["id"], 1, {"note": "first"}, actor="ann")
        with pytest.raises(ConflictError, match="it is at 2"):
            unit.scenarios.change(made["id"], 1, {"note": "second"}, actor="bob")


def test_a_scenario_rests_on_its_own_organisations_portfolio(store: Store) -> None:
    with store.writing("there") as unit:
        portfolio, _ = unit.portfolios.add("FY27", problem(), "a")
    with pytest.raises(ConflictError), store.writing("here") as unit:
        unit.scenarios.add("theirs", portfolio["id"], [], actor="ann")


def test_an_unchanged_portfolio_stays_the_version_it_is(store: Store) -> None:
    with store.writing("here") as unit:
        first, was_new = unit.portfolios.add("FY27", problem(), "a")
        same, is_new = unit.portfolios.add("FY27", problem(), "a")
        other, _ = unit.portfolios.add("FY27", problem(3), "b")
        assert (was_new, is_new, same["id"] == first["id"], other["version"]) == (True, False, True, 2)
        page = unit.lists.page("candidates", Query(filters=[Filter("portfolio", "eq", other["id"])]))
        assert [row["id"] for row in page.rows] == ["P-0", "P-1", "P-2"]


def test_what_a_person_decided_survives_another_reading(store: Store) -> None:
    facts = {"text": "", "body": {}, "model": "m", "catalogue_version": "c", "job": ""}
    with store.writing("here") as unit:
        report, is_new = unit.reports.add("q2.txt", sha256="a", size=1, source="upload")
        assert is_new
        assert unit.reports.add("copy.txt", sha256="a", size=1, source="folder") == (report, False)
        unit.reports.read(report["id"], facts, [event("e1", "review"), event("e2"), event("e3")])
        decided = unit.value_events.review(
            "e1", 1, "reject", actor="fin", note="double", corrections={"solution": "sol-b"}
        )
        assert (decided["state"], decided["solution"]) == ("rejected", "sol-b")
        with pytest.raises(ConflictError, match="it is at 2"):
            unit.value_events.review("e1", 1, "confirm", actor="ops")
    with store.writing("here") as unit:
        posted = unit.reports.read(report["id"], facts, [event("e1"), event("e2", value="120")])
        states = {
            row["id"]: (row["state"], row["value"], row["version"])
            for row in unit.lists.page("value_events", Query()).rows
        }
        reviews = unit.lists.page("event_reviews", Query()).rows
    assert posted == 2
    assert states == {"e1": ("rejected", "100", 2), "e2": ("posted", "120", 2), "e3": ("withdrawn", "100", 2)}
    assert [(row["actor"], row["before"]["state"]) for row in reviews] == [("fin", "review")]


def test_a_repeated_request_finds_its_answer_and_another_is_refused(store: Store) -> None:
    kept = KeptAnswer(201, {"location": "/x"}, b"{}")
    with store.writing("here") as unit:
        assert unit.idempotency.find("k", "f") is None
        unit.idempotency.keep("k", "f", kept)
    with store.writing("here") as unit:
        assert unit.idempotency.find("k", "f") == kept
        with pytest.raises(ConflictError, match="another request"):
            unit.idempotency.find("k", "g")
    with store.writing("there") as unit:
        assert unit.idempotency.find("k", "g") is None


def test_the_audit_cannot_be_changed_or_shortened(store: Store) -> None:
    with store.writing("here") as unit:
        unit.audit.append("ann", "scenario.adopted", "scn_1", reason="best")
    for statement in ("UPDATE audit SET actor = 'eve'", "DELETE FROM audit"):
        with pytest.raises(IntegrityError, match="append-only"), store.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (Query(sort=["secret"]), "unknown sort"),
        (Query(filters=[Filter("parameters", "eq", 1)]), "unknown filter"),
        (Query(filters=[Filter("kind", "like", "%")]), "unknown comparison"),
        (Query(fields=["organisation"]), "unknown field"),
    ],
)
def test_lists_take_only_what_they_offer(store: Store, query: Query, message: str) -> None:
    with pytest.raises(UnknownReferenceError, match=message), store.reading("here") as unit:
        unit.lists.page("jobs", query)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_between_one_and_a_thousand_rows(store: Store, limit: int) -> None:
    with pytest.raises(ValueFormatError), store.reading("here") as unit:
        unit.lists.page("jobs", Query(limit=limit))
