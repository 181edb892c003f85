"""A job by name records one MLflow run."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from btim.errors import UnknownReferenceError
from service.jobs import JobProcess

SUMMARY = {"name": "try", "params": {"seed": 3}, "metrics": {"objective": 12.5}, "tags": {"synthetic": "true"}}


def test_a_recorded_run_holds_its_parameters_metrics_and_tags(tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    with JobProcess("record-run", str(store), str(tmp_path / "artifacts"), "demo") as job:
        run_id = job.finish(SUMMARY)
    with closing(sqlite3.connect(store)) as database:
        assert database.execute("select run_uuid, status from runs").fetchall() == [(run_id, "FINISHED")]
        assert database.execute("select key, value from metrics").fetchall() == [("objective", 12.5)]
        assert database.execute("select key, value from params").fetchall() == [("seed", "3")]
        assert ("synthetic", "true") in database.execute("select key, value from tags").fetchall()


def test_an_unknown_job_is_refused_by_name() -> None:
    with pytest.raises(UnknownReferenceError, match=r"no-such-job.*record-run"):
        JobProcess("no-such-job")
