"""The command line in this process: what a user types, what comes back."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from service.cli import main


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Terminal = Callable[..., Answer]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    def run(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["waterline", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
            raise SystemExit(0)
        captured = capsys.readouterr()
        code = stop.value.code
        return Answer(code if isinstance(code, int) else 1 if code else 0, captured.out, captured.err)

    return run
