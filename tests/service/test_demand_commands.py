from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from btim.errors import DuplicateError, FileError
from service.cli import app
from tests.forecasting.panels import hourly

runner = CliRunner()
COMMON = ["--freq", "h", "--season", "24", "--effort", "quick", "--workers", "1"]


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    path = tmp_path / "demand.csv"
    hourly(2, 24 * 20).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (["forecast", "--horizon", "24h", "--levels", "0.1,0.9"], 48),
        (["peaks", "--windows", "24h,2d", "--totals"], 8),
        (["backtest", "--window", "24h", "--origins", "2"], 4),
    ],
)
def test_a_demand_command_writes_its_table(panel: Path, tmp_path: Path, command: list[str], rows: int) -> None:
    out = tmp_path / "answer.parquet"
    result = runner.invoke(app, [command[0], str(panel), *COMMON, *command[1:], "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert len(pd.read_parquet(out)) == rows


def test_a_refused_panel_leaves_no_output(panel: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(panel)
    pd.concat([frame, frame.head(1)]).to_csv(panel, index=False)
    out = tmp_path / "answer.csv"
    result = runner.invoke(app, ["peaks", str(panel), *COMMON, "--windows", "24h", "--out", str(out)])
    assert isinstance(result.exception, DuplicateError)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demand.csv"]


def test_keep_going_names_the_bad_series_and_answers_the_rest(panel: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(panel)
    pd.concat([frame, frame.head(1)]).to_csv(panel, index=False)
    out = tmp_path / "answer.csv"
    result = runner.invoke(app, ["peaks", str(panel), *COMMON, "--windows", "24h", "--keep-going", "--out", str(out)])
    assert result.exit_code == 0
    assert "s0 / 2026-01-01" in result.stderr
    assert pd.read_csv(out).unique_id.tolist() == ["s1"]


def test_an_output_that_is_no_table_is_refused_before_the_work(panel: Path) -> None:
    result = runner.invoke(app, ["peaks", str(panel), *COMMON, "--windows", "24h", "--out", "answer.docx"])
    assert isinstance(result.exception, FileError)
