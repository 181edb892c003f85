"""The command line: one table, quick help, refusals in one line."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import COMMANDS
from tests.service.conftest import Terminal


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_explains_itself(name: str, terminal: Terminal) -> None:
    module, _, attribute = COMMANDS[name].target.partition(":")
    assert hasattr(importlib.import_module(module), attribute)
    answer = terminal(name, "--help")
    assert answer.code == 0
    assert "Usage" in answer.out


def test_help_lists_every_command_and_imports_none() -> None:
    script = (
        "import sys; sys.argv = ['waterline', '--help']\n"
        "from service.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'spacy', 'pulp', 'statsforecast', 'fastapi', 'mlflow', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in COMMANDS)


def test_a_word_that_is_no_command_exits_with_2(terminal: Terminal) -> None:
    answer = terminal("nope")
    assert answer.code == 2
    assert "No such command 'nope'" in answer.err


def test_a_refusal_is_one_line_without_a_traceback(terminal: Terminal, tmp_path: Path) -> None:
    answer = terminal("run", "--ledger", tmp_path, "--out", tmp_path / "out")
    assert answer.code == 2
    assert next(line for line in answer.err.splitlines() if line.startswith("waterline:")).count(str(tmp_path)) == 1
    assert "Traceback" not in answer.err
    assert not (tmp_path / "out").exists()
