"""The command line: one table of commands, each module imported only when its command is called.

Role: the outermost edge of the terminal: it finds a command, runs it and turns a refusal into one line and exit code 2.
Must not know: what any command does.
"""

import importlib
import logging
import sys
from importlib import metadata
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from btim.errors import WaterlineError

logger = logging.getLogger("waterline")
BAD_INPUT = 2
FAILED = 1
INTERRUPTED = 130


class Entry(NamedTuple):
    """Where a command lives and the line `waterline --help` shows for it."""

    target: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "sample": Entry("service.commands.sample:sample", "Write a synthetic bank to try everything on."),
    "demo": Entry("service.commands.demo:demo", "Make a synthetic bank and run the whole chain on it."),
    "run": Entry("service.commands.run:run", "Run your own files, or any subset of them, through the chain."),
    "ledger": Entry("service.commands.ledger:app", "Import cost files, map them to four layers, reconcile."),
    "view": Entry("service.commands.view:view", "Show the finance, technology or consumer view of a ledger."),
    "forecast": Entry("service.commands.forecast:forecast", "Forecast a demand panel step by step, with quantiles."),
    "peaks": Entry("service.commands.peaks:peaks", "How high demand peaks in the next windows, when, and how sure."),
    "backtest": Entry(
        "service.commands.backtest:backtest", "Past peaks forecast from their own past, beside what came."
    ),
    "recommend": Entry("service.commands.recommend:recommend", "Recommend what to fund under limits and rules."),
    "scenario": Entry("service.commands.scenario:scenario", "What if: other limits, rules, candidates or values."),
    "frontier": Entry("service.commands.frontier:frontier", "Budget against value, or mean against tail."),
    "compare": Entry("service.commands.compare:compare", "Scenarios side by side."),
    "explain": Entry("service.commands.explain:explain", "A recommendation in words, English or Chinese."),
    "read": Entry("service.commands.read:read", "Reports to value events, credited to solutions, with evidence."),
    "read-eval": Entry("service.commands.read:read_eval", "Score readings against a gold file."),
    "serve": Entry("service.commands.serve:serve", "Serve the API and do its jobs, on SQLite or PostgreSQL."),
    "worker": Entry("service.commands.serve:worker", "Do jobs beside a server elsewhere."),
    "db": Entry("service.commands.db:app", "Version of the store's tables, and their upgrade."),
    "backup": Entry("service.commands.backup:backup", "Write the whole store to one file while it is used."),
    "restore": Entry("service.commands.backup:restore", "Fill an empty store from a backup."),
}
"""Every command of the product, in the order in which help lists them; groups name a Typer app."""


class LazyCommands(TyperGroup):
    """A command group whose members are imported when called: help stays fast."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Names in the order of the table, then those that installed packages register."""
        return [*COMMANDS, *sorted(_registered())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import the module of one command and give it its name and summary."""
        if cmd_name in COMMANDS:
            module, _, attribute = COMMANDS[cmd_name].target.partition(":")
            return _as_command(getattr(importlib.import_module(module), attribute), cmd_name)
        registered = _registered().get(cmd_name)
        return None if registered is None else _as_command(registered.load(), cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Print the table without importing a single command."""
        typer.echo(_overview())


def _registered() -> dict[str, metadata.EntryPoint]:
    return {entry.name: entry for entry in metadata.entry_points(group="waterline.commands")}


def _as_command(target: Any, name: str) -> Any:
    command_app = target
    if not isinstance(target, typer.Typer):
        command_app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        command_app.command(name)(target)
    command = typer.main.get_command(command_app)
    command.name = name
    return command


def _summary(name: str) -> str:
    return COMMANDS[name].summary if name in COMMANDS else f"(added by a package; see waterline {name} --help)"


def _overview() -> str:
    names = [*COMMANDS, *sorted(_registered())]
    width = max(map(len, names)) + 2
    lines = [f"  {name:<{width}}{_summary(name)}" for name in names]
    return "\n".join(
        [
            "Usage: waterline COMMAND [OPTIONS]",
            "",
            "Demand peaks, funded portfolio and realised value in one chain.",
            "",
            "Commands:",
            *lines,
            "",
            "`waterline COMMAND --help` explains one command. `waterline --version` prints the version.",
        ]
    )


app = typer.Typer(
    cls=LazyCommands, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True
)


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.", is_eager=True)) -> None:  # noqa: FBT001
    """Demand peaks, funded portfolio and realised value in one chain."""
    if version:
        typer.echo(metadata.version("waterline"))
        raise typer.Exit


def main() -> None:
    """Run the command line; a refusal becomes one line on stderr and exit code 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except WaterlineError as refusal:
        sys.stderr.write(f"waterline: {refusal}\n")
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        sys.stderr.write("waterline: interrupted; finished files are complete, nothing else was written\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(FAILED)
    except Exception:  # the outermost edge of the terminal
        logger.exception("waterline failed; this is a defect, please report the lines above")
        sys.exit(FAILED)
