"""What reports credit to solutions in money: confirmed, and waiting for a person, never added up silently.

Role: sum a reading's money by solution and by how sure it is.
Must not know: how reports were read, or what a solution costs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from btim.value import Reading
from btim.value_ledger import value_ledger

POSTED, REVIEWABLE = "post", "review"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Credited:
    """Realised savings and gains of one solution, in one currency.

    `confirmed`: sure enough to count; `waiting`: what would count if a person accepted all of it; `expected`: the
    waiting amounts, each times the reader's own confidence. An estimate, for ordering the review: it is not value.
    """

    confirmed: Decimal
    waiting: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)

    @property
    def is_settled(self) -> bool:
        """Whether anything is confirmed, or nothing waits: only then can cost be held against value."""
        return bool(self.confirmed) or not self.waiting

    @property
    def at_most(self) -> Decimal:
        """Confirmed and waiting together: value if every waiting claim were accepted."""
        return self.confirmed + self.waiting


def credited_value(readings: Iterable[Reading], currency: str) -> Mapping[str, Credited]:
    """Totals by solution; amounts a year, in other currencies, of the whole company or not money are left out.

    Repetitions count once, also between a confirmed and a waiting statement (`btim.value_ledger`).
    """
    found: dict[str, Credited] = {}
    for entry in value_ledger(readings, bands=frozenset({POSTED, REVIEWABLE})).entries:
        is_money = entry.column in {"saving", "gain"} and entry.currency == currency and entry.per is None
        if not entry.counted or entry.solution is None or not is_money:
            continue
        before = found.get(entry.solution, Credited(Decimal(0)))
        if entry.event.band == POSTED:
            found[entry.solution] = Credited(before.confirmed + entry.amount, before.waiting, before.expected)
        else:
            likely = (entry.amount * Decimal(repr(entry.event.confidence))).quantize(CENT)
            found[entry.solution] = Credited(before.confirmed, before.waiting + entry.amount, before.expected + likely)
    return found
