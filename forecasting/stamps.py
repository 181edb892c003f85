"""Time stamps at the door: text or typed stamps, zones and daylight saving become comparable instants.

Role: parse the `ds` column for one frequency; write stamps back in the zone they came in.
Must not know: what is measured at a stamp.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim.errors import ValueFormatError
from forecasting.frequency import Frequency

Objects = npt.NDArray[np.object_]
Stamps = npt.NDArray[np.generic]
INTEGER = r"[+-]?\d+"


def parsed_stamps(
    column: pd.Series, frequency: Frequency, tz: str | None, ids: Objects
) -> tuple[Stamps, npt.NDArray[np.bool_]]:
    """Parse stamps; returns instants (UTC for clock steps, wall time for days and longer, int64 for integer steps).

    Returns:
        The stamps and a mask of cells that could not be read.

    Raises:
        ValueFormatError: the zone is unknown.
    """
    if frequency.is_integer:
        return _integers(column)
    try:
        return _instants(column, frequency, tz, ids)
    except (KeyError, ValueError) as error:
        if tz is not None and "zone" in str(error).lower() + type(error).__name__.lower():
            raise ValueFormatError(
                "unknown time zone", field="tz", value=tz, remedy="use Asia/Hong_Kong, UTC …"
            ) from None
        raise


def written_stamps(stamps: Stamps, frequency: Frequency, tz: str | None) -> pd.Series:
    """Stamps for output: in the zone that was asked for, as they were read otherwise."""
    series = pd.Series(stamps)
    return series.dt.tz_localize("UTC").dt.tz_convert(tz) if tz and frequency.is_clock else series


def _integers(column: pd.Series) -> tuple[Stamps, npt.NDArray[np.bool_]]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.zeros(len(column), dtype=np.int64), np.ones(len(column), dtype=np.bool_)
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(values) | (np.where(np.isfinite(values), values, 0) % 1 != 0)
    return np.where(wrong, 0, values).astype(np.int64), wrong


def _instants(
    column: pd.Series, frequency: Frequency, tz: str | None, ids: Objects
) -> tuple[Stamps, npt.NDArray[np.bool_]]:
    if pd.api.types.is_numeric_dtype(column):
        return np.zeros(len(column), dtype="datetime64[ns]"), np.ones(len(column), dtype=np.bool_)
    if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_any_dtype(column):
        parsed = column
    else:
        parsed = _parsed_text(column)
    if isinstance(parsed.dtype, pd.DatetimeTZDtype):
        wall = parsed.dt.tz_convert(tz or "UTC")
        parsed = wall.dt.tz_convert("UTC").dt.tz_localize(None) if frequency.is_clock else wall.dt.tz_localize(None)
    elif tz is not None and frequency.is_clock:
        parsed = _localized(parsed, tz, ids)
    wrong = parsed.isna().to_numpy(bool)
    return parsed.to_numpy(dtype="datetime64[ns]"), wrong


def _parsed_text(column: pd.Series) -> pd.Series:
    text = column.astype(object).where(column.notna(), "").astype(str).str.strip()
    text = text.mask(text.str.fullmatch(INTEGER) & (text.str.len() < 6), "")
    zoned = text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True)
    if zoned.any():
        return pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    return pd.to_datetime(text, format="ISO8601", errors="coerce")


def _localized(naive: pd.Series, tz: str, ids: Objects) -> pd.Series:
    """Wall times to UTC; of an hour that occurs twice the first row is summer time, a skipped hour is refused."""
    twice = pd.DataFrame({"id": ids, "ds": naive.to_numpy()}).duplicated(keep="first").to_numpy(bool)
    local = naive.dt.tz_localize(tz, ambiguous=~twice, nonexistent="NaT")
    instants: pd.Series = local.dt.tz_convert("UTC").dt.tz_localize(None)
    return instants
