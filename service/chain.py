"""What one run of the chain leaves behind: frozen records that the report, the workbook and the CSV files read.

Role: the seam between the workflow, which fills these records, and the outputs, which only show them. A part that was
not run is `None`; the outputs then say that it was not given.
Must not know: how a number was computed, where it is stored, or how it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True)
class Source:
    """One input file: its path as the user gave it, its content hash, how many records it held, and what it is.

    `kind` is a short word for the reader: `ledger`, `demand`, `portfolio`, `catalogue`, `report` …
    """

    path: str
    sha256: str
    rows: int
    kind: str


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """Where the money went: the three views of the imported ledger and how it reconciled.

    `finance`, `technology` and `consumer` have the columns of `btim.views`; money in them is exact and in the run's
    currency. `unmapped_share` is the part of the amount no rule mapped (0–1); `metered_share` the part that was
    allocated by metered drivers (0–1), None when nothing was allocated. `period` names the months, first to last.
    """

    finance: pd.DataFrame
    technology: pd.DataFrame
    consumer: pd.DataFrame
    reconciliation: pd.DataFrame
    unmapped_share: Decimal
    metered_share: Decimal | None
    period: str


@dataclass(frozen=True, slots=True)
class DemandPart:
    """What demand did and will peak at.

    `history` has the columns of a panel (`unique_id`, `ds`, `y`, optionally `tower`, `unit`, `capacity`, `statistic`);
    `fan` those of a forecast (`point`, `mean`, `q2.5` …, `model`, `fallback`); `peaks` those of a peaks file.
    `freq` is the panel's step as a pandas alias.
    """

    history: pd.DataFrame
    fan: pd.DataFrame
    peaks: pd.DataFrame
    freq: str


@dataclass(frozen=True, slots=True)
class PortfolioPart:
    """What to fund: the problem and the recommendation as their contract's JSON objects.

    `frontier`: `budget`, `value`, `bound`, `marginal_value`, one row a budget. `headroom`: `unique_id`, `tower`,
    `capacity`, `q95`, `headroom`, `unit`: the limits that came from the peaks; empty when there were none.
    `notes` say what had to be accepted for a portfolio to exist.
    """

    problem: Mapping[str, Any]
    recommendation: Mapping[str, Any]
    frontier: pd.DataFrame
    headroom: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingPart:
    """What reports say came of it.

    `readings` are the contract's output lines (`id`, `events`, `risks`), `texts` the kept text of each document by its
    id: evidence offsets refer to it. `events` is one row an event: `document` and the contract's fields, with
    `counted` (bool) and `why` (the reason when it was not). `by_solution`: `solution`, `name`, `realised_saving`,
    `realised_gain`, `other_changes`, `events`, `confidence`. `unsettled`: the events a person must look at.
    """

    events: pd.DataFrame
    readings: tuple[Mapping[str, Any], ...]
    texts: Mapping[str, str]
    by_solution: pd.DataFrame
    unsettled: pd.DataFrame


@dataclass(frozen=True, slots=True)
class ChainResult:
    """One whole run, ready to be shown. `as_of` is an ISO date or timestamp; `timings` are seconds by stage.

    `names` gives the catalogue's name of a solution by its id; an id without one is shown as it is.
    """

    title: str
    synthetic: bool
    as_of: str
    currency: str | None = None
    seed: int | None = None
    sources: tuple[Source, ...] = ()
    ledger: LedgerPart | None = None
    demand: DemandPart | None = None
    portfolio: PortfolioPart | None = None
    reading: ReadingPart | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
