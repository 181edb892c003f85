"""`waterline forecast`: every series, step by step, with quantiles.

Role: terminal options to one call.
Must not know: models.
"""

from typing import Annotated

import typer

import forecasting
from service.comma_lists import items_of
from service.commands import demand_options as options


def forecast(
    panel: options.PanelFile,
    *,
    freq: options.Freq,
    horizon: Annotated[str, typer.Option("--horizon", help="How far: steps, or a span such as 48h, 7d, 12m.")],
    season: options.Season = "",
    levels: options.LevelList = "0.025,0.5,0.975",
    out: options.Out = None,
    tz: options.Zone = None,
    events: options.Events = None,
    holidays: options.Holidays = "",
    checkpoint: options.Checkpoint = None,
    keep_going: options.KeepGoing = False,
    effort: options.Effort = "standard",
    workers: options.Workers = None,
    encoding: options.Encoding = None,
) -> None:
    """Forecast every series of a panel step by step, with quantiles and the models that were really used."""
    options.checked_out(out)
    frame = options.read_panel(panel, encoding)
    with options.progress("forecasting") as on_progress:
        answer = forecasting.forecast(
            frame,
            freq=freq,
            seasons=items_of(season),
            horizon=horizon,
            levels=options.levels_of(levels),
            tz=tz,
            events=options.read_events(events),
            holidays=items_of(holidays),
            store=options.store(checkpoint),
            effort=effort,
            workers=options.processes(workers),
            file=str(panel),
            on_refusal=options.refusal_handler(keep_going=keep_going),
            on_progress=on_progress,
        )
    options.write_answer(answer, out)
