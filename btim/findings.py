"""Findings: what in a ledger deserves a decision, with the money at stake, the evidence and an action.

Role: unit costs above benchmark, idle capacity, the same service bought by several owners, cost that outruns credited
value, and the dear modules of a large solution.
Must not know: how cost was allocated or value was read. Thresholds are arguments; nothing is tuned to an organisation.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

import pandas as pd

from btim.allocation import METERED_BASES, Allocation, allocate
from btim.covered_months import Months, chosen_months, period_of
from btim.credited import Credited
from btim.element_costs import element_costs, full_costs
from btim.ledger import Ledger
from btim.money import from_minor
from btim.technology_view import utilisation
from btim.unit_costs import unit_costs
from btim.view_frames import share_of

KINDS = ("unit_cost_above_benchmark", "low_utilisation", "duplicate_purchase", "cost_outruns_value", "dear_module")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Thresholds:
    """When something becomes a finding.

    `gap`: unit cost this share above its benchmark; `utilisation`: mean use below this share of capacity; `value`:
    credited value below this share of cost; `months`: in how many months at least two owners must have bought the same;
    `large`, `module`: a solution of at least this share of all cost, one of whose modules takes at least this share.
    """

    gap: Decimal = Decimal("0.10")
    utilisation: Decimal = Decimal("0.30")
    value: Decimal = Decimal("0.50")
    months: int = 3
    large: Decimal = Decimal("0.02")
    module: Decimal = Decimal("0.50")


@dataclass(frozen=True)
class Finding:
    """One finding. `stake` is money of `period` in the ledger's currency; `evidence` rows carry what it rests on."""

    kind: str
    layer: str
    element: str
    stake: Decimal
    period: str
    reason: str
    action: str
    evidence: tuple[Mapping[str, object], ...]


def findings(
    ledger: Ledger,
    *,
    allocation: Allocation | None = None,
    credited: Mapping[str, Credited] | None = None,
    months: Months = 12,
    thresholds: Thresholds | None = None,
) -> tuple[Finding, ...]:
    """All findings, the largest stake first.

    Args:
        ledger: the ledger; without benchmarks, volumes or owners the kinds that rest on them find nothing.
        allocation: of this ledger, when it was made already.
        credited: what reports credit to each solution over the whole of the ledger's months (`btim.credited`);
            solutions that are not in it, or whose value nobody has confirmed any of, are not judged (`unsettled`).
            Where some is confirmed, what still waits for a person speaks for the solution as if all of it were
            accepted, and is never called value.
        months: what unit cost, utilisation and purchases look at; cost against value looks at all months.
        thresholds: when something becomes a finding.
    """
    allocation = allocation or allocate(ledger)
    limits = thresholds or Thresholds()
    covered = chosen_months(ledger, months)
    found = [
        *_dear_units(ledger, allocation, covered, limits),
        *_idle(ledger, allocation, covered, limits),
        *_duplicates(ledger, covered, limits),
        *_outrun(ledger, allocation, credited or {}, limits),
        *_modules(ledger, allocation, covered, limits),
    ]
    return tuple(sorted(found, key=lambda each: (-each.stake, each.kind, each.element)))


def findings_frame(found: Sequence[Finding]) -> pd.DataFrame:
    """Findings as a table; `evidence` holds the rows that each rests on, as JSON."""
    columns = ("kind", "layer", "element", "stake", "period", "reason", "action")
    rows = [
        {name: getattr(each, name) for name in columns}
        | {"evidence": json.dumps([dict(row) for row in each.evidence], default=str, ensure_ascii=False)}
        for each in found
    ]
    return pd.DataFrame(rows, columns=[*columns, "evidence"])


def _dear_units(ledger: Ledger, allocation: Allocation, months: tuple[str, ...], limits: Thresholds) -> list[Finding]:
    found = []
    for layer in ("tower", "solution"):
        costs = full_costs(allocation, layer, months)
        frame = unit_costs(ledger, layer, costs, months)
        for line in frame[frame["benchmark"].notna()].to_dict("records"):
            if line["gap_share"] >= limits.gap:
                found.append(
                    Finding(
                        kind="unit_cost_above_benchmark",
                        layer=layer,
                        element=str(line[layer]),
                        stake=line["above_benchmark"],
                        period=period_of(months),
                        reason=f"{line['gap_share']:.1%} above the benchmark of {line['benchmark']} {ledger.currency} "
                        f"per {line['unit']} ({line['benchmark_source']}, {line['benchmark_as_of']})",
                        action="compare what the benchmark buys and renegotiate, resize or replace what differs",
                        evidence=({str(key): value for key, value in line.items() if value is not None},),
                    )
                )
    return found


def _idle(ledger: Ledger, allocation: Allocation, months: tuple[str, ...], limits: Thresholds) -> list[Finding]:
    found = []
    for layer in ("tower", "solution"):
        costs = full_costs(allocation, layer, months)
        frame = utilisation(ledger, layer, months)
        for line in frame[frame["utilisation"] < float(limits.utilisation)].to_dict("records"):
            name, used = str(line[layer]), Decimal(repr(float(line["utilisation"])))
            cost = from_minor(costs.get(name, 0), ledger.currency)
            found.append(
                Finding(
                    kind="low_utilisation",
                    layer=layer,
                    element=name,
                    stake=(cost * (1 - used / limits.utilisation)).quantize(CENT),
                    period=period_of(months),
                    reason=f"{used:.1%} of capacity used, below {limits.utilisation:.0%}; the stake is the cost of "
                    f"capacity beyond what {limits.utilisation:.0%} would need",
                    action="give back or share capacity before buying more; check the peak forecast first",
                    evidence=({str(key): value for key, value in line.items()} | {"cost": cost},),
                )
            )
    return found


