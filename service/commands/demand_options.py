"""What the three demand commands share: options, reading a panel, progress and writing the answer.

Role: the terminal's side of `forecast`, `peaks` and `backtest`.
Must not know: how demand is forecast.
"""

import dataclasses
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from btim.errors import FileError, ValueFormatError, WaterlineError
from btim.files import published
from btim.tables import read_table
from service.checkpoint_folder import CheckpointFolder
from service.comma_lists import items_of

MOST_WORKERS = 2
TABLES = {".csv", ".parquet", ".pq"}

PanelFile = Annotated[Path, typer.Argument(help="Panel, CSV or Parquet: unique_id, ds, y (tower, unit, capacity …).")]
LevelList = Annotated[str, typer.Option("--levels", help="Quantile levels between 0 and 1, separated by commas.")]
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Shared:
    """The options that all three commands understand."""

    freq: Annotated[str, typer.Option("--freq", help="One step: h, 5min, d, w, m …, or 1 for integer steps.")]
    season: Annotated[str, typer.Option("--season", help="Season lengths, in steps or spans: 24,168 or 24h,7d.")] = ""
    out: Annotated[
        Path | None, typer.Option("--out", help="Write .csv or .parquet here; without it CSV is printed.")
    ] = None
    tz: Annotated[
        str | None, typer.Option("--tz", help="Zone of naive stamps, such as Asia/Hong_Kong. [default: UTC]")
    ] = None
    events: Annotated[
        Path | None, typer.Option("--events", help="Calendar: event, ds (until, uplift, tower, unique_id).")
    ] = None
    holidays: Annotated[str, typer.Option("--holidays", help="Countries whose public holidays count: CN,HK,US …")] = ""
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", help="Folder that keeps finished work; the same command continues there."),
    ] = None
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Name series that cannot be answered, answer the rest.")
    ] = False
    effort: Annotated[str, typer.Option("--effort", help="quick, standard or full: how many models take part.")] = (
        "standard"
    )
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes to use. [default: up to 2]")] = None
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of a CSV that is not UTF-8, such as gb18030.")] = (
        None
    )


def with_shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command every option of `Shared`; it receives them as one record, its argument `shared`."""
    hints = get_type_hints(Shared, include_extras=True)
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(Shared)
    ]
    own = [one for one in inspect.signature(command).parameters.values() if one.name != "shared"]

    @functools.wraps(command)
    def filled(**given: Any) -> None:
        record = Shared(**{one.name: given.pop(one.name) for one in shared})
        command(**given, shared=record)

    signature = inspect.Signature([*own, *shared])
    filled.__signature__ = signature  # type: ignore[attr-defined]  # what Typer reads options from
    filled.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return filled


def answer(verb: Callable[..., pd.DataFrame], title: str, panel: Path, shared: Shared, **own: Any) -> None:
    """Read a panel, call one of the room's verbs on it with the shared options and its own, and write the answer."""
    checked_out(shared.out)
    frame = read_panel(panel, shared.encoding)
    with progress(title) as on_progress:
        found = verb(
            frame,
            **own,
            freq=shared.freq,
            seasons=items_of(shared.season),
            tz=shared.tz,
            events=read_events(shared.events),
            holidays=items_of(shared.holidays),
            store=store(shared.checkpoint),
            effort=shared.effort,
            workers=processes(shared.workers),
            file=str(panel),
            on_refusal=refusal_handler(keep_going=shared.keep_going),
            on_progress=on_progress,
        )
    write_answer(found, shared.out)


def processes(asked: int | None) -> int:
    """Processes to use: as asked, else up to two."""
    return asked or min(MOST_WORKERS, os.cpu_count() or 1)


def read_panel(path: Path, encoding: str | None) -> pd.DataFrame:
    """Read a panel file as it is; the forecasting room checks it."""
    return read_table(path, encoding=encoding)


def read_events(path: Path | None) -> pd.DataFrame | None:
    """Read a calendar file; the forecasting room checks it."""
    return None if path is None else read_table(path)


def store(folder: Path | None) -> CheckpointFolder | None:
    """The folder of finished work, when one is named."""
    return None if folder is None else CheckpointFolder(folder)


def levels_of(text: str) -> list[float]:
    """Quantile levels of the option.

    Raises:
        ValueFormatError: an item is not a number.
    """
    levels = []
    for item in items_of(text):
        try:
            levels.append(float(item))
        except ValueError:
            raise ValueFormatError(
                "is not a number", field="--levels", value=item, remedy="write levels like 0.5,0.95"
            ) from None
    return levels


def refusal_handler(*, keep_going: bool) -> Callable[[WaterlineError], None] | None:
    """What to do with a series that cannot be answered: say so and go on, or (None) stop."""

    def tell(refusal: WaterlineError) -> None:
        sys.stderr.write(f"waterline: left out: {refusal}\n")

    return tell if keep_going else None


@contextmanager
def progress(what: str) -> Iterator[OnProgress]:
    """Yield a function (done, total): a bar on a terminal, a line every quarter elsewhere."""
    if sys.stderr.isatty():
        bar = Progress(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
        )
        with bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    quarters: set[int] = set()

    def line(done: int, total: int) -> None:
        quarter = 4 * done // max(total, 1)
        if quarter not in quarters:
            quarters.add(quarter)
            sys.stderr.write(f"{what}: {done} of {total}\n")

    yield line


def checked_out(out: Path | None) -> None:
    """Refuse an output name before the work begins.

    Raises:
        FileError: its ending is not one of a table, or it is a folder.
    """
    if out is not None and (out.suffix not in TABLES or out.is_dir()):
        raise FileError("cannot be written", file=str(out), remedy="name a file that ends in .csv or .parquet")


def write_answer(frame: pd.DataFrame, out: Path | None) -> None:
    """Publish a table, or print it as CSV when no file is named."""
    if out is None:
        sys.stdout.write(frame.to_csv(index=False))
        return
    with published(out) as temporary:
        if out.suffix == ".csv":
            frame.to_csv(temporary, index=False)
        else:
            frame.to_parquet(temporary, index=False)
    sys.stderr.write(f"waterline: {len(frame)} rows in {out}\n")
