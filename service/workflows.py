"""The data's way, top to bottom: ledger, peaks, portfolio, reports, value.

Role: the only place where the stages meet; each step takes and returns the records of `btim`.
Must not know: HTTP, SQL, the terminal, or how a result is printed. The store and the clock are passed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

import forecasting
import nlp
import optimizer
from btim import panel as columns
from btim.catalogue import Catalogue
from btim.covered_months import chosen_months, period_of
from btim.ledger import Ledger
from btim.portfolio import Limit, Problem, is_money
from btim.recommendation import Recommendation
from btim.views import consumer_view, finance_view, technology_view
from nlp import Document
from service.budget import budget_limit, money_limits
from service.chain import DemandPart, LedgerPart, PortfolioPart, ReadingPart
from service.headroom import HEADROOM, HEADROOM_COLUMNS, PEAK_LEVEL, headroom, with_headroom
from service.reading_tables import reading_part

BUDGET = "budget"
PEAK_LEVELS = (0.5, 0.8, 0.9, PEAK_LEVEL, 0.99)
FRONTIER_POINTS = 16
"""From a quarter of the budget to one and a half of it in equal steps: the budget itself is among them."""
FRONTIER_COLUMNS = ("budget", "value", "bound", "marginal_value")


@dataclass(frozen=True, slots=True)
class DemandSettings:
    """How demand is forecast: panel step, seasons and peak windows as spans, tower totals or not, zone, effort,
    processes.
    """

    freq: str = "h"
    seasons: tuple[str, ...] = ("24h", "7d")
    windows: tuple[str, ...] = ("7d", "28d")
    totals: bool = False
    tz: str | None = None
    effort: str = "standard"
    workers: int = 2


def ledger_part(ledger: Ledger) -> LedgerPart:
    """Show an imported ledger in its three views, with the proof that nothing was lost."""
    consumers = consumer_view(ledger)
    return LedgerPart(
        finance=finance_view(ledger),
        technology=technology_view(ledger),
        consumer=consumers,
        reconciliation=ledger.reconciliation.frame,
        unmapped_share=ledger.unmapped_share,
        metered_share=_metered_share(consumers),
        period=period_of(chosen_months(ledger)),
    )


def demand_part(panel: pd.DataFrame, settings: DemandSettings, *, file: str | None = None) -> DemandPart:
    """Forecast every resource of a panel and the distribution of its peaks.

    Raises:
        InputError: the panel or a setting cannot be used; row, column, value and remedy are named.
    """
    peaks, fan = forecasting.peaks_with_fan(
        panel,
        freq=settings.freq,
        seasons=settings.seasons,
        windows=settings.windows,
        levels=PEAK_LEVELS,
        totals=settings.totals,
        tz=settings.tz,
        effort=settings.effort,
        workers=settings.workers,
        file=file,
    )
    return DemandPart(history=_typed(panel, fan), fan=fan, peaks=peaks, freq=settings.freq)


def portfolio_part(
    problem: Problem, peaks: pd.DataFrame | None, *, explain: str = "fast", points: int = FRONTIER_POINTS
) -> PortfolioPart:
    """Recommend a portfolio that fits its limits, the rules and, where peaks are known, the towers' headroom.

    Args:
        problem: a checked problem.
        peaks: a peaks frame with capacities, or None.
        explain: `fast` or `exact`.
        points: budgets on the frontier.

    Where a resource is short already, so that no portfolio exists, the least of that shortage is accepted and said.

    Raises:
        SolverFailure: no portfolio was found in the time allowed.
    """
    limited = problem if peaks is None else with_headroom(problem, peaks)
    answer = optimizer.solve(limited, explain=explain)
    shortages = _shortages(answer)
    if shortages:
        limited = _accepting(limited, shortages)
        answer = optimizer.solve(limited, explain=explain)
    return PortfolioPart(
        problem=limited.to_dict(),
        recommendation=answer.to_dict(),
        frontier=_frontier(limited, points),
        headroom=pd.DataFrame(columns=list(HEADROOM_COLUMNS)) if peaks is None else headroom(peaks),
        notes=tuple(_shortage_note(name, top) for name, top in shortages.items()),
    )


def _shortages(answer: Recommendation) -> dict[str, float]:
    """Headroom limits to raise so that a portfolio exists at all, where nothing else stands in the way."""
    raised = {change.id: change.max for change in answer.relaxations if change.max is not None}
    is_capacity_alone = len(raised) == len(answer.relaxations) and all(name.startswith(HEADROOM) for name in raised)
    return raised if answer.status == "infeasible" and is_capacity_alone else {}


def _accepting(problem: Problem, shortages: Mapping[str, float]) -> Problem:
    limits = (replace(limit, max=shortages.get(limit.id, limit.max)) for limit in problem.limits)
    return replace(problem, limits=tuple(limits))


def _shortage_note(name: str, top: float) -> str:
    resource = name.removeprefix(HEADROOM)
    return (
        f"{resource}: its likely peak passes what is installed whatever is funded; the portfolio was solved with "
        f"{name} raised to {top:,.6g}, and the capacity that is missing must be bought on top"
    )


def reports_part(documents: Sequence[Document], catalogue: Catalogue, currency: str | None) -> ReadingPart:
    """Read reports and credit realised value, in one currency, to the catalogue's solutions."""
    readings = tuple(nlp.read_documents(documents, catalogue))
    return reading_part(readings, {document.id: document.text for document in documents}, catalogue, currency)