def _duplicates(ledger: Ledger, months: tuple[str, ...], limits: Thresholds) -> list[Finding]:
    bought = ledger.purchases[ledger.purchases["month"].isin(months)]
    found = []
    for (vendor, service), lines in bought.groupby(["vendor", "service"], sort=True):
        owners = lines.groupby("owner", sort=True).agg(amount=("amount", "sum"), months=("month", "nunique"))
        regular = owners[(owners["months"] >= min(limits.months, len(months))) & (owners["amount"] > 0)]
        if len(regular) < 2:
            continue
        beyond = int(regular["amount"].sum() - regular["amount"].max())
        found.append(
            Finding(
                kind="duplicate_purchase",
                layer="vendor",
                element=f"{vendor}: {service}",
                stake=from_minor(beyond, ledger.currency),
                period=period_of(months),
                reason=f"bought by {len(regular)} owners: {', '.join(map(str, regular.index))}; the stake is what all "
                "but the largest buyer pay",
                action="make one contract with one owner and share it",
                evidence=tuple(
                    {
                        "owner": owner,
                        "months": int(line["months"]),
                        "amount": from_minor(line["amount"], ledger.currency),
                    }
                    for owner, line in regular.iterrows()
                ),
            )
        )
    return found


def _outrun(
    ledger: Ledger, allocation: Allocation, credited: Mapping[str, Credited], limits: Thresholds
) -> list[Finding]:
    costs = full_costs(allocation, "solution", ledger.months)
    found = []
    for name, value in sorted(credited.items()):
        cost = from_minor(costs.get(name, 0), ledger.currency)
        if cost > 0 and value.is_settled and value.at_most < limits.value * cost:
            found.append(
                Finding(
                    kind="cost_outruns_value",
                    layer="solution",
                    element=name,
                    stake=(cost - value.at_most).quantize(CENT),
                    period=period_of(ledger.months),
                    reason=_credit(value, cost, ledger.currency, limits),
                    action="ask its owners what else it returns; else shrink, merge or retire it",
                    evidence=({"solution": name, "cost": cost, **asdict(value)},),
                )
            )
    return found


def unsettled(ledger: Ledger, allocation: Allocation, credited: Mapping[str, Credited]) -> pd.DataFrame:
    """Solutions that cannot be judged by their value until a person settles what reports claim of them.

    Returns:
        `solution`, `cost` of all months, `waiting` (claimed, not confirmed), `expected` (at the reader's own
        confidence: an estimate), dearest first. These are no findings: read value is too unsure to accuse or acquit.
    """
    costs = full_costs(allocation, "solution", ledger.months)
    rows = [
        (name, from_minor(costs[name], ledger.currency), value.waiting, value.expected)
        for name, value in credited.items()
        if not value.is_settled and costs.get(name, 0) > 0
    ]
    frame = pd.DataFrame(rows, columns=["solution", "cost", "waiting", "expected"], dtype=object)
    return frame.sort_values("cost", ascending=False, kind="stable").reset_index(drop=True)


def _credit(value: Credited, cost: Decimal, currency: str, limits: Thresholds) -> str:
    """In words: what is confirmed, what waits, and that the finding holds either way."""
    words = f"reports credit {value.confirmed:,.0f} {currency} to a cost of {cost:,.0f}"
    if value.waiting:
        words += (
            f"; {value.waiting:,.0f} more waits for a person (about {value.expected:,.0f} of it at the reader's own "
            "confidence); with all of it"
        )
    return f"{words}: {value.at_most / cost:.0%}, below {limits.value:.0%}"


def _modules(ledger: Ledger, allocation: Allocation, months: tuple[str, ...], limits: Thresholds) -> list[Finding]:
    """Large solutions that pass cost on to modules (solutions of their own), one of which takes most of it."""
    costs = element_costs(allocation, "solution", months)
    whole = sum(costs.values())
    flows = allocation.flows[allocation.flows["month"].isin(months)]
    inside = flows[
        (flows["from_layer"] == "solution") & (flows["to_layer"] == "solution") & (flows["basis"] != "direct")
    ]
    found = []
    for name, lines in inside.groupby("from", observed=True, sort=True):
        parts = lines.groupby("to", observed=True)["amount"].sum().sort_values(ascending=False, kind="stable")
        passed = int(parts.sum())
        small = passed <= 0 or passed < limits.large * whole
        if small or len(parts) < 2 or int(parts.iloc[0]) < limits.module * passed:
            continue
        stake = from_minor(int(parts.iloc[0]), ledger.currency)
        found.append(
            Finding(
                kind="dear_module",
                layer="solution",
                element=str(name),
                stake=stake,
                period=period_of(months),
                reason=f"{parts.index[0]}, one of {len(parts)} modules, takes {int(parts.iloc[0]) / passed:.0%} of "
                f"what drivers split ({_metered(lines):.0%} of it by metered ones)",
                action=f"look at how {parts.index[0]} works before changing the rest",
                evidence=tuple(
                    {
                        "module": str(module),
                        "amount": from_minor(int(amount), ledger.currency),
                        "share": share_of(int(amount), passed),
                    }
                    for module, amount in parts.items()
                ),
            )
        )
    return found


def _metered(lines: pd.DataFrame) -> float:
    sizes = lines["amount"].abs()
    return float(sizes[lines["basis"].isin(METERED_BASES)].sum() / sizes.sum())
