"""Known events: public holidays and the planner's own calendar, and what past occurrences did to demand.

Role: a multiplier for every step of every forecast, from occurrences that had ended before its origin.
Must not know: models, paths, peaks.

An occurrence's effect is its sum over the median of the same steps one to four weeks before (earlier events taken out);
effects are averaged as logarithms and shrunk for few occurrences. An event without precedent takes the uplift that its
planner gave, and the answer calls that an assumption.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

from btim import panel as columns
from btim.errors import SchemaError, ValueFormatError, listed
from btim.tables import line_of
from forecasting.cleaning import Span, references
from forecasting.frequency import DAY
from forecasting.panel import DemandSeries, Panel
from forecasting.stamps import written_stamps

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REQUIRED = ("event", "ds")
SHRINK = 0.5
WEEK = 7
DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True)
class Event:
    """One occurrence: name, first and last day, the uplift to assume without precedent, and whom it concerns."""

    name: str
    first: np.datetime64
    last: np.datetime64
    uplift: float = float("nan")
    tower: str = ""
    unique_id: str = ""

    def concerns(self, one: DemandSeries) -> bool:
        """Whether the event touches a series."""
        return self.tower in {"", one.tower} and self.unique_id in {"", one.unique_id}


def calendar_events(frame: pd.DataFrame, *, file: str | None = None) -> tuple[Event, ...]:
    """Read a calendar: `event`, `ds` (first day), and optionally `until`, `uplift` (a factor), `tower`, `unique_id`.

    Raises:
        SchemaError: a required column is missing.
        ValueFormatError: a day or uplift cannot be read, or an event ends before it begins.
    """
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise SchemaError(
            f"missing column {listed(map(repr, missing))}", file=file, row=1, remedy="give event and ds (a day)"
        )
    return tuple(_event(dict(row), index, file) for index, row in enumerate(frame.to_dict("records")))


def public_holidays(codes: Sequence[str], panel: Panel, horizon: int) -> tuple[Event, ...]:
    """Public holidays of countries (ISO codes such as CN, HK, US) over the panel's span and horizon.

    Days in a row with one name are one occurrence.

    Raises:
        ValueFormatError: a country is unknown, or the panel has steps longer than a day or without a date.
    """
    if codes and not 0 < panel.frequency.nanoseconds <= DAY:
        raise ValueFormatError(
            "need steps of a day or less", field="holidays", value=panel.frequency.name, remedy="leave --holidays out"
        )
    if not codes:
        return ()
    years = sorted({int(str(day)[:4]) for one in panel.series for day in (_dates(panel, one, horizon)[[0, -1]])})
    found: list[Event] = []
    for code in codes:
        try:
            calendar = holidays.country_holidays(code.upper(), years=range(years[0], years[-1] + 1))
        except NotImplementedError:
            raise ValueFormatError(
                "unknown country", field="holidays", value=code, remedy="use ISO codes such as CN, HK, TW, US, GB, DE"
            ) from None
        found += _occurrences(code.upper(), sorted(calendar.items()))
    return tuple(found)


def event_spans(panel: Panel, horizon: int, events: Sequence[Event]) -> list[list[Span]]:
    """Each series' occurrences on its own grid, up to `horizon` steps after its end, in order of time.

    Raises:
        ValueFormatError: there are events, but the panel counts steps without dates.
    """
    if events and panel.frequency.is_integer:
        raise ValueFormatError(
            "need dates", field="events", value="steps", remedy="give stamps instead of step numbers"
        )
    found: list[list[Span]] = []
    for one in panel.series:
        mine = [event for event in events if event.concerns(one)]
        dates = _dates(panel, one, horizon) if mine else np.empty(0, dtype="datetime64[D]")
        spans = [
            Span(
                event.name,
                int(np.searchsorted(dates, event.first)),
                int(np.searchsorted(dates, event.last, side="right")),
                event.uplift,
            )
            for event in mine
        ]
        found.append(sorted((span for span in spans if span.begin < span.end), key=lambda span: span.begin))
    return found


def event_multipliers(
    filled: Floats, usual: Floats, spans: Sequence[Span], backs: Ints, horizon: int, week: int
) -> tuple[Floats, str]:
    """Multipliers (origin, step) of one series, and what is applied to its coming steps.

    Args:
        filled: the history as it was.
        usual: the history without its events.
        spans: the series' occurrences.
        backs: origins, as distances from the end.
        horizon: steps after each origin.
        week: steps of a week.
    """
    target = np.ones((len(backs), horizon))
    applied: list[str] = []
    for name in sorted({span.name for span in spans}):
        occurrences = [span for span in spans if span.name == name]
        effects = [_effect(filled, usual, span, week) for span in occurrences]
        for j, back in enumerate(backs):
            notes = _apply(target[j], occurrences, effects, len(filled) - int(back))
            applied += notes if j == len(backs) - 1 else []
    return target, ", ".join(applied)


def _apply(target: Floats, spans: Sequence[Span], effects: Sequence[float], cut: int) -> list[str]:
    """Multiply one origin's steps for one event, from occurrences that had ended before `cut`; says what it did."""
    known = [e for e, span in zip(effects, spans, strict=True) if span.end <= cut and np.isfinite(e)]
    applied = []
    for span in spans:
        inside = slice(max(span.begin, cut) - cut, min(span.end, cut + len(target)) - cut)
        if cut < 0 or inside.start >= inside.stop:
            continue
        factor = float(np.exp(sum(known) / (len(known) + SHRINK))) if known else span.uplift
        if np.isfinite(factor):
            target[inside] *= factor
            applied.append(f"{span.name} ×{factor:.2f} ({f'{len(known)} before' if known else 'assumed'})")
    return applied


