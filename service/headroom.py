"""Where peaks meet portfolios: what each resource has left above its likely peak becomes a limit.

Role: the workflow's join of a peaks frame and a portfolio problem, light enough for a command that only solves.
Must not know: how peaks were forecast or how a problem is solved.
"""

import pandas as pd

from btim import panel as columns
from btim.errors import SchemaError, UnknownReferenceError, listed
from btim.portfolio import Problem

HEADROOM = "headroom:"
PEAK_LEVEL = 0.95
HEADROOM_COLUMNS = (
    columns.UNIQUE_ID,
    columns.TOWER,
    columns.CAPACITY,
    columns.quantile_column(PEAK_LEVEL),
    "headroom",
    columns.UNIT,
    columns.WINDOW,
)


def headroom(peaks: pd.DataFrame) -> pd.DataFrame:
    """Capacity less the 95 % quantile of the peak, for every resource with a capacity.

    Of several windows the tightest counts. Totals of towers are left out: capacity is installed by resource.

    Returns:
        One row a resource, sorted by id, with the columns `HEADROOM_COLUMNS`; `headroom` in the resource's unit,
        negative where the peak passes what is installed.

    Raises:
        SchemaError: a column is absent.
    """
    quantile = columns.quantile_column(PEAK_LEVEL)
    for column in (columns.UNIQUE_ID, columns.CAPACITY, quantile):
        if column not in peaks.columns:
            raise SchemaError(
                "missing column", field=column, remedy=f"make the peaks file with --levels including {PEAK_LEVEL}"
            )
    is_sum = peaks[columns.UNIQUE_ID].astype(str).str.startswith((columns.TOTAL_PREFIX, columns.ANY_PREFIX))
    rows = peaks[~is_sum & peaks[columns.CAPACITY].notna() & peaks[quantile].notna()]
    rows = rows.assign(headroom=rows[columns.CAPACITY].astype(float) - rows[quantile].astype(float))
    tightest = rows.sort_values([columns.UNIQUE_ID, "headroom"], kind="stable").drop_duplicates(columns.UNIQUE_ID)
    return tightest.reindex(columns=list(HEADROOM_COLUMNS)).reset_index(drop=True)


def with_headroom(problem: Problem, peaks: pd.DataFrame) -> Problem:
    """Return the problem with a limit `headroom:<unique_id>` for every resource that has a capacity.

    Raises:
        SchemaError: the peaks lack a column.
        DuplicateError: the problem states such a limit itself.
        UnknownReferenceError: an option uses or frees headroom of a resource that the peaks do not know.
    """
    table = headroom(peaks)
    _refuse_unknown(problem, {HEADROOM + str(name) for name in peaks[columns.UNIQUE_ID]})
    keys = [HEADROOM + str(name) for name in table[columns.UNIQUE_ID]]
    units = {key: unit for key, unit in zip(keys, table[columns.UNIT], strict=True) if isinstance(unit, str)}
    return problem.with_limits(dict(zip(keys, table["headroom"].astype(float), strict=True)), units=units)


def _refuse_unknown(problem: Problem, known: set[str]) -> None:
    stated = {key for limit in problem.limits for key in limit.of}
    for candidate in problem.candidates:
        for option in candidate.options:
            for key in (*option.uses, *option.frees):
                if key.startswith(HEADROOM) and key not in known | stated:
                    raise UnknownReferenceError(
                        "no such resource in the peaks",
                        field=f"candidate {candidate.id}, option {option.id}",
                        value=key,
                        remedy=f"the resources are {listed(sorted(name.removeprefix(HEADROOM) for name in known))}",
                    )
