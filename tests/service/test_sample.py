"""The sample organisation keeps its promises: bytes, counts, amounts, and a truth that quotes the texts."""

import csv
import hashlib
import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from btim.errors import FileError, RuleError
from btim.findings import findings
from btim.ledger import open_ledger
from btim.views import consumer_view, technology_view
from optimizer import parse_problem, solve
from service.sample import SampleFiles, make_sample

DAYS = 60


Made = Callable[[int], SampleFiles]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Samples by seed, each made once."""
    return cache(lambda seed: make_sample(tmp_path_factory.mktemp("sample") / "bank", seed, days=DAYS))


@pytest.fixture(scope="module")
def sample(made: Made) -> SampleFiles:
    return made(1)


@pytest.fixture(scope="module")
def truth(sample: SampleFiles) -> dict:
    return truth_of(sample)


def truth_of(files: SampleFiles) -> dict:
    return json.loads((files.folder.parent / "bank-truth.json").read_text("utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others(tmp_path: Path, made: Made) -> None:
    make_sample(tmp_path / "bank", 1, days=DAYS)
    one, two, three = digest(tmp_path), digest(made(1).folder.parent), digest(made(2).folder.parent)
    assert one == two
    for varied in ("bank/ledger/general_ledger.csv", "bank/demand/demand.csv", "bank/portfolio/problem.json"):
        assert one[varied] != three[varied]
    assert one["bank-truth.json"] != three["bank-truth.json"]


def test_three_years_of_ledger_and_cloud_bill_sum_to_the_banks_cost_to_the_cent(sample: SampleFiles) -> None:
    ledger = rows(sample.folder / "ledger" / "general_ledger.csv")
    cloud = rows(sample.folder / "ledger" / "cloud_focus.csv")
    posted = sum(cents(row["amount"]) for row in ledger)
    for cost in ("BilledCost", "EffectiveCost"):
        assert posted + sum(cents(row[cost]) for row in cloud) == 3 * 150_000_000_000
    assert len({row["date"][:7] for row in ledger}) == 36
    assert len({row["ChargePeriodStart"] for row in cloud}) == 36
    assert any(cents(row["amount"]) < 0 for row in ledger)
    assert {row["ChargeCategory"] for row in cloud} == {"Usage", "Credit", "Purchase"}
    assert any(row["CommitmentDiscountStatus"] == "Unused" for row in cloud)


def test_demand_has_eight_towers_with_two_to_four_resources_each_hour(sample: SampleFiles) -> None:
    panel = rows(sample.demand)
    towers: dict[str, set[str]] = {}
    for row in panel:
        towers.setdefault(row["tower"], set()).add(row["unique_id"])
    assert len(towers) == 8
    assert all(2 <= len(resources) <= 4 for resources in towers.values())
    assert len(panel) == sum(map(len, towers.values())) * DAYS * 24
    assert panel[-1]["ds"] == "2025-09-30 23:00:00"


def test_use_of_capacity_is_near_forty_per_cent(tmp_path: Path) -> None:
    files = make_sample(tmp_path / "bank", 11)
    shares: dict[str, list[float]] = {}
    for row in rows(files.demand):
        shares.setdefault(row["unique_id"], []).append(float(row["y"]) / float(row["capacity"]))
    mean = sum(sum(values) / len(values) for values in shares.values()) / len(shares)
    assert 0.35 < mean < 0.45


def test_every_draw_on_headroom_names_a_series_of_the_panel(sample: SampleFiles) -> None:
    names = {row["unique_id"] for row in rows(sample.demand)}
    problem = json.loads(sample.portfolio.read_text("utf-8"))
    keys = {
        key.partition(":")[2]
        for candidate in problem["candidates"]
        for option in candidate["options"]
        for key in [*option["uses"], *option.get("frees", {})]
        if key.startswith("headroom:")
    }
    assert len(problem["candidates"]) == 60
    assert len(keys) > 10
    assert keys <= names


def test_about_ten_projects_are_worth_little(sample: SampleFiles, truth: dict) -> None:
    problem = json.loads(sample.portfolio.read_text("utf-8"))
    rate, periods = problem["discount_rate"], problem["periods"]

    def ratio(option: dict) -> float:
        money = [key for key in option["uses"] if key.startswith(("capex:", "opex:"))]
        years = {key: periods.index(key.partition(":")[2]) + 1 for key in money}
        cost = sum(option["uses"][key] / (1 + rate) ** years[key] for key in money)
        gross = sum(amount / (1 + rate) ** (periods.index(year) + 1) for year, amount in option["benefits"].items())
        return gross / cost

    weak = {each["id"] for each in problem["candidates"] if ratio(each["options"][-1]) < 1.04}
    assert 9 <= len(truth["low_value_projects"]) <= 11
    assert set(truth["low_value_projects"]) <= weak


def test_the_catalogue_has_twenty_five_solutions_in_two_languages(sample: SampleFiles) -> None:
    lines = [json.loads(line) for line in sample.catalogue.read_text("utf-8").splitlines()]
    assert len({line["id"] for line in lines}) == 25
    assert all(line["names"]["en"] and line["names"]["zh"] and line["aliases"] for line in lines)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_truth_quotes_every_claim_and_every_report_holds_five_traps(made: Made, seed: int) -> None:
    files = made(seed)
    documents = truth_of(files)["documents"]
    assert {document["lang"] for document in documents} == {"en", "zh-Hans", "zh-Hant"}
    assert len(documents) == 16
    for document in documents:
        text = (files.reports / document["id"]).read_text("utf-8")
        assert text == document["text"]
        assert not set("{}[]|") & set(text)
        credited = 0
        for event in document["events"]:
            start, end = event["evidence"]
            quoted = text[start:end]
            assert quoted == quoted.strip()
            assert re.search(r"[0-9一二三四五六七八九十半两兩]|half|quarters", quoted)
            credited += (
                event["kind"] in {"saving", "gain"} and event["status"] == "realised" and event["solution"] is not None
            )
        assert credited >= 1
        assert len(document["events"]) - credited >= 5


def test_without_planting_there_is_no_finding(tmp_path: Path) -> None:
    make_sample(tmp_path / "bank", 5, days=DAYS, planted=False)
    truth = json.loads((tmp_path / "bank-truth.json").read_text("utf-8"))
    assert truth["findings"] == []


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(FileError, match="not a sample"):
        make_sample(tmp_path, 1, days=DAYS)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_seed_below_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="seed must not be negative"):
        make_sample(tmp_path / "bank", -1)
    assert not (tmp_path / "bank").exists()


def test_the_optimiser_accepts_the_problem_and_funds_it_within_its_limits(sample: SampleFiles, truth: dict) -> None:
    problem = parse_problem(json.loads(sample.portfolio.read_text("utf-8")))
    recommendation = solve(problem).to_dict()
    assert recommendation["status"] == "optimal"
    funded = {row["candidate"] for row in recommendation["funded"]}
    assert 15 < len(funded) < 45
    assert len(funded & set(truth["low_value_projects"])) <= 2


def test_the_ledger_reconciles_and_shows_fraud_analytics_a_quarter_above_its_benchmark(sample: SampleFiles) -> None:
    ledger = open_ledger(sample.ledger)
    assert ledger.unmapped_share < Decimal("0.005")
    view = consumer_view(ledger)
    fraud = view[view["solution"] == "sol-antifraud"].iloc[0]
    assert 0.2 < float(fraud["gap_share"]) < 0.3


@pytest.mark.parametrize("seed", [1, 2])
def test_only_the_planted_tower_stands_idle_and_no_tower_above_its_benchmark(made: Made, seed: int) -> None:
    files = made(seed)
    findings = truth_of(files)["findings"]
    idle = {each["element"] for each in findings if each["kind"] == "low_utilisation" and each["layer"] == "tower"}
    view = technology_view(open_ledger(files.ledger)).dropna(subset=["utilisation"])
    assert {tower for tower, share in zip(view["tower"], view["utilisation"], strict=True) if share < 0.3} == idle
    assert (view["gap_share"].astype(float) < 0).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_only_the_planted_solutions_have_a_module_that_takes_most_of_them(made: Made, seed: int) -> None:
    files = made(seed)
    planted = {
        (each["element"], each["module"]) for each in truth_of(files)["findings"] if each["kind"] == "dear_module"
    }
    found = [each for each in findings(open_ledger(files.ledger)) if each.kind == "dear_module"]
    assert {(each.element, each.evidence[0]["module"]) for each in found} == planted != set()


WORDS = {
    "half": "50", "一半": "50", "两成": "20", "兩成": "20", "三成": "30", "four": "4", "four times": "4",
    "three quarters": "75", "投入一元、产出四元": "4", "一": "1",
}  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_value_of_the_truth_can_be_read_in_its_evidence(made: Made, seed: int) -> None:
    for document in truth_of(made(seed))["documents"]:
        for event in document["events"]:
            quoted = document["text"][slice(*event["evidence"])]
            numbers = {Decimal(found) for found in re.findall(r"\d+(?:\.\d+)?", quoted)}
            numbers |= {Decimal(number) for said, number in WORDS.items() if said in quoted}
            said = {number.scaleb(power) for number in numbers for power in (-1, 0, 4, 6, 7, 8, 9)}
            wanted = [event["before"], event["after"]] if event["kind"] == "from_to" else [event["value"]]
            assert all(Decimal(number) in said for number in wanted), (document["id"], quoted, event)
            if event["kind"] == "from_to":
                assert Decimal(event["value"]) == abs(Decimal(event["after"]) - Decimal(event["before"]))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_left_of_nearly_full_resources_decides_what_is_funded(made: Made, seed: int) -> None:
    files = made(seed)
    values: dict[str, list[float]] = {}
    for row in rows(files.demand):
        values.setdefault(row["unique_id"], []).append(float(row["y"]))
    capacity = {row["unique_id"]: float(row["capacity"]) for row in rows(files.demand)}
    problem = json.loads(files.portfolio.read_text("utf-8"))
    free = solve(parse_problem(problem)).to_dict()
    for name, history in values.items():
        problem["limits"][f"headroom:{name}"] = {"max": capacity[name] - 1.06 * max(history[-28 * 24 :])}
    bound = solve(parse_problem(problem)).to_dict()
    assert bound["status"] == "optimal"
    assert bound["objective"] < free["objective"]
    binding = [limit["id"] for limit in bound["limits"] if limit["marginal_value"] and "headroom" in limit["id"]]
    said = truth_of(files)
    assert {name.removeprefix("headroom:") for name in binding} & {*said["tight_resources"], said["critical_resource"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_resource_about_to_pass_its_capacity_has_its_expansion_funded(made: Made, seed: int) -> None:
    files = made(seed)
    critical = truth_of(files)["critical_resource"]
    history = [float(row["y"]) for row in rows(files.demand) if row["unique_id"] == critical]
    capacity = [float(row["capacity"]) for row in rows(files.demand) if row["unique_id"] == critical][-1]
    problem = json.loads(files.portfolio.read_text("utf-8"))
    key = f"headroom:{critical}"
    problem["limits"][key] = {"max": capacity - 1.12 * max(history[-28 * 24 :])}
    assert problem["limits"][key]["max"] < 0
    recommendation = solve(parse_problem(problem)).to_dict()
    assert recommendation["status"] == "optimal"
    funded = {row["candidate"] for row in recommendation["funded"]}
    frees = {each["id"] for each in problem["candidates"] if any(key in o.get("frees", {}) for o in each["options"])}
    assert funded & frees


def test_the_truth_stands_beside_the_folder_also_when_that_is_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bank").mkdir()
    monkeypatch.chdir(tmp_path / "bank")
    make_sample(Path(), 1, days=DAYS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bank", "bank-truth.json"]


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FileError, match="cannot be made"):
        make_sample(tmp_path / "file" / "bank", 1, days=DAYS)
