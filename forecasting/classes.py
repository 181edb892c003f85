"""What kind of series each is: said in the answer, because it limits what the answer is worth.

Role: name what is unusual about a series: short, constant, intermittent, with gaps, negative, censored, off its grid.
Must not know: models or answers.
"""

import numpy as np
import numpy.typing as npt

from forecasting.cleaning import at_ceiling
from forecasting.panel import DemandSeries

Floats = npt.NDArray[np.float64]
SEASONS_WANTED = 2
MOST_ZERO = 0.3
MOST_CENSORED = 0.01


def is_intermittent(y: Floats) -> bool:
    """Whether a varying series is zero in more than three steps of ten."""
    seen = y[np.isfinite(y)]
    return bool(np.ptp(seen) > 0 and np.mean(seen == 0) > MOST_ZERO)


def series_class(one: DemandSeries, seasons: tuple[int, ...]) -> str:
    """Comma-separated names of what is unusual; empty for a regular series."""
    seen = one.y[np.isfinite(one.y)]
    longest = seasons[-1] if seasons else 1
    names = []
    if len(one.y) < max(SEASONS_WANTED * longest, 8):
        names.append(f"short ({len(one.y)} steps)")
    if float(np.ptp(seen)) == 0:
        names.append("constant")
    elif is_intermittent(one.y):
        names.append("intermittent")
    if float(seen.min()) < 0:
        names.append("negative values")
    if one.gaps:
        names.append(f"{one.gaps} gaps filled")
    if one.snapped:
        names.append(f"{one.snapped} stamps moved to the grid")
    bounded = at_ceiling(one)
    if float(np.mean(bounded)) > MOST_CENSORED:
        held = "censored" if one.censored.any() else "at its capacity"
        names.append(f"{held} in {int(bounded.sum())} steps: demand may be higher")
    return ", ".join(names)
