"""`waterline demo`: a synthetic bank through the whole chain.

Role: makes the sample, runs the chain on it, writes what it leaves and says what to do next.
Must not know: what was planted in the sample.
"""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from service.chain import ChainResult
from service.commands.showing import show
from service.commands.stages import stages
from service.jobs import JobProcess
from service.output import write_outputs
from service.running import RunInputs, run_chain
from service.sample import make_sample
from service.workflows import DemandSettings

STORE = "mlflow.db"
NEXT = """
next:
  open {out}/report.html in a browser, {out}/portfolio.xlsx in a spreadsheet
  waterline recommend {out}/sample/portfolio/problem.json --explain exact --out recommendation.json
  waterline run --help        your own ledger, demand, projects and reports
  waterline serve             the same over HTTP, described at /docs"""


def demo(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Half the history and fewer models: under 20 seconds.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder to leave the results in.")] = Path("waterline-demo"),
    seed: Annotated[int, typer.Option(help="Which synthetic bank.")] = 1,
) -> None:
    """Make a synthetic bank and take it from cost ledger to funded portfolio and realised value."""
    stage = stages()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".waterline-", dir=out.parent) as scratch:
        store = Path(scratch) / STORE
        if (out / STORE).exists():
            shutil.copy2(out / STORE, store)
        with JobProcess("record-run", str(store), str(out / "mlartifacts"), "waterline-demo") as recorder:
            with stage("synthetic bank"):
                sample = make_sample(out / "sample", seed, days=200 if quick else 400)
            inputs = RunInputs(
                ledger=(sample.ledger,),
                demand=sample.demand,
                portfolio=sample.portfolio,
                catalogue=sample.catalogue,
                reports=(sample.reports,),
                title=f"Synthetic bank, seed {seed}",
                settings=DemandSettings(effort="quick" if quick else "standard", workers=1 if quick else 2),
            )
            chain = run_chain(inputs, stage, today=datetime.now(UTC).date(), seed=seed)
            with stage("report and files"):
                write_outputs(chain, out)
            with stage("MLflow run"):
                recorder.finish(run_record(chain))
        store.replace(out / STORE)
    show(chain)
    typer.echo(NEXT.format(out=out))


def run_record(chain: ChainResult) -> dict[str, Any]:
    """What MLflow keeps of a run: parameters, the figures that matter, and that it is synthetic."""
    metrics: dict[str, float] = {f"seconds.{name.replace(' ', '_')}": value for name, value in chain.timings.items()}
    if chain.portfolio is not None and chain.portfolio.recommendation["objective"] is not None:
        metrics["portfolio.objective"] = float(chain.portfolio.recommendation["objective"])
        metrics["portfolio.gap"] = float(chain.portfolio.recommendation["gap"])
        metrics["portfolio.funded"] = float(len(chain.portfolio.recommendation["funded"]))
    if chain.demand is not None:
        metrics["demand.series"] = float(chain.demand.history["unique_id"].nunique())
        metrics["demand.least_calibrated_windows"] = float(chain.demand.peaks["calibrated"].min())
    if chain.reading is not None:
        metrics["reading.events"] = float(len(chain.reading.events))
        metrics["reading.counted"] = float(chain.reading.events["counted"].sum())
    return {
        "name": chain.title,
        "params": {"seed": chain.seed, "as_of": chain.as_of},
        "metrics": metrics,
        "tags": {"synthetic": str(chain.synthetic).lower()},
    }