def with_budget(problem: Problem, amount: Decimal) -> Problem:
    """Return the problem with the limit `budget` on all its money over all periods, replacing one of that name."""
    limit = Limit(id=BUDGET, max=float(amount), of=dict.fromkeys(_money_keys(problem), 1.0))
    return replace(problem, limits=(*(other for other in problem.limits if other.id != BUDGET), limit))


def total_cost(problem: Problem) -> Decimal:
    """Money that every candidate would use at its dearest option, over all periods: what 100 % budget means."""
    total = Decimal(0)
    for candidate in problem.candidates:
        costs = [sum(amount for key, amount in option.uses.items() if is_money(key)) for option in candidate.options]
        total += Decimal(str(max(costs, default=0.0)))
    return total


def _typed(panel: pd.DataFrame, fan: pd.DataFrame) -> pd.DataFrame:
    """The panel with numbers and stamps instead of a file's text; the forecast has refused what is neither."""
    numbers = {name: pd.to_numeric(panel[name]) for name in (columns.Y, columns.CAPACITY) if name in panel.columns}
    stamps = pd.to_numeric(panel[columns.DS], errors="coerce")
    if isinstance(fan[columns.DS].dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(fan[columns.DS]):
        zone = getattr(fan[columns.DS].dt, "tz", None)
        stamps = pd.to_datetime(panel[columns.DS], utc=True, format="mixed").dt.tz_convert(zone)
    return panel.assign(**numbers, **{columns.DS: stamps})


def _money_keys(problem: Problem) -> list[str]:
    keys = {
        key
        for candidate in problem.candidates
        for uses in (candidate.exit, *(side for option in candidate.options for side in (option.uses, option.frees)))
        for key in uses
        if is_money(key)
    }
    return sorted(keys | {key for item in problem.committed for key in item.uses if is_money(key)})


def _frontier(problem: Problem, points: int) -> pd.DataFrame:
    """Best portfolios at other budgets: all money limits move together, in units of the one people call the budget."""
    stated = problem.to_dict()
    budget, moving = budget_limit(stated), money_limits(stated)
    if budget is None or budget.max <= 0:
        return pd.DataFrame(columns=list(FRONTIER_COLUMNS))
    part = budget.max / sum(limit.max for limit in moving)
    rows: list[Mapping[str, object]] = [
        {
            "budget": point.scale * budget.max,
            "value": point.objective,
            "bound": point.bound,
            "marginal_value": None if point.slope is None else point.slope / part,
        }
        for point in optimizer.frontier(problem, limits=[limit.id for limit in moving], points=points)
    ]
    return pd.DataFrame(rows, columns=list(FRONTIER_COLUMNS))


def _metered_share(consumers: pd.DataFrame) -> Decimal | None:
    known = consumers[consumers["metered_share"].notna()]
    whole = sum((abs(amount) for amount in consumers["amount"]), Decimal(0))
    if known.empty or not whole:
        return None
    metered = sum((abs(a) * s for a, s in zip(known["amount"], known["metered_share"], strict=True)), Decimal(0))
    return (metered / whole).quantize(Decimal("0.0001"))
