"""Values of frames as the store keeps them: sortable stamps, numbers or nothing, JSON that any reader takes.

Role: the crossing from pandas to records.
Must not know: what a column means.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

STEP_DIGITS = 15


def stamp_text(value: Any) -> str:
    """A stamp as sortable text, as panels keep theirs: an integer step with leading zeros, else ISO 8601."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, int | np.integer):
        return f"{int(value):0{STEP_DIGITS}d}"
    stamp = pd.Timestamp(value)
    return stamp.tz_convert("UTC").tz_localize(None).isoformat() if stamp.tzinfo is not None else stamp.isoformat()


def number(value: Any) -> float | None:
    """A finite number, or None."""
    return None if value is None or value is pd.NA or not math.isfinite(value) else float(value)


def text(value: Any) -> str:
    """Text, "" for what is missing."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def plain(value: Any) -> Any:
    """A value as JSON: exact amounts as text, stamps as ISO, what is missing as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return number(value)
    if isinstance(value, datetime | date | pd.Timestamp):
        return None if value is pd.NaT else value.isoformat()
    return None if value is None or value is pd.NA or value is pd.NaT else str(value)


def records(frame: pd.DataFrame, most: int | None = None) -> list[dict[str, Any]]:
    """Rows of a frame as JSON objects, the first `most` only."""
    shown = frame if most is None else frame.head(most)
    return [plain(row) for row in shown.to_dict("records")]
