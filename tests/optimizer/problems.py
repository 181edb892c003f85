"""Random small problems that hold every kind of rule, as hypothesis strategies."""

from typing import Any

from hypothesis import strategies as st

PERIODS = ["2027", "2028"]
KEYS = ["capex:2027", "opex:2028", "staff:2027:Compute", "headroom:cpu"]
CATEGORIES = ["run", "grow", "transform"]
amounts = st.integers(0, 30)


@st.composite
def options(draw: st.DrawFn, name: str) -> dict[str, Any]:
    option: dict[str, Any] = {"id": name}
    option["uses"] = draw(st.dictionaries(st.sampled_from(KEYS), amounts, max_size=3))
    if draw(st.booleans()):
        option["frees"] = draw(st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10), max_size=1))
    if draw(st.booleans()):
        option["value"] = draw(st.integers(-10, 60))
    else:
        option["benefits"] = draw(st.dictionaries(st.sampled_from(PERIODS), st.integers(0, 90), max_size=2))
    return option


@st.composite
def candidates(draw: st.DrawFn, place: int) -> dict[str, Any]:
    names = ["lite", "full"][: draw(st.integers(1, 2))]
    candidate: dict[str, Any] = {"id": f"P{place}", "options": [draw(options(name)) for name in names]}
    candidate["category"] = draw(st.sampled_from(CATEGORIES))
    if draw(st.integers(0, 5)) == 0:
        candidate["mandatory"] = True
    if draw(st.integers(0, 4)) == 0:
        candidate["exit"] = {draw(st.sampled_from(KEYS)): draw(st.integers(0, 8))}
    if draw(st.integers(0, 5)) == 0:
        candidate["tags"] = {"GDPR": draw(st.sampled_from(["done", "unassessed"]))}
    return candidate


@st.composite
def rules(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["requires", "exclusive", "count", "share", "forbid", "synergy"]))
    group = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
    if kind == "requires":
        later, *earlier = sorted(group, reverse=True)
        return {"kind": kind, "candidate": later, "needs": earlier}
    if kind == "exclusive":
        return {"kind": kind, "candidates": group}
    if kind == "count":
        least = draw(st.integers(0, 2))
        return {"kind": kind, "candidates": group, "min": least, "max": draw(st.integers(least, 3))}
    if kind == "share":
        where = {"category": draw(st.sampled_from(CATEGORIES))}
        return {"kind": kind, "where": where, "of": KEYS[:2], "min": draw(st.sampled_from([0, 0.1])), "max": 0.7}
    if kind == "forbid":
        return {"kind": kind, "where": {"tags.GDPR": "unassessed"}}
    return {"kind": kind, "candidates": group, "value": draw(st.integers(-20, 20))}


@st.composite
def problems(draw: st.DrawFn, most: int = 5) -> dict[str, Any]:
    size = draw(st.integers(2, most))
    entries = [draw(candidates(place)) for place in range(size)]
    names = [entry["id"] for entry in entries]
    limits: dict[str, Any] = {
        key: {"max": draw(st.integers(0, 60))} for key in draw(st.lists(st.sampled_from(KEYS), unique=True))
    }
    if draw(st.booleans()):
        limits["grow money"] = {
            "of": {"capex:2027": 1, "opex:2028": 0.5},
            "where": {"category": "grow"},
            "max": draw(st.integers(0, 40)),
        }
    problem: dict[str, Any] = {
        "name": "small",
        "currency": "GBP",
        "periods": PERIODS,
        "discount_rate": 0.08,
        "timing": draw(st.sampled_from(["start", "mid", "end"])),
        "candidates": entries,
        "committed": [{"name": "contract", "uses": {"opex:2028": draw(st.integers(0, 10))}}],
        "limits": limits,
        "rules": draw(st.lists(rules(names), max_size=3)),
        "objective": {"kind": "expected_value"},
        "solver": {"gap": 0},
    }
    if draw(st.booleans()):
        funded = {entry["id"]: entry["options"][0]["id"] for entry in entries if draw(st.booleans())}
        problem["baseline"] = {"funded": funded, "change_penalty": draw(st.integers(0, 5))}
    return problem
