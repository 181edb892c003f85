"""The door of the forecasting room: a panel frame is checked once and becomes evenly spaced series.

Role: refuse what cannot be forecast, naming row, column, value and remedy; put the rest on its time grid.
Must not know: models, horizons, or where the frame came from beyond a file name for messages.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim import panel as columns
from btim.errors import (
    DuplicateError,
    FileError,
    InsufficientHistoryError,
    SchemaError,
    ValueFormatError,
    WaterlineError,
    listed,
)
from btim.tables import line_of
from forecasting.frequency import Frequency
from forecasting.stamps import parsed_stamps

Floats = npt.NDArray[np.float64]
OnRefusal = Callable[[WaterlineError], None]
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "nat"})
TRUE = frozenset({"true", "1", "yes", "t", "1.0"})
FALSE = frozenset({"false", "0", "no", "f", "0.0"}) | MISSING
MOST_STEPS = 5_000_000
SPARSEST = 0.02
KEEP_GOING = "correct the file, or pass --keep-going to answer the other series"


@dataclass(frozen=True)
class DemandSeries:
    """One series on its grid: `y` runs from the first to the last observation, NaN where missing."""

    unique_id: str
    tower: str
    unit: str | None
    statistic: str | None
    first: Any
    y: Floats
    capacity_at: npt.NDArray[np.int64] = field(repr=False)
    capacity: Floats = field(repr=False)
    censored: npt.NDArray[np.bool_] = field(repr=False)
    snapped: int = 0

    @property
    def gaps(self) -> int:
        """Steps without an observation between the first and the last."""
        return int(np.isnan(self.y).sum())

    def capacity_in_force(self, position: int) -> float:
        """Capacity stated last at or before a grid position; NaN when none was stated."""
        known = int(np.searchsorted(self.capacity_at, position, side="right"))
        return float(self.capacity[known - 1]) if known else float("nan")


@dataclass(frozen=True)
class Panel:
    """Checked series in the order of their ids, on one frequency."""

    series: tuple[DemandSeries, ...]
    frequency: Frequency
    tz: str | None = None
    has_towers: bool = False


def checked_panel(
    frame: pd.DataFrame,
    frequency: Frequency,
    *,
    tz: str | None = None,
    file: str | None = None,
    on_refusal: OnRefusal | None = None,
) -> Panel:
    """Check a panel frame and put every series on its grid.

    Args:
        frame: columns `unique_id`, `ds`, `y` and the optional ones, as text (CSV) or typed.
        frequency: the panel's step.
        tz: zone in which naive stamps are read and results are written; None reads and writes them as they are.
        file: name used in messages.
        on_refusal: receives what is wrong with one series, which is then left out; None raises it.

    Raises:
        SchemaError: a required column is missing.
        FileError: there are no rows.
        ValueFormatError: a cell is not a number, stamp or truth value, or stamps do not fit the frequency.
        DuplicateError: a series has a stamp twice.
        InsufficientHistoryError: a series has no observation at all, or no series is left.
    """
    _require_columns(frame, file)
    table = _Table(frame, frequency, tz, file, on_refusal)
    series = tuple(table.series())
    if not series:
        raise InsufficientHistoryError("no series can be forecast", file=file, remedy="see the messages above")
    return Panel(series, frequency, tz, columns.TOWER in frame.columns)


def _require_columns(frame: pd.DataFrame, file: str | None) -> None:
    missing = [name for name in columns.REQUIRED if name not in frame.columns]
    if missing:
        raise SchemaError(
            f"missing column {listed(repr(name) for name in missing)}",
            file=file,
            row=1,
            remedy=f"the panel has {listed(frame.columns, most=20)}; rename a column or map it",
        )
    if frame.empty:
        raise FileError("the panel has no rows", file=file, remedy="export it again with its rows")


class _Table:
    """The columns of a panel, parsed as arrays; problems are kept per row until their series is reached."""

    def __init__(
        self,
        frame: pd.DataFrame,
        frequency: Frequency,
        tz: str | None,
        file: str | None,
        on_refusal: OnRefusal | None,
    ) -> None:
        self.frame, self.frequency, self.file, self.on_refusal = frame, frequency, file, on_refusal
        self.ids = _text(frame[columns.UNIQUE_ID])
        self.ds, self.ds_wrong = parsed_stamps(frame[columns.DS], frequency, tz, self.ids)
        self.y, self.y_wrong = _numbers(frame[columns.Y])
        self.capacity, self.capacity_wrong = self._optional_numbers(columns.CAPACITY)
        self.censored, self.censored_wrong = self._truths(columns.CENSORED)
        self.labels = {
            name: _text(frame[name]) if name in frame.columns else None
            for name in (columns.TOWER, columns.UNIT, columns.STATISTIC)
        }

    def series(self) -> Iterator[DemandSeries]:
        blank = np.flatnonzero(self.ids == "")
        if blank.size:
            raise ValueFormatError(
                "is blank", file=self.file, row=line_of(blank[0]), field=columns.UNIQUE_ID, remedy="name the series"
            )
        codes, names = pd.factorize(self.ids, sort=True)
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(names) + 1))
        for code, name in enumerate(names):
            rows = order[bounds[code] : bounds[code + 1]]
            try:
                yield self._one(str(name), rows)
            except WaterlineError as refusal:
                if self.on_refusal is None:
                    raise
                self.on_refusal(refusal)

    def _one(self, name: str, rows: npt.NDArray[np.intp]) -> DemandSeries:
        self._refuse_wrong_cells(name, rows)
        rows = rows[np.argsort(self.ds[rows], kind="stable")]
        self._refuse_duplicates(name, rows)
        seen = np.flatnonzero(~np.isnan(self.y[rows]))
        if not seen.size:
            raise InsufficientHistoryError(
                f"series {name!r} has no observation",
                file=self.file,
                row=line_of(rows[0]),
                field=columns.Y,
                remedy=f"leave the series out or fill it; {KEEP_GOING}",
            )
        first = self.ds[rows[seen[0]]]
        positions, off = self.frequency.positions(self.ds[rows], first)
        self._refuse_off_grid(name, rows, positions, off, int(seen.size))
        length = int(positions[seen[-1]]) + 1
        y = np.full(length, np.nan)
        inside = rows[seen[0] : seen[-1] + 1], positions[seen[0] : seen[-1] + 1]
        y[inside[1]] = self.y[inside[0]]
        censored = np.zeros(length, dtype=np.bool_)
        censored[inside[1]] = self.censored[inside[0]]
        stated = ~np.isnan(self.capacity[rows])
        return DemandSeries(
            unique_id=name,
            tower=self._label(columns.TOWER, rows, name) or "",
            unit=self._label(columns.UNIT, rows, name),
            statistic=self._label(columns.STATISTIC, rows, name),
            first=first,
            y=y,
            capacity_at=positions[stated],
            capacity=self.capacity[rows][stated],
            censored=censored,
            snapped=int(np.count_nonzero(off)),
        )

    def _refuse_wrong_cells(self, name: str, rows: npt.NDArray[np.intp]) -> None:
        for column, wrong, expected in (
            (columns.DS, self.ds_wrong, "is not a time stamp" if not self.frequency.is_integer else "is not a step"),
            (columns.Y, self.y_wrong, "is not a number"),
            (columns.CAPACITY, self.capacity_wrong, "is not a number"),
            (columns.CENSORED, self.censored_wrong, "is not true or false"),
        ):
            bad = rows[wrong[rows]]
            if bad.size:
                raise ValueFormatError(
                    f"{expected} (series {name!r})",
                    file=self.file,
                    row=line_of(bad.min()),
                    field=column,
                    value=self.frame[column].iloc[int(bad.min())],
                    remedy=f"write a plain number, or leave it blank when missing; {KEEP_GOING}"
                    if column != columns.DS
                    else f"write stamps like 2026-01-31 13:00, or whole steps with --freq 1; {KEEP_GOING}",
                )

    def _refuse_duplicates(self, name: str, rows: npt.NDArray[np.intp]) -> None:
        twice = np.flatnonzero(self.ds[rows][1:] == self.ds[rows][:-1])
        if twice.size:
            earlier, later = sorted((int(rows[twice[0]]), int(rows[twice[0] + 1])))
            raise DuplicateError(
                f"stands {'twice' if twice.size == 1 else f'{twice.size} times too often'} "
                f"(first on row {line_of(earlier)})",
                file=self.file,
                row=line_of(later),
                field=f"{columns.UNIQUE_ID}, {columns.DS}",
                value=f"{name} / {self.frame[columns.DS].iloc[later]}",
                remedy=f"keep one row a series and stamp; {KEEP_GOING}",
            )

    def _refuse_off_grid(
        self,
        name: str,
        rows: npt.NDArray[np.intp],
        positions: npt.NDArray[np.int64],
        off: npt.NDArray[np.int64],
        seen: int,
    ) -> None:
        same = np.flatnonzero(positions[1:] == positions[:-1])
        if same.size:
            self._wrong_frequency(name, int(rows[same[0] + 1]), "falls into the same step as the row before it")
        span = int(positions[-1]) + 1
        if span > MOST_STEPS or (seen > 2 and seen < SPARSEST * span):
            self._wrong_frequency(name, int(rows[0]), f"{seen} observations lie spread over {span} steps")
        if self.frequency.months and np.any(off):
            self._wrong_frequency(name, int(rows[np.flatnonzero(off)[0]]), "lies between two steps")

    def _wrong_frequency(self, name: str, row: int, what: str) -> None:
        raise ValueFormatError(
            f"{what} of frequency {self.frequency.name} (series {name!r})",
            file=self.file,
            row=line_of(row),
            field=columns.DS,
            value=self.frame[columns.DS].iloc[row],
            remedy=f"pass the panel's own --freq, or aggregate it first; {KEEP_GOING}",
        )

    def _optional_numbers(self, name: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
        if name in self.frame.columns:
            return _numbers(self.frame[name])
        return np.full(len(self.frame), np.nan), np.zeros(len(self.frame), dtype=np.bool_)

    def _truths(self, name: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        if name not in self.frame.columns:
            return np.zeros(len(self.frame), dtype=np.bool_), np.zeros(len(self.frame), dtype=np.bool_)
        text = pd.Series(_text(self.frame[name])).str.lower()
        return text.isin(TRUE).to_numpy(bool), ~text.isin(TRUE | FALSE).to_numpy(bool)

    def _label(self, name: str, rows: npt.NDArray[np.intp], unique_id: str) -> str | None:
        values = self.labels[name]
        if values is None:
            return None
        found = sorted(set(values[rows]) - {""})
        if len(found) > 1:
            other = int(rows[values[rows] == found[1]].min())
            raise ValueFormatError(
                f"differs within series {unique_id!r}: {listed(map(repr, found))}",
                file=self.file,
                row=line_of(other),
                field=name,
                value=found[1],
                remedy=f"give each series one {name}; {KEEP_GOING}",
            )
        return found[0] if found else None


def _text(column: pd.Series) -> npt.NDArray[np.object_]:
    codes, found = pd.factorize(column, use_na_sentinel=True)
    names = np.array([*(str(value).strip() for value in found), ""], dtype=object)
    return np.asarray(names[codes], dtype=object)


def _numbers(column: pd.Series) -> tuple[Floats, npt.NDArray[np.bool_]]:
    if pd.api.types.is_bool_dtype(column):
        return np.full(len(column), np.nan), np.ones(len(column), dtype=np.bool_)
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.isinf(values)
    if not pd.api.types.is_numeric_dtype(column):
        blank = pd.Series(_text(column)).str.lower().isin(MISSING).to_numpy(bool)
        wrong |= np.isnan(values) & ~blank
    return np.where(wrong, np.nan, values), wrong
