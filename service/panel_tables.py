"""Panels between a table and the store: rows with sortable stamps, and back to a frame that can be forecast.

Role: the one place where a stored panel's stamps are written and read.
Must not know: SQL, HTTP, models.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from btim import panel as columns
from btim.errors import SchemaError, ValueFormatError
from btim.tables import line_of, parsed_column, plain_decimal, refuse_duplicates
from forecasting.frequency import Frequency
from forecasting.frequency import frequency as frequency_of
from forecasting.stamps import parsed_stamps

DIGITS = 15
LONGEST = 200
TRUE, FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})
TEXTS = (columns.TOWER, columns.UNIT, columns.STATISTIC)


def rows_of(frame: pd.DataFrame, *, freq: str, tz: str | None, file: str) -> list[dict[str, Any]]:
    """Rows for the store: `unique_id`, `ds` as sortable text, `y` and what else a panel may say.

    Stamps of a panel with a zone are kept in UTC; the same instant has one spelling.

    Raises:
        SchemaError: a required column is missing, or one is unknown.
        ValueFormatError: a cell is not what it must be; row and column are named.
        DuplicateError: a series has a stamp twice.
    """
    _refuse_columns(frame, file)
    frequency = frequency_of(freq)
    ids = [str(cell).strip() for cell in frame[columns.UNIQUE_ID]]
    stamps = _stamps(frame, frequency, tz, ids, file)
    refuse_duplicates(pd.DataFrame({columns.UNIQUE_ID: ids, columns.DS: stamps}), list(columns.REQUIRED[:2]), file=file)
    cells: dict[str, list[Any]] = {
        columns.UNIQUE_ID: ids,
        columns.DS: stamps,
        columns.Y: _numbers(frame, columns.Y, file),
        columns.CAPACITY: _numbers(frame, columns.CAPACITY, file),
        columns.CENSORED: _flags(frame, file),
        **{name: _texts(frame, name) for name in TEXTS},
    }
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def frame_of(rows: Iterable[Mapping[str, Any]], *, freq: str, tz: str | None) -> pd.DataFrame:
    """A panel frame of stored rows; optional columns that say nothing are left out."""
    frame = pd.DataFrame(list(rows), columns=[*columns.REQUIRED, *columns.OPTIONAL])
    frequency = frequency_of(freq)
    if frequency.is_integer:
        frame[columns.DS] = frame[columns.DS].astype("int64")
    else:
        frame[columns.DS] = pd.to_datetime(frame[columns.DS], format="ISO8601")
        if tz is not None and frequency.is_clock:
            frame[columns.DS] = frame[columns.DS].dt.tz_localize("UTC")
    silent = [name for name in columns.OPTIONAL if frame[name].isna().all() or (frame[name] == "").all()]
    return frame.drop(columns=silent)


def _refuse_columns(frame: pd.DataFrame, file: str) -> None:
    for name in columns.REQUIRED:
        if name not in frame.columns:
            raise SchemaError(
                f"missing column {name!r}", file=file, row=1, remedy="send unique_id, ds and y (docs/demand.md)"
            )


def _stamps(frame: pd.DataFrame, frequency: Frequency, tz: str | None, ids: list[str], file: str) -> list[str]:
    found, wrong = parsed_stamps(frame[columns.DS], frequency, tz, pd.Series(ids, dtype=object).to_numpy())
    for place, cell in enumerate(frame[columns.DS].tolist()):
        is_below = frequency.is_integer and not wrong[place] and int(found[place]) < 0
        if not ids[place] or len(ids[place]) > LONGEST or "\0" in ids[place]:
            raise ValueFormatError(
                f"is not a text of 1 to {LONGEST} characters", file=file, row=line_of(place), field=columns.UNIQUE_ID,
                value=ids[place][:40].replace("\0", "?"), remedy="name the series",
            )  # fmt: skip
        if wrong[place] or is_below:
            expected = "a whole step of at least 0" if frequency.is_integer else "a stamp such as 2026-07-01T14:00"
            raise ValueFormatError(
                "cannot be read",
                file=file,
                row=line_of(place),
                field=columns.DS,
                value=cell,
                remedy=f"write {expected}",
            )
    if frequency.is_integer:
        return [f"{int(step):0{DIGITS}d}" for step in found.tolist()]
    return [stamp.isoformat() for stamp in pd.DatetimeIndex(found)]


def _numbers(frame: pd.DataFrame, name: str, file: str) -> list[float | None]:
    if name not in frame.columns:
        return [None] * len(frame)
    return parsed_column(frame, name, _number, file=file, expected="a number")


def _number(cell: Any) -> float | None:
    text = str(cell).strip()
    return None if text.lower() in MISSING else float(plain_decimal(text))


def _flags(frame: pd.DataFrame, file: str) -> list[bool | None]:
    if columns.CENSORED not in frame.columns:
        return [None] * len(frame)
    return parsed_column(frame, columns.CENSORED, _flag, file=file, expected="true or false")


def _flag(cell: Any) -> bool | None:
    text = str(cell).strip().lower()
    if text in MISSING:
        return None
    if text not in TRUE | FALSE:
        raise ValueError(text)
    return text in TRUE


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame.columns:
        return [""] * len(frame)
    return ["" if pd.isna(cell) else str(cell).strip().replace("\0", "") for cell in frame[name]]
