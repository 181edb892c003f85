"""`waterline forecast`: every series, step by step, with quantiles.

Role: terminal options to one call.
Must not know: models.
"""

from typing import Annotated

import typer

import forecasting
from service.commands import demand_options as options


@options.with_shared_options
def forecast(
    panel: options.PanelFile,
    *,
    horizon: Annotated[str, typer.Option("--horizon", help="How far: steps, or a span such as 48h, 7d, 12m.")],
    levels: options.LevelList = "0.025,0.5,0.975",
    shared: options.Shared,
) -> None:
    """Forecast every series of a panel step by step, with quantiles and the models that were really used."""
    wanted = options.levels_of(levels)
    options.answer(forecasting.forecast, "forecasting", panel, shared, horizon=horizon, levels=wanted)
