"""What stands beside every published number of a ledger: whose, of when, from what, at which rates, how sure.

Role: one record that a table shows below its rows and a CSV carries in columns.
Must not know: terminals, pages, or what a view holds.
"""

import calendar
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from btim.allocation import ASSUMED_BASES, METERED_BASES, Allocation
from btim.covered_months import period_of
from btim.files import sha256_of
from btim.ledger import Ledger
from btim.taxonomy import UNMAPPED
from btim.view_frames import share_of

SHORT_HASH, MOST_NAMED = 12, 4
COLUMNS = (
    "view", "ledger", "synthetic", "period", "as_of", "month_state", "status", "currency", "rates", "tax", "prices",
    "share_mapped", "share_metered", "sources", "sources_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """What a number is.

    `as_of`: last day that the ledger's data reach; `months`: closed, open, or closed up to one of them; `status`:
    actual, plan, forecast, accrued or claimed; `tax`: what the files say amounts hold (excluded is net, included is
    gross); `prices`: nominal always, as nothing is deflated; `share_mapped`: of the absolute cost, what a rule placed
    in a pool and tower, None without cost; `share_metered`: of what a driver split, the part whose quantity is
    measured, None where nothing was split; `sources`: name and SHA-256 of every file that the numbers come from.
    """

    view: str
    ledger: str
    synthetic: bool
    period: str
    as_of: str
    month_state: str
    status: str
    currency: str
    rates: str
    tax: str
    prices: str
    share_mapped: Decimal | None
    share_metered: Decimal | None
    sources: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """One hash over all sources, whatever their order: another digest, other data."""
        parts = sorted(digest for _, digest in self.sources)
        return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()

    def columns(self) -> dict[str, str]:
        """The stamp as columns of a CSV."""
        cells = {name: getattr(self, name) for name in COLUMNS if name not in {"sources", "sources_sha256"}}
        texts = {name: "" if value is None else str(value) for name, value in cells.items()}
        return texts | {"sources": " ".join(_counted(self.sources)), "sources_sha256": self.digest}

    def lines(self) -> list[str]:
        """The stamp as lines below a table."""
        label = "SYNTHETIC · " if self.synthetic else ""
        metered = "nothing split by a driver" if self.share_metered is None else f"{self.share_metered:.1%} metered"
        mapped = "no cost to map" if self.share_mapped is None else f"{self.share_mapped:.1%} of cost mapped"
        named = [f"{name} {digest[:SHORT_HASH]}" for name, digest in self.sources[:MOST_NAMED]]
        more = [f"and {len(self.sources) - MOST_NAMED} more"] if len(self.sources) > MOST_NAMED else []
        return [
            f"{label}as of {self.as_of} · {self.period} · {self.month_state} · {self.status} · {self.currency}, "
            f"{self.rates} · tax {self.tax} · {self.prices}",
            f"{mapped} · {metered} · sources {self.digest[:SHORT_HASH]}: {', '.join([*named, *more])}",
        ]


def stamp(
    ledger: Ledger,
    view: str,
    months: Sequence[str],
    *,
    allocation: Allocation | None = None,
    status: str = "actual",
    inputs: Sequence[str] = (),
) -> Stamp:
    """The stamp of a view over these months.

    Args:
        ledger: at the rates that the view shows.
        view: its name.
        months: the months it covers.
        allocation: where it split cost by drivers.
        status: what the numbers are.
        inputs: files beside the ledger that it used, by their name in `[inputs]`; those not given are passed over.

    Raises:
        FileError: one of the inputs is gone.
    """
    names = [name for name in inputs if name in ledger.inputs]
    files = [(source.name, source.sha256) for source in ledger.sources if not source.repeated_of]
    return Stamp(
        view=view,
        ledger=ledger.title,
        synthetic=ledger.synthetic,
        period=period_of(months),
        as_of=_last_day(ledger),
        month_state=_state(ledger, months),
        status=status,
        currency=ledger.currency,
        rates=str(ledger.basis) if (ledger.costs["currency"] != ledger.currency).any() else "no conversion",
        tax=", ".join(sorted({source.tax for source in ledger.sources})),
        prices="nominal",
        share_mapped=_mapped(ledger.costs, months),
        share_metered=None if allocation is None else _metered(allocation, months),
        sources=(*files, *((ledger.inputs[name].name, sha256_of(ledger.inputs[name])) for name in names)),
    )


def differing(now: Stamp, published: pd.DataFrame) -> Mapping[str, tuple[str, str]]:
    """What of the stamp differs from a published CSV, as (then, now); nothing where the CSV carries no stamp."""
    if published.empty:
        return {}
    cells = now.columns()
    first = published.iloc[0]
    return {
        name: (str(first[name]), cells[name])
        for name in COLUMNS
        if name in published.columns and str(first[name]) != cells[name]
    }


def _counted(sources: Sequence[tuple[str, str]]) -> list[str]:
    most = 12
    named = [f"{name}:{digest}" for name, digest in sources[:most]]
    return [*named, f"+{len(sources) - most}"] if len(sources) > most else named


def _last_day(ledger: Ledger) -> str:
    last = ledger.months[-1]
    if ledger.calendar.kind != "months":
        return last
    year, month = int(last[:4]), int(last[5:7])
    return f"{last}-{calendar.monthrange(year, month)[1]}"


def _state(ledger: Ledger, months: Sequence[str]) -> str:
    through = ledger.closed_through
    if through is None or months[0] > through:
        return "months open"
    return "months closed" if months[-1] <= through else f"months closed through {through}, later ones open"


def _mapped(costs: pd.DataFrame, months: Sequence[str]) -> Decimal | None:
    lines = costs[costs["month"].isin(months)]
    sizes = lines["amount"].abs()
    placed = (lines["pool"] != UNMAPPED) & (lines["tower"] != UNMAPPED)
    return share_of(int(sizes[placed].sum()), int(sizes.sum()))


def _metered(allocation: Allocation, months: Sequence[str]) -> Decimal | None:
    flows = allocation.flows[allocation.flows["month"].isin(months)]
    sizes = flows["amount"].abs().groupby(flows["basis"], observed=True).sum()
    metered, assumed = (int(sizes.reindex(bases).sum()) for bases in (METERED_BASES, ASSUMED_BASES))
    return share_of(metered, metered + assumed)
