"""Making a sample: every part drawn from one plan, published as one folder, the truth beside it.

Role: the one entry that writes the files; same seed, same bytes.
Must not know: the terminal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from btim.errors import FileError, RuleError
from btim.files import published, published_folder
from service.sample import bill, cloud, demand, inputs, lines
from service.sample.chart import SUBSCRIPTIONS
from service.sample.organisation import BANK, BUSINESS_UNITS, SYNTHETIC
from service.sample.plan import Plan, draw_plan
from service.sample.portfolio import problem_text
from service.sample.projects import PROJECTS
from service.sample.reports import make_reports
from service.sample.solutions import SOLUTIONS, catalogue_text
from service.sample.truth import truth_text

FEWEST_DAYS, MOST_DAYS = 60, 1000
MARK = "# Synthetic sample organisation"


@dataclass(frozen=True)
class SampleFiles:
    """Where a sample's inputs stand. The truth beside the folder is not among them."""

    folder: Path
    ledger: Path
    demand: Path
    portfolio: Path
    catalogue: Path
    reports: Path


def make_sample(out: Path, seed: int, *, days: int = 400, planted: bool = True) -> SampleFiles:
    """Write the synthetic bank of a seed to the folder `out` and its truth to `<out>-truth.json` beside it.

    Args:
        out: a new folder, an empty one, or an earlier sample, which is replaced file by file.
        seed: any non-negative whole number; the same seed gives the same bytes.
        days: how many days of hourly demand (60 to 1000).
        planted: without, the ledger holds none of the findings that are otherwise planted.

    Raises:
        FileError: `out` holds something that is not a sample, or is a file.
        RuleError: seed or days outside their range.
    """
    if seed < 0:
        raise RuleError("seed must not be negative", field="--seed", value=seed, remedy="give a whole number from 0")
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise RuleError(
            f"days must be {FEWEST_DAYS} to {MOST_DAYS}", field="--days", value=days, remedy="choose another number"
        )
    _refuse_foreign(out)
    choices = [place for place, project in enumerate(PROJECTS) if project.solution and not project.duty]
    plan = draw_plan(seed, planted=planted, subscriptions=len(SUBSCRIPTIONS), projects=choices, owners=BUSINESS_UNITS)
    series = demand.make_demand(plan, days)
    texts, truth = _texts(plan, series)
    with published_folder(out) as folder:
        for name, text in texts.items():
            _write(folder / name, text)
        (folder / "demand").mkdir()
        demand.write_demand(series, folder / "demand" / "demand.csv")
    here = out.resolve()
    with published(here.parent / f"{here.name}-truth.json") as place:
        _write(place, truth)
    return SampleFiles(
        folder=out,
        ledger=out / "ledger" / "ledger.toml",
        demand=out / "demand" / "demand.csv",
        portfolio=out / "portfolio" / "problem.json",
        catalogue=out / "catalogue.jsonl",
        reports=out / "reports",
    )


def _texts(plan: Plan, series: list[demand.Series]) -> tuple[Mapping[str, str], str]:
    ledger = lines.make_lines(plan, cloud.cloud_cents())
    charges = cloud.make_charges(plan)
    costs = inputs.gather_costs(ledger, charges)
    spent = costs.allocated().sum(axis=0) / 100
    volumes = inputs.volumes_text(plan, series)
    reports = make_reports(plan, {each.id: float(spent[place]) for place, each in enumerate(SOLUTIONS)})
    texts = {
        "README.md": _readme(plan),
        "ledger/general_ledger.csv": lines.ledger_text(ledger),
        "ledger/cloud_focus.csv": bill.cloud_text(charges),
        "ledger/ledger.toml": inputs.mapping_text(),
        "ledger/drivers.csv": inputs.drivers_text(plan, costs),
        "ledger/volumes.csv": volumes,
        "ledger/benchmarks.csv": inputs.benchmarks_text(plan, costs, volumes),
        "ledger/budget.csv": inputs.budget_text(plan, ledger, charges),
        "portfolio/problem.json": problem_text(plan, series),
        "catalogue.jsonl": catalogue_text(),
    }
    texts |= {f"reports/{report.name}": report.text for report in reports}
    return texts, truth_text(plan, reports)


def _readme(plan: Plan) -> str:
    return (
        f"{MARK} (seed {plan.seed})\n\n{SYNTHETIC}\n\n"
        f"{BANK}: a generated bank that spends US$1.5 bn a year on technology. Use it to try Waterline, never as\n"
        "evidence of anything. The same seed gives the same bytes.\n\n"
        "| file | what it holds |\n|---|---|\n"
        "| `ledger/ledger.toml` | how the ledger's files are read: columns, mapping rules, inputs |\n"
        "| `ledger/general_ledger.csv` | 36 months of postings, October 2022 to September 2025 |\n"
        "| `ledger/cloud_focus.csv` | the cloud provider's bill, FOCUS 1.0, monthly rows |\n"
        "| `ledger/drivers.csv` | what towers' and solutions' cost is split by |\n"
        "| `ledger/volumes.csv` | use, capacity, output and outcome by month |\n"
        "| `ledger/benchmarks.csv` | unit costs of a synthetic peer panel |\n"
        "| `ledger/budget.csv` | budget by month, pool and tower |\n"
        "| `demand/demand.csv` | hourly demand and capacity of the resources of eight towers |\n"
        "| `portfolio/problem.json` | sixty candidate projects, limits and rules |\n"
        "| `catalogue.jsonl` | 25 solutions with names in English and Chinese |\n"
        "| `reports/` | sixteen quarterly reports in English, simplified and traditional Chinese |\n\n"
        "Purchases that are capitalised stand in the ledger as CapEx when paid; no depreciation is booked, so nothing\n"
        "is counted twice.\n"
    )


def _refuse_foreign(out: Path) -> None:
    if not out.is_dir() or not any(out.iterdir()):
        return
    readme = out / "README.md"
    if not readme.is_file() or not readme.read_text("utf-8", errors="replace").startswith(MARK):
        raise FileError(
            "the folder holds files that are not a sample", file=str(out), remedy="choose a new folder for --out"
        )


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="\n")
