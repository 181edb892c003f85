"""The months that a view covers, and how a span of them is written.

Role: turn what a person asks for (the latest twelve, one month, a first and a last) into months of a ledger.
Must not know: views.
"""

from collections.abc import Sequence

from btim.errors import UnknownReferenceError
from btim.ledger import Ledger
from btim.ledger_inputs import month_of

Months = int | str | tuple[str, str] | None


def chosen_months(ledger: Ledger, months: Months = 12) -> tuple[str, ...]:
    """Months of the ledger that a view covers: the latest n, one `YYYY-MM`, a first and last, or all (None).

    Raises:
        UnknownReferenceError: the ledger has no such month.
    """
    if months is None:
        return ledger.months
    if isinstance(months, int):
        return ledger.months[-months:]
    first, last = (months, months) if isinstance(months, str) else months
    try:
        found = tuple(month for month in ledger.months if month_of(first) <= month <= month_of(last))
    except ValueError:
        found = ()
    if not found:
        raise UnknownReferenceError(
            "the ledger has no such month",
            field="month",
            value=first if first == last else f"{first} to {last}",
            remedy=f"it runs from {ledger.months[0]} to {ledger.months[-1]}",
        )
    return found


def period_of(months: Sequence[str]) -> str:
    """First and last month as shown beside numbers."""
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def months_before(ledger: Ledger, covered: Sequence[str]) -> tuple[str, ...]:
    """The equally long time before, or nothing where the ledger does not reach back that far."""
    first = ledger.months.index(covered[0])
    before = ledger.months[max(0, first - len(covered)) : first]
    return before if len(before) == len(covered) else ()
