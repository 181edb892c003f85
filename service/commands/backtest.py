"""`waterline backtest`: past peaks forecast from what stood before them, beside what really came.

Role: terminal options to one call.
Must not know: models.
"""

from typing import Annotated

import typer

import forecasting
from service.commands import demand_options as options


@options.with_shared_options
def backtest(
    panel: options.PanelFile,
    *,
    window: Annotated[str, typer.Option("--window", help="Window length: 24h, 7d or steps.")],
    origins: Annotated[int, typer.Option("--origins", min=1, help="How many windows; the last ends the series.")],
    levels: options.LevelList = "0.5,0.8,0.9,0.95,0.99",
    totals: Annotated[bool, typer.Option("--totals", help="Add tower totals.")] = False,
    shared: options.Shared,
) -> None:
    """Forecast the maximum of past windows, each from its own past alone, and put the real maximum beside it."""
    wanted = options.levels_of(levels)
    options.answer(
        forecasting.backtest_peaks,
        "backtest",
        panel,
        shared,
        window=window,
        origins=origins,
        levels=wanted,
        totals=totals,
    )
