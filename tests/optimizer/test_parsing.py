"""What the door refuses, by name, and what it lets through."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from btim.errors import InputError
from optimizer import parse_problem, parse_problem_text, solve
from optimizer.race import SolverCrew

CONTRACT: dict[str, Any] = {
    "name": "FY27 portfolio",
    "currency": "GBP",
    "periods": ["2027", "2028", "2029"],
    "discount_rate": 0.08,
    "timing": "end",
    "candidates": [
        {
            "id": "P-001",
            "name": "Fraud analytics refresh",
            "category": "grow",
            "tags": {"AI Enabled": "Yes"},
            "sunk": 400000,
            "exit": {"opex:2027": 50000},
            "options": [
                {"id": "lite", "uses": {"capex:2027": 1200000, "staff:2027:Compute": 3}, "value": "1100000"},
                {
                    "id": "full",
                    "uses": {"capex:2027": 3000000, "opex:2028": 400000, "staff:2027:Compute": 7},
                    "frees": {"opex:2029": 250000},
                    "benefits": {"2028": 4000000, "2029": 5000000},
                    "cashable": {"2029": 2000000},
                    "value_sd": 2000000,
                },
            ],
        },
        {"id": "P-002", "options": [{"id": "one", "uses": {"capex:2027": 9000000}, "value": 10}]},
    ],
    "committed": [{"name": "ERP support contract", "uses": {"opex:2027": 900000}}],
    "limits": {"capex:2027": {"max": 10000000}, "staff:2027:Compute": {"max": 20, "unit": "FTE"}},
    "rules": [{"id": "platform first", "kind": "requires", "candidate": "P-002", "needs": ["P-001"]}],
    "objective": {"kind": "expected_value"},
    "solver": {"gap": 0.0001, "time_limit_s": 30, "threads": 2},
}


def test_the_worth_of_benefits_is_present_value_less_costs_plus_what_is_freed(crew: SolverCrew) -> None:
    row = solve(parse_problem(CONTRACT), crew=crew).to_dict()["funded"][0]
    assert row["option"] == "full"
    assert row["value"] == pytest.approx(4476261.24, abs=0.01)
    assert row["gross"] == pytest.approx(7398516.49, abs=0.01)
    assert row["cost_pv"] == pytest.approx(2922255.25, abs=0.01)
    assert row["roi"] == pytest.approx(1.5318, abs=1e-4)


def test_a_problem_survives_the_way_through_its_own_format() -> None:
    problem = parse_problem(CONTRACT)
    again = parse_problem_text(json.dumps(problem.to_dict()))
    assert again == problem
    assert again.sha256() == problem.sha256()


def test_committed_use_and_exits_count_in_what_is_used(crew: SolverCrew) -> None:
    given = copy.deepcopy(CONTRACT)
    given["limits"]["opex:2027"] = {"max": 2000000}
    given["limits"]["capex:2027"]["max"] = 0
    answer = solve(parse_problem(given), crew=crew)
    assert answer.funded == ()
    assert answer.totals["opex:2027"] == 950000
    assert next(limit.used for limit in answer.limits if limit.id == "opex:2027") == 950000


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda p: p.update(colour="red"), "colour"),
        (lambda p: p.pop("limits"), "limits"),
        (lambda p: p["candidates"][0].update(owner="x"), "candidates[0].owner"),
        (lambda p: p["candidates"][0]["options"][0].update(cost=3), "candidates[0].options[0].cost"),
        (lambda p: p["candidates"][0]["options"][0]["uses"].update(x=-1), "candidates[0].options[0].uses.x"),
        (lambda p: p["candidates"][0]["options"][0]["uses"].update(x="a lot"), "candidates[0].options[0].uses.x"),
        (lambda p: p["candidates"][0]["options"][0]["uses"].update(x=True), "candidates[0].options[0].uses.x"),
        (lambda p: p["candidates"][0]["options"][0].update(value=float("nan")), "candidates[0].options[0].value"),
        (lambda p: p["candidates"][0]["options"][0].update(value=float("inf")), "candidates[0].options[0].value"),
        (lambda p: p["candidates"][0]["options"][0].update(value="NaN"), "candidates[0].options[0].value"),
        (lambda p: p["candidates"][0]["options"][0].pop("value"), "candidates[0].options[0]"),
        (lambda p: p["candidates"][0]["options"][1].update(value=3), "candidates[0].options[1]"),
        (lambda p: p["candidates"][0].update(options=[]), "candidates[0].options"),
        (lambda p: p["candidates"][1].update(id="P-001"), "candidates[1].id"),
        (lambda p: p["candidates"][0]["options"][1].update(id="lite"), "candidates[0].options[1].id"),
        (lambda p: p["candidates"][0].update(mandatory="yes"), "candidates[0].mandatory"),
        (lambda p: p["candidates"][0].update(exit={"opex:2027": -5}), "candidates[0].exit.opex:2027"),
        (lambda p: p["candidates"][0]["options"][1]["benefits"].update({"2031": 1}), "options[1].benefits.2031"),
        (lambda p: p["candidates"][0]["options"][1]["uses"].update({"capex:2031": 1}), "uses.capex:2031"),
        (lambda p: p["candidates"][0]["options"][1]["uses"].update({"capex": 1}), "uses.capex"),
        (lambda p: p.pop("periods"), "periods"),
        (lambda p: p.pop("discount_rate"), "discount_rate"),
        (lambda p: p.update(discount_rate=8), "discount_rate"),
        (lambda p: p.update(currency="pounds"), "currency"),
        (lambda p: p.update(timing="late"), "timing"),
        (lambda p: p["limits"]["capex:2027"].update(min=3), "limits.capex:2027.min"),
        (lambda p: p["limits"].update(retail={"max": 3, "where": {"owner": "x"}}), "limits.retail.where.owner"),
        (lambda p: p["rules"].append({"kind": "prefers"}), "rules[1].kind"),
        (lambda p: p["rules"].append({"kind": "exclusive", "candidates": ["P-001", "P-9"]}), "rules[1].candidates[1]"),
        (lambda p: p["rules"].append({"kind": "count", "candidates": ["P-001"], "min": 2, "max": 1}), "rules[1].min"),
        (lambda p: p["rules"].append({"kind": "count", "candidates": ["P-001"]}), "rules[1]"),
        (lambda p: p["rules"].append({"kind": "share", "where": {}, "of": ["x"], "max": 20}), "rules[1].max"),
        (lambda p: p["rules"].append({"kind": "requires", "candidate": "P-001", "needs": ["P-002"]}), "rules["),
        (lambda p: p["rules"].append({"kind": "requires", "candidate": "P-001", "needs": ["P-001"]}), "rules["),
        (lambda p: p["rules"].append(dict(p["rules"][0])), "rules[1].id"),
        (lambda p: p.update(objective={"kind": "fun"}), "objective.kind"),
        (lambda p: p.update(objective={"kind": "roi"}), "objective.min_spend"),
        (lambda p: p.update(objective={"kind": "risk_adjusted", "confidence": 95}), "objective.confidence"),
        (lambda p: p.update(baseline={"funded": {"P-009": "full"}}), "baseline.funded.P-009"),
        (lambda p: p.update(baseline={"funded": {"P-001": "huge"}}), "baseline.funded.P-001"),
        (lambda p: p.update(solver={"time_limit_s": 0}), "solver.time_limit_s"),
        (lambda p: p.update(candidates=[]), "candidates"),
    ],
)
def test_bad_input_is_refused_with_the_path_of_the_field(change: Change, field: str) -> None:
    problem = copy.deepcopy(CONTRACT)
    change(problem)
    with pytest.raises(InputError) as refusal:
        parse_problem(problem)
    assert refusal.value.field is not None
    assert field in refusal.value.field
    assert "\n" not in str(refusal.value)


def test_a_key_that_stands_twice_in_the_text_is_refused() -> None:
    with pytest.raises(InputError, match=r"capex:2027.*twice"):
        parse_problem_text('{"limits": {"capex:2027": {"max": 1}, "capex:2027": {"max": 2}}}', file="p.json")


def test_text_that_is_not_json_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"p\.json, row 2: is not JSON"):
        parse_problem_text('{"name": "x",\n oops}', file="p.json")


def test_limits_can_be_added_once() -> None:
    problem = parse_problem(CONTRACT).with_limits({"headroom:cpu": 12.5}, units={"headroom:cpu": "cores"})
    assert problem.to_dict()["limits"]["headroom:cpu"] == {"max": 12.5, "unit": "cores"}
    with pytest.raises(InputError, match="headroom:cpu"):
        problem.with_limits({"headroom:cpu": 1})
