"""`waterline peaks`: how high demand peaks in the next windows, when, and how sure.

Role: terminal options to one call.
Must not know: models.
"""

from typing import Annotated

import typer

import forecasting
from service.comma_lists import items_of
from service.commands import demand_options as options


def peaks(
    panel: options.PanelFile,
    *,
    freq: options.Freq,
    windows: Annotated[str, typer.Option("--windows", help="Window lengths: 24h,7d,28d or steps.")],
    season: options.Season = "",
    levels: options.LevelList = "0.5,0.8,0.9,0.95,0.99",
    totals: Annotated[bool, typer.Option("--totals", help="Add tower totals and any-resource rows.")] = False,
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
    """Give the calibrated distribution of every series' maximum over the next windows, and its likely time."""
    options.checked_out(out)
    frame = options.read_panel(panel, encoding)
    with options.progress("peaks") as on_progress:
        answer = forecasting.peaks(
            frame,
            freq=freq,
            seasons=items_of(season),
            windows=items_of(windows),
            levels=options.levels_of(levels),
            totals=totals,
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
