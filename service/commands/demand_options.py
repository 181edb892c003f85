"""What the three demand commands share: options, reading a panel, progress and writing the answer.

Role: the terminal's side of `forecast`, `peaks` and `backtest`.
Must not know: how demand is forecast.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

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
Freq = Annotated[str, typer.Option("--freq", help="One step: h, 5min, d, w, m …, or 1 for integer steps.")]
Season = Annotated[str, typer.Option("--season", help="Season lengths, in steps or spans: 24,168 or 24h,7d.")]
LevelList = Annotated[str, typer.Option("--levels", help="Quantile levels between 0 and 1, separated by commas.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write .csv or .parquet here; without it CSV is printed.")]
Zone = Annotated[str | None, typer.Option("--tz", help="Zone of naive stamps, such as Asia/Hong_Kong. [default: UTC]")]
KeepGoing = Annotated[bool, typer.Option("--keep-going", help="Name series that cannot be answered, answer the rest.")]
Effort = Annotated[str, typer.Option("--effort", help="quick, standard or full: how many models take part.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes to use. [default: up to 2]")]
Events = Annotated[Path | None, typer.Option("--events", help="Calendar: event, ds (until, uplift, tower, unique_id).")]
Holidays = Annotated[str, typer.Option("--holidays", help="Countries whose public holidays count: CN,HK,US …")]
Checkpoint = Annotated[
    Path | None, typer.Option("--checkpoint", help="Folder that keeps finished work; the same command continues there.")
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Of a CSV that is not UTF-8, such as gb18030.")]


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
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
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
