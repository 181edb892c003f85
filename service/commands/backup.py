"""`waterline backup` and `waterline restore`: the whole store in one file, from and to either database.

Role: the terminal's side of backups.
Must not know: what the tables hold.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service.settings import Settings
from service.store import Store
from service.store import backup as backups


def backup(
    file: Annotated[Path, typer.Argument(help="Where the backup goes, as waterline-2026-11-21.tar.gz.")],
) -> None:
    """Write the store to one file: everything as it was at one moment, also while the service runs."""
    settings = Settings.from_environment(os.environ)
    store = Store.open(settings.database_url)
    counts = backups.backup(store, file, datetime.now(UTC))
    typer.echo(f"{sum(counts.values()):,} rows of {len(counts)} tables, {file.stat().st_size:,} bytes -> {file}")
    store.close()


def restore(file: Annotated[Path, typer.Argument(help="What `waterline backup` wrote.")]) -> None:
    """Fill an empty store from a backup, whole or not at all; the other kind of database will do as well."""
    settings = Settings.from_environment(os.environ)
    store = Store.open(settings.database_url)
    counts = backups.restore(store, file)
    typer.echo(f"{sum(counts.values()):,} rows of {len(counts)} tables -> {settings.shown_database}")
    store.close()
