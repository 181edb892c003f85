"""Names of the columns in which demand panels, forecasts and peaks are exchanged.

Role: the one spelling of the panel's columns, shared by whoever writes or reads them.
Must not know: how a panel is checked, forecast or drawn.
"""

UNIQUE_ID = "unique_id"
DS = "ds"
Y = "y"
TOWER = "tower"
UNIT = "unit"
CAPACITY = "capacity"
CENSORED = "censored"
STATISTIC = "statistic"
REQUIRED = (UNIQUE_ID, DS, Y)
OPTIONAL = (TOWER, UNIT, CAPACITY, CENSORED, STATISTIC)

POINT = "point"
MEAN = "mean"
MODEL = "model"
FALLBACK = "fallback"

AS_OF = "as_of"
WINDOW = "window"
WINDOW_START = "window_start"
WINDOW_END = "window_end"
PEAK_AT = "peak_at"
PEAK_AT_PROBABILITY = "peak_at_probability"
EXCEEDANCE = "exceedance"
CALIBRATED = "calibrated"

ORIGIN = "origin"
ACTUAL_MAX = "actual_max"
ACTUAL_AT = "actual_at"

TOTAL_PREFIX = "total:"
ANY_PREFIX = "any:"


def quantile_column(level: float) -> str:
    """Column of a quantile level in (0, 1): `q` and its percentage without trailing zeros (0.025 is `q2.5`)."""
    return f"q{round(level * 100, 10):g}"
