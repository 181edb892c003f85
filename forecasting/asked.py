"""What is asked of the room, checked: levels, seasons, horizons and efforts that make sense for a panel.

Role: turn a caller's words into steps and sorted numbers, or refuse them with the remedy.
Must not know: how anything is forecast.
"""

from collections.abc import Sequence

from btim.errors import ValueFormatError
from forecasting.frequency import Frequency
from forecasting.panel import Panel

LONGEST_HORIZON = 100_000
HISTORIES = 10
SHORTEST_JUDGED = 24
EFFORTS = ("quick", "standard", "full")


def checked_seasons(frequency: Frequency, seasons: Sequence[int | str]) -> tuple[int, ...]:
    """Seasons in steps, ascending, without 1 and repeats."""
    steps = sorted({frequency.steps(season, "season") for season in seasons})
    return tuple(step for step in steps if step > 1)


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Levels ascending, each between 0 and 1.

    Raises:
        ValueFormatError: none are given, or one lies outside.
    """
    for level in levels:
        if not 0 < level < 1:
            raise ValueFormatError("is not between 0 and 1", field="levels", value=level, remedy="write 0.95 for 95 %")
    if not levels:
        raise ValueFormatError("no level is given", field="levels", remedy="write for example 0.5,0.95")
    return tuple(sorted(set(levels)))


def checked_horizon(panel: Panel, span: int | str, what: str) -> int:
    """Steps of a horizon or window; refuses one beyond any sense.

    Raises:
        ValueFormatError: it is not a span, or longer than ten times the longest history or 100,000 steps.
    """
    steps = panel.frequency.steps(span, what)
    longest = max(len(series.y) for series in panel.series)
    if steps > min(LONGEST_HORIZON, HISTORIES * max(longest, SHORTEST_JUDGED)):
        raise ValueFormatError(
            f"is beyond sense for a history of {longest} steps",
            field=what,
            value=f"{steps} steps",
            remedy="shorten it, or aggregate the panel to a coarser frequency",
        )
    return steps


def checked_effort(effort: str) -> str:
    """One of the known efforts.

    Raises:
        ValueFormatError: it is unknown.
    """
    if effort not in EFFORTS:
        raise ValueFormatError("unknown effort", field="effort", value=effort, remedy=f"use {', '.join(EFFORTS)}")
    return effort
