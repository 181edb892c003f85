"""`waterline backtest`: past peaks forecast from what stood before them, beside what really came.

Role: terminal options to one call.
Must not know: models.
"""

from typing import Annotated

import typer

import forecasting
from service.comma_lists import items_of
from service.commands import demand_options as options


def backtest(
    panel: options.PanelFile,
    *,
    freq: options.Freq,
    window: Annotated[str, typer.Option("--window", help="Window length: 24h, 7d or steps.")],
    origins: Annotated[int, typer.Option("--origins", min=1, help="How many windows; the last ends the series.")],
    season: options.Season = "",
    levels: options.LevelList = "0.5,0.8,0.9,0.95,0.99",
    totals: Annotated[bool, typer.Option("--totals", help="Add tower totals.")] = False,
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
    """Forecast the maximum of past windows, each from its own past alone, and put the real maximum beside it."""
    options.checked_out(out)
    frame = options.read_panel(panel, encoding)
    with options.progress("backtest") as on_progress:
        answer = forecasting.backtest_peaks(
            frame,
            freq=freq,
            seasons=items_of(season),
            window=window,
            origins=origins,
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
