"""`waterline sample`: write the synthetic bank.

Role: the terminal's side of the generator.
Must not know: how the sample is made.
"""

from pathlib import Path
from typing import Annotated

import typer

from service.sample import make_sample


def sample(
    out: Annotated[Path, typer.Option(help="Folder to write: new, empty, or an earlier sample.")],
    seed: Annotated[int, typer.Option(help="Which synthetic bank; the same seed gives the same bytes.")] = 1,
    days: Annotated[int, typer.Option(help="Days of hourly demand, 60 to 1000.")] = 400,
    planted: Annotated[  # noqa: FBT002
        bool, typer.Option("--planted/--nothing-planted", help="Plant findings in the ledger, or none.")
    ] = True,
) -> None:
    """Write a synthetic bank to try everything on: ledger, demand, projects, catalogue and reports."""
    files = make_sample(out, seed, days=days, planted=planted)
    typer.echo(f"SYNTHETIC sample organisation, seed {seed}: {files.folder}")
    typer.echo(f"next: waterline peaks {files.demand} --freq h --season 24,168 --windows 24h,7d --out peaks.parquet")
