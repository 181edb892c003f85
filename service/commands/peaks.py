"""`waterline peaks`: how high demand peaks in the next windows, when, and how sure.

Role: terminal options to one call.
Must not know: models.
"""

from typing import Annotated

import typer

import forecasting
from service.comma_lists import items_of
from service.commands import demand_options as options


@options.with_shared_options
def peaks(
    panel: options.PanelFile,
    *,
    windows: Annotated[str, typer.Option("--windows", help="Window lengths: 24h,7d,28d or steps.")],
    levels: options.LevelList = "0.5,0.8,0.9,0.95,0.99",
    totals: Annotated[bool, typer.Option("--totals", help="Add tower totals and any-resource rows.")] = False,
    shared: options.Shared,
) -> None:
    """Give the calibrated distribution of every series' maximum over the next windows, and its likely time."""
    wanted, spans = options.levels_of(levels), items_of(windows)
    options.answer(forecasting.peaks, "peaks", panel, shared, windows=spans, levels=wanted, totals=totals)