def _effect(filled: Floats, usual: Floats, span: Span, week: int) -> float:
    """Logarithm of an occurrence's sum over the median of the same steps in the weeks before; NaN when unknown."""
    if span.end > len(filled):
        return float("nan")
    shifts = references(span.begin, span.end, week)
    if not shifts:
        return float("nan")
    before = float(np.median([usual[span.begin - shift : span.end - shift].sum() for shift in shifts]))
    came = float(filled[span.begin : span.end].sum())
    return float(np.log(came / before)) if before > 0 and came > 0 else float("nan")


def _dates(panel: Panel, one: DemandSeries, horizon: int) -> npt.NDArray[np.datetime64]:
    stamps = panel.frequency.stamps(one.first, np.arange(len(one.y) + horizon))
    written = written_stamps(stamps, panel.frequency, panel.tz)
    wall = written.dt.tz_localize(None) if isinstance(written.dtype, pd.DatetimeTZDtype) else written
    return wall.to_numpy().astype("datetime64[D]")


def _occurrences(code: str, days: Sequence[tuple[object, str]]) -> list[Event]:
    found: list[Event] = []
    for day, text in days:
        name = f"{code} {re.sub(r' *[(].*[)]', '', text)}"
        stamp = np.datetime64(str(day), "D")
        if found and found[-1].name == name and stamp - found[-1].last == np.timedelta64(1, "D"):
            found[-1] = Event(name, found[-1].first, stamp)
        else:
            found.append(Event(name, stamp, stamp))
    return found


def _event(row: dict[object, object], index: int, file: str | None) -> Event:
    first = _day(row["ds"], "ds", index, file)
    last = _day(row["until"], "until", index, file) if _given(row.get("until")) else first
    if last < first:
        raise ValueFormatError(
            "ends before it begins",
            file=file,
            row=line_of(index),
            field="until",
            value=str(last),
            remedy="swap the days",
        )
    uplift = float("nan")
    if _given(row.get("uplift")):
        try:
            uplift = float(str(row["uplift"]))
        except ValueError:
            uplift = -1.0
        if not 0 < uplift < 1e3:
            raise ValueFormatError(
                "is not a factor above 0",
                file=file,
                row=line_of(index),
                field="uplift",
                value=row["uplift"],
                remedy="write 1.4 for 40 % more",
            )
    tower, unique_id = (
        str(row[key]).strip() if _given(row.get(key)) else "" for key in (columns.TOWER, columns.UNIQUE_ID)
    )
    return Event(str(row["event"]).strip(), first, last, uplift, tower, unique_id)


def _day(cell: object, field: str, index: int, file: str | None) -> np.datetime64:
    text = str(cell).strip()
    if DATE.fullmatch(text):
        try:
            return np.datetime64(text[:10], "D")
        except ValueError:
            pass
    raise ValueFormatError(
        "is not a day", file=file, row=line_of(index), field=field, value=cell, remedy="write days like 2026-11-11"
    )


def _given(cell: object) -> bool:
    return cell is not None and cell == cell and str(cell).strip() != ""
