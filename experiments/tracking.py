"""Records runs with MLflow: one run per training batch or demo, in an SQLite store beside the results.

Role: the job `record-run`, which the service starts by name.
Must not know: how the figures it records were made.
"""

import os
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag


def record_run(store: str, artifacts: str, experiment: str, inbox: Connection) -> None:
    """Prepare the store, wait for one summary on `inbox`, record it as one run and answer with the run's id.

    Args:
        store: path of the SQLite file; created with its tables when absent.
        artifacts: folder that the experiment names for artifacts (nothing is written to it here).
        experiment: name of the MLflow experiment.
        inbox: connection that brings `{"name", "params", "metrics", "tags"}`; closed without a word = record nothing.
    """
    client = MlflowClient(f"sqlite:///{Path(store).resolve()}")
    found = client.get_experiment_by_name(experiment)
    experiment_id = (
        found.experiment_id if found else client.create_experiment(experiment, Path(artifacts).resolve().as_uri())
    )
    try:
        summary: Mapping[str, Any] = inbox.recv()
    except EOFError:
        return
    inbox.send(_recorded(client, experiment_id, summary))


def _recorded(client: MlflowClient, experiment_id: str, summary: Mapping[str, Any]) -> str:
    run = client.create_run(experiment_id, run_name=summary["name"])
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(key, float(value), 0, 0) for key, value in summary["metrics"].items()],
        params=[Param(key, str(value)) for key, value in summary["params"].items()],
        tags=[RunTag(key, str(value)) for key, value in summary["tags"].items()],
    )
    client.set_terminated(run.info.run_id)
    return str(run.info.run_id)
