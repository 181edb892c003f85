"""Pictures of a recommendation: the waterline, value at other budgets, and who asked for the money.

Role: candidates and the frontier as charts with their captions.
Must not know: how a portfolio was chosen.
"""

from collections.abc import Sequence

from service.budget import BudgetLimit
from service.chain import PortfolioPart
from service.output.candidates import CandidateRow, committed_spend, expected_worth
from service.output.charts.money import Part, RankedBar, ranked_bars
from service.output.charts.portfolio import Bar, frontier_chart, merged, waterline_chart
from service.output.formats import Scale, counted, money, money_scale, scaled, unit_of
from service.output.page import Chart, Gallery

MOST_BARS, LEAST_BARS, LEAST_POINTS = 10, 2, 2


def pictures(
    part: PortfolioPart,
    rows: Sequence[CandidateRow],
    budget: BudgetLimit | None,
    currency: str | None,
    *,
    synthetic: bool,
) -> Gallery:
    """The waterline, value at other budgets, and who asked for the money."""
    maximum = None if budget is None else budget.max
    bars = [_bar(row, currency) for row in rows if row.ratio is not None]
    free = sum(row.ratio is None for row in rows)
    charts = [
        Chart(
            "The waterline",
            waterline_chart(
                merged(bars),
                budget=maximum,
                committed=committed_spend(part, budget),
                currency=currency,
                synthetic=synthetic,
            ),
            "recommended",
            "Each bar is a candidate: thickness is what it takes of the budget, length its worth per unit of that. "
            "A longer bar below the line is stopped by another limit or a rule, not by money alone: see its reason."
            + (f" {counted(free, 'candidate')} that take no budget are not drawn." if free else ""),
        )
    ]
    curve = _frontier(part, budget, currency, synthetic=synthetic)
    charts += [curve] if curve else []
    spread = _spend_chart(rows, currency, synthetic=synthetic)
    return Gallery("", tuple(charts + ([spread] if spread else [])), beside=True)


def _frontier(
    part: PortfolioPart, budget: BudgetLimit | None, currency: str | None, *, synthetic: bool
) -> Chart | None:
    found = int(part.frontier["value"].notna().sum()) if len(part.frontier) else 0
    if found < LEAST_POINTS:
        return None
    worth = expected_worth(part)
    chosen = None if budget is None or worth is None else (budget.max, worth)
    note = "Dots are solved portfolios, all limits on money moved together; the dashed line above is the proven bound."
    if found < len(part.frontier):
        note += f" Under the rules, no portfolio fits {counted(len(part.frontier) - found, 'smaller budget')}."
    svg = frontier_chart(part.frontier, chosen=chosen, currency=currency, synthetic=synthetic)
    return Chart("Budget and value", svg, "forecast", note)


def _spend_chart(rows: Sequence[CandidateRow], currency: str | None, *, synthetic: bool) -> Chart | None:
    by = "tower" if any(row.tower for row in rows) else "category"
    sums: dict[str, list[float]] = {}
    for row in rows:
        pair = sums.setdefault(str(getattr(row, by)) or "none stated", [0.0, 0.0])
        pair[0 if row.funded else 1] += max(row.spend, 0.0)
    ranked = sorted(sums.items(), key=lambda item: -item[1][0])[:MOST_BARS]
    if len(ranked) < LEAST_BARS:
        return None
    scale = money_scale(sum(pair) for _, pair in ranked)
    bars = [RankedBar(name, _pieces(name, pair, scale), end=scaled(pair[0], scale)) for name, pair in ranked]
    title = f"Budget asked for by {by}"
    svg = ranked_bars("spend", bars, title=title, unit=unit_of(currency, scale), divisor=scale.divisor,
                      synthetic=synthetic)  # fmt: skip
    return Chart(title, svg, "recommended", "Blue: funded, the figure at the end; grey: asked for and not funded.")


def _pieces(name: str, pair: Sequence[float], scale: Scale) -> tuple[Part, ...]:
    words = ("funded", "not funded")
    return tuple(
        Part(size, shade, f"{name}: {scaled(size, scale)} {word}")
        for size, shade, word in zip(pair, ("water", "sunk"), words, strict=True)
        if size
    )


def _bar(row: CandidateRow, currency: str | None) -> Bar:
    words = f"{row.name} ({row.id}, {row.option}): {money(row.spend, currency)}, worth {money(row.value, currency)}"
    return Bar(row.name, max(row.spend, 0.0), row.ratio or 0.0, row.funded, words)
