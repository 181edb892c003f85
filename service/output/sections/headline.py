"""The top of the report: one card for each of its three readers.

Role: the few numbers that finance, technology and business look for first, taken from the sections' own figures.
Must not know: how the sections are drawn.
"""

from service.budget import budget_limit
from service.chain import ChainResult
from service.output.candidates import candidate_rows
from service.output.page import Card, Figure
from service.output.sections import demand, ledger, portfolio, reading


def cards(chain: ChainResult) -> tuple[Card, ...]:
    """Finance, technology and business, in this order; a reader whose parts were not given has no card."""
    readers = (
        Card("For finance", _finance(chain)),
        Card("For technology", _technology(chain)),
        Card("For the business", _business(chain)),
    )
    return tuple(card for card in readers if card.figures)


def _finance(chain: ChainResult) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    if chain.ledger is not None:
        figures.append(ledger.ledger_figures(chain.ledger, chain.currency).items[0])
    part = chain.portfolio
    if part is not None and part.recommendation.get("status") != "infeasible":
        rows, budget = candidate_rows(part), budget_limit(part.problem)
        currency = str(part.problem.get("currency") or "") or chain.currency
        figures += portfolio.funding_figures(part, rows, budget, currency).items[:3]
    return tuple(figures)


def _technology(chain: ChainResult) -> tuple[Figure, ...]:
    if chain.demand is None:
        return ()
    figures = [item for item in demand.demand_figures(chain.demand).items if item.label != demand.HOW_MANY]
    tightest = demand.tightest_figure(chain.demand)
    return (*figures[:-1], *([tightest] if tightest else []), figures[-1])


def _business(chain: ChainResult) -> tuple[Figure, ...]:
    if chain.reading is None:
        return ()
    return reading.reading_figures(chain.reading, reading.currency_of(chain.reading, chain)).items
