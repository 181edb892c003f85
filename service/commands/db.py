"""`waterline db …`: the version of the store's tables.

Role: the terminal's side of upgrades.
Must not know: what the tables hold.
"""

import os

import typer

from service.settings import Settings
from service.store import Store
from service.store.upgrading import upgrade as upgraded
from service.store.versions import newest, version_of

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The tables of the store: their version, and bringing them up to date.",
)


@app.callback()
def db() -> None:
    """The tables of the store: their version, and bringing them up to date."""


@app.command("upgrade")
def upgrade() -> None:
    """Bring the tables to this release's version, in one transaction."""
    settings = Settings.from_environment(os.environ)
    store = Store.open(settings.database_url)
    before, after = upgraded(store.engine)
    what = f"is at {after} already" if before == after else f"went from {before or 'empty'} to {after}"
    typer.echo(f"{settings.shown_database} {what}")
    store.close()


@app.command("version")
def version() -> None:
    """Show the version of the tables, and the one that this release needs."""
    settings = Settings.from_environment(os.environ)
    store = Store.open(settings.database_url)
    typer.echo(f"{settings.shown_database} is at {version_of(store.engine) or 'empty'}; this release needs {newest()}")
    store.close()
