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
    """Finance, technology and business, in this order; a card without figures says what was not given."""
    return (
        Card("For finance", _finance(chain), "Neither a ledger nor a portfolio was given.", portfolio.ID),
        Card("For technology", _technology(chain), "No demand history was given.", demand.ID),
        Card("For the business", _business(chain), "No reports were given.", reading.ID),
    )


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
    figures = list(demand.demand_figures(chain.demand).items)
    tightest = demand.tightest_figure(chain.demand)
    return (*figures[:2], *([tightest] if tightest else []), figures[3])


def _business(chain: ChainResult) -> tuple[Figure, ...]:
    return () if chain.reading is None else reading.reading_figures(chain.reading, chain.currency).items
