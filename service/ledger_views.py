"""The three views by any columns, months, tags and plan: what the terminal prints and the API answers.

Role: one function from an opened ledger to a view and its stamp.
Must not know: terminals, HTTP, how costs are allocated.
"""

from collections.abc import Mapping

import pandas as pd

from btim.allocation import Allocation, allocate
from btim.covered_months import Months, chosen_months
from btim.errors import ValueFormatError
from btim.ledger import Ledger
from btim.stamp import Stamp, stamp
from btim.tagging import tagged_elements, with_tags
from btim.views import consumer_view, finance_view, technology_view

FINANCE, TECHNOLOGY, CONSUMER = VIEWS = ("finance", "technology", "consumer")
LAYER_COLUMNS = ("tower", "solution", "consumer")
USED = {
    "finance": ("budget", "plan_volumes", "volumes", "rates"),
    "technology": ("drivers", "volumes", "benchmarks", "prices", "rates"),
    "consumer": ("drivers", "volumes", "benchmarks", "prices", "rates"),
}
"""Files beside the ledger that a view's numbers come from."""


def span_of(month: str | None) -> Months:
    """One month, or a span `YYYY-MM:YYYY-MM`; None where none is given."""
    if month is None:
        return None
    first, _, last = month.partition(":")
    return (first, last or first)


def tags_of(texts: list[str] | None) -> dict[str, str]:
    """Tags written as `tag=value`.

    Raises:
        ValueFormatError: one is not.
    """
    wanted = {}
    for text in texts or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise ValueFormatError("is not tag=value", field="--tag", value=text, remedy='write "AI Enabled=Yes"')
        wanted[name.strip()] = value.strip()
    return wanted


def ledger_view(
    which: str, opened: Ledger, keys: tuple[str, ...], months: Months, tags: Mapping[str, str], plan: str | None
) -> tuple[pd.DataFrame, Stamp]:
    """A view and what stands beside it; tags of elements choose rows, tags that only lines carry choose lines."""
    covered = chosen_months(opened, months)
    if which == FINANCE:
        chosen = with_tags(opened, tags) if tags else opened
        frame = finance_view(chosen, keys or ("pool", "expenditure"), months, plan=plan)
        return frame, stamp(chosen, which, covered, inputs=USED[which])
    by = keys or (("tower",) if which == TECHNOLOGY else ("consumer", "solution"))
    layers = [layer for layer in LAYER_COLUMNS if layer in by]
    carriers = {layer: tagged_elements(opened, layer, tags) for layer in layers} if tags else {}
    if tags and not any(carriers.values()):
        opened = with_tags(opened, tags)
    allocation = allocate(opened)
    frame = _allocated(which, opened, by, months, allocation)
    if any(carriers.values()):
        carries = [frame[layer].isin(elements) for layer, elements in carriers.items()]
        frame = frame[pd.concat(carries, axis=1).any(axis=1)].reset_index(drop=True)
    return frame, stamp(opened, which, covered, allocation=allocation, inputs=USED[which])


def _allocated(which: str, opened: Ledger, by: tuple[str, ...], months: Months, allocation: Allocation) -> pd.DataFrame:
    if which == TECHNOLOGY:
        return technology_view(opened, months, by=by, allocation=allocation)
    return consumer_view(opened, by, months, allocation=allocation)
