"""Plan against actual: the parts of a variance by hand, at every grouping, and always summing to it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.errors import RateMissingError, RuleError
from btim.ledger import Ledger, open_ledger
from btim.ledger_inputs import BUDGET_COLUMNS, PLAN_VOLUME_COLUMNS, VOLUME_COLUMNS
from btim.plan import PARTS
from btim.rates import rate_basis, with_rates
from btim.views import finance_view, technology_view
from tests.btim.ledger_files import gl_row, ledger_of, write_ledger

BUDGET = (
    "month,pool,tower,expenditure,amount,currency,version\n"
    "2025-01,Cloud Services,Compute,opex,1000.00,USD,v1\n"
    "2025-01,Hardware,Storage,capex,2000.00,USD,v1\n"
)
PLANNED = (
    "month,layer,element,measure,quantity,unit,version\n"
    "2025-01,tower,Compute,used,100,unit,v1\n2025-01,tower,Storage,used,100,unit,v1\n"
)
MEASURED = (
    "month,layer,element,measure,quantity,unit\n"
    "2025-01,tower,Compute,used,150,unit\n2025-01,tower,Storage,used,90,unit\n"
)
RATES = "month,from,to,kind,rate\n2025-01,EUR,USD,actual,1.20\n2025-01,EUR,USD,budget,1.10\n"
LINES = [gl_row("1650.00"), gl_row("1710.00", account="7", description="disk")]


def opened(folder: Path, rows: list[list[str]] | None = None, **more: str) -> Ledger:
    inputs = {"budget": BUDGET, "plan_volumes": PLANNED, "volumes": MEASURED, **more}
    return open_ledger(write_ledger(folder, rows or LINES, inputs=inputs, top='currency = "USD"'))


def parts(frame: pd.DataFrame, key: str) -> dict[str, list[object]]:
    return {line[key]: [line["variance"], *(line[name] for name in PARTS)] for line in frame.to_dict("records")}


def test_rate_volume_and_mix_are_those_of_the_textbook(tmp_path: Path) -> None:
    # 200 units planned, 240 used: at the planned mix 120 each. Compute 150 at 11 (plan 10), Storage 90 at 19 (plan 20).
    found = parts(finance_view(opened(tmp_path), by=["tower"]), "tower")
    assert found["Compute"] == [650, 150, 200, 300, 0, 0]
    assert found["Storage"] == [-290, -90, 400, -600, 0, 0]
    by_pool = parts(finance_view(opened(tmp_path), by=["pool", "expenditure"]), "pool")
    assert by_pool == {"Cloud Services": found["Compute"], "Hardware": found["Storage"]}


def test_exchange_is_actual_against_budget_rates_and_the_rest_is_rate(tmp_path: Path) -> None:
    euros = [gl_row("1000.00", currency="EUR")]
    measured = MEASURED.replace("150", "100").replace("90", "0")
    found = parts(finance_view(opened(tmp_path, euros, rates=RATES, volumes=measured), by=["tower"]), "tower")
    # 1,000 EUR: 1,200 USD at actual rates, 1,100 at budget rates, 1,000 planned; 100 of 200 units, all Compute
    assert found["Compute"] == [200, 100, -500, 500, 100, 0]
    assert found["Storage"] == [-2000, 0, -1000, -1000, 0, 0]


def test_without_quantities_only_exchange_is_split(tmp_path: Path) -> None:
    euros = [gl_row("1000.00", currency="EUR")]
    frame = finance_view(opened(tmp_path, euros, rates=RATES, plan_volumes=PLANNED.replace("v1", "v0")), by=["tower"])
    assert parts(frame, "tower")["Compute"] == [200, None, None, None, 100, 100]


def test_without_any_budget_rates_exchange_is_not_told_from_rate(tmp_path: Path) -> None:
    euros = [gl_row("1000.00", currency="EUR")]
    only_actual = RATES.replace("2025-01,EUR,USD,budget,1.10\n", "")
    found = parts(finance_view(opened(tmp_path, euros, rates=only_actual), by=["tower"]), "tower")
    # 240 of 200 units: volume 200, mix 300, and 200 - 500 stays in one piece
    assert found["Compute"] == [200, 0, 200, 300, 0, -300]


def test_a_budget_rate_missing_in_one_month_is_named(tmp_path: Path) -> None:
    euros = [gl_row("1.00", currency="EUR"), gl_row("1.00", currency="EUR", date="2025-02-01")]
    rates = RATES + "2025-02,EUR,USD,actual,1.3\n"
    with pytest.raises(RateMissingError, match="no budget rate from EUR to USD in 2025-02"):
        finance_view(opened(tmp_path, euros, rates=rates), by=["tower"])


def test_a_budget_in_another_currency_is_converted_at_budget_rates(tmp_path: Path) -> None:
    frame = finance_view(opened(tmp_path, rates=RATES, budget=BUDGET.replace("USD", "EUR")), by=["tower"])
    assert frame["plan"].tolist() == [Decimal("1100.00"), Decimal("2200.00")]


def test_one_of_several_versions_can_be_chosen(tmp_path: Path) -> None:
    two = opened(tmp_path, budget=BUDGET + "2025-01,Hardware,Storage,capex,500.00,USD,v2\n")
    with pytest.raises(RuleError, match=r"several budgets for 2025-01: v1, v2; choose one \(--plan\)"):
        finance_view(two, by=["tower"])
    assert finance_view(two, by=["tower"], plan="v2")["plan"].tolist() == [0, 500]
    with pytest.raises(RuleError, match="no plan of this version"):
        finance_view(two, by=["tower"], plan="v3")


def test_rates_of_other_kinds_restate_cost(tmp_path: Path) -> None:
    rows = [gl_row("100.00", currency="EUR"), gl_row("100.00", currency="EUR", date="2025-02-01"), gl_row("5.00")]
    rates = RATES + "2025-02,EUR,USD,actual,1.30\n2025-01,EUR,USD,constant,1.00\n2025-02,EUR,USD,constant,1.00\n"
    ledger = opened(tmp_path, rows, rates=rates)
    assert ledger.total == 25500
    assert with_rates(ledger, rate_basis("constant")).total == 20500
    held = with_rates(ledger, rate_basis("constant", "2025-02"))
    assert (held.total, str(held.basis)) == (26500, "constant rates (actual of 2025-02)")
    with pytest.raises(RateMissingError, match="no budget rate from EUR to USD in 2025-02"):
        with_rates(ledger, rate_basis("budget"))
    with pytest.raises(RuleError, match="unknown kind of rates"):
        rate_basis("average")


def test_a_benchmark_in_another_currency_is_converted_or_its_rate_is_named_as_missing(tmp_path: Path) -> None:
    header = "layer,element,measure,unit,unit_cost,currency,source,as_of\n"
    benchmarks = header + "tower,Compute,used,unit,10.00,EUR,Panel,2024-12-31\n"
    line = technology_view(opened(tmp_path, rates=RATES, benchmarks=benchmarks)).set_index("tower").loc["Compute"]
    assert (line["benchmark"], line["gap_share"]) == (Decimal("12.00"), Decimal("-0.0833"))
    with pytest.raises(RateMissingError, match="no actual rate from EUR to USD in 2025-01"):
        technology_view(opened(tmp_path, benchmarks=benchmarks))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return open_ledger(write_ledger(tmp_path_factory.mktemp("base"), [gl_row("1.00")]))


TOWERS, POOLS = ("Compute", "Storage", "Network"), ("Hardware", "Telecom")
money = st.integers(-(10**10), 10**10)
line = st.tuples(st.sampled_from(POOLS), st.sampled_from(TOWERS), st.sampled_from(["USD", "EUR"]), money)
planned = st.lists(
    st.tuples(st.sampled_from(POOLS), st.sampled_from(TOWERS), money), min_size=1, max_size=5, unique_by=lambda p: p[:2]
)
quantities = st.dictionaries(st.sampled_from(TOWERS), st.integers(0, 10**6).map(lambda count: count / 8), max_size=3)
KEYS = (("tower",), ("pool",), ("pool", "tower", "expenditure"), ("month",), ("fiscal_year", "expenditure"))


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(line, min_size=1, max_size=6),
    plan=planned,
    was=quantities,
    now=quantities,
    budget_rates=st.booleans(),
)
def test_whatever_is_planned_and_used_the_parts_sum_to_the_variance_to_the_cent(
    base: Ledger,
    lines: Sequence[tuple[str, str, str, int]],
    plan: Sequence[tuple[str, str, int]],
    was: dict[str, float],
    now: dict[str, float],
    budget_rates: bool,
) -> None:
    ledger = _planned(base, lines, plan, was, now, budget_rates=budget_rates)
    for by in KEYS:
        frame = finance_view(ledger, by=by)
        for row in frame.to_dict("records"):
            assert sum(row[name] for name in PARTS if row[name] is not None) == row["variance"]
            assert row["variance"] == row["amount"] - row["plan"]
        assert sum(frame["variance"]) == Decimal(ledger.total - sum(cents for _, _, cents in plan)) / 100


def _planned(
    base: Ledger,
    lines: Sequence[tuple[str, str, str, int]],
    plan: Sequence[tuple[str, str, int]],
    was: dict[str, float],
    now: dict[str, float],
    *,
    budget_rates: bool,
) -> Ledger:
    costs = [
        {"pool": pool, "tower": tower, "currency": currency, "amount": cents, "original": cents, "expenditure": "opex"}
        for pool, tower, currency, cents in lines
    ]
    budget = [("2025-01", pool, tower, "opex", cents, "USD", "v1") for pool, tower, cents in plan]
    rates = [("2025-01", "EUR", "USD", kind, Decimal(rate)) for kind, rate in (("actual", "1"), ("budget", "1.07"))]
    volumes = [[("2025-01", "tower", name, "used", count, "u") for name, count in each.items()] for each in (was, now)]
    ledger = ledger_of(base, costs, [])
    return replace(
        ledger,
        budget=pd.DataFrame(budget, columns=list(BUDGET_COLUMNS)).astype({"amount": np.int64}),
        rates=pd.DataFrame(rates[: 1 + budget_rates], columns=["month", "from", "to", "kind", "rate"]),
        plan_volumes=pd.DataFrame([(*row, "v1") for row in volumes[0]], columns=list(PLAN_VOLUME_COLUMNS)),
        volumes=pd.DataFrame(volumes[1], columns=list(VOLUME_COLUMNS)),
    )
