import re
from decimal import Decimal
from html.parser import HTMLParser

import pandas as pd
import pytest

from service.output import render_report
from tests.service.output.made import chain, demand_part, only, portfolio_part, reading_part

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """Collects what the tests ask of a page and notices tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.mismatches: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.mismatches.append(tag)


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(chain(demand=demand_part(towers=8)))


def words(page: str) -> str:
    shown = re.sub(r"<style>.*?</style>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ")


def test_the_page_is_well_formed_and_its_ids_are_unique(page):
    outline = Outline(page)
    assert outline.mismatches == []
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))


def test_the_page_asks_nothing_from_outside_and_needs_no_script(page):
    outline = Outline(page)
    assert not {"script", "iframe", "img", "object", "embed"} & {tag for tag, _ in outline.tags}
    targets = [value for _, attrs in outline.tags for name, value in attrs.items() if name in {"href", "src"} and value]
    assert {target for target in targets if not target.startswith("#")} == {"data:,"}
    assert "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_the_same_run_gives_the_same_bytes(page):
    assert render_report(chain(demand=demand_part(towers=8))) == page


def test_every_table_and_chart_of_a_synthetic_run_says_so(page):
    tables = re.findall(r"<caption>.*?</caption>", page, flags=re.DOTALL)
    charts = re.findall(r"<figcaption>.*?</figcaption>", page, flags=re.DOTALL)
    assert len(tables) > 8
    assert len(charts) > 24
    assert all("synthetic" in caption for caption in tables + charts)
    assert page.count(">SYNTHETIC</text>") == page.count("<svg ")


def test_a_run_on_real_data_is_nowhere_called_synthetic():
    assert "synthetic" not in words(render_report(chain(synthetic=False, seed=None))).lower()


def test_the_waterline_stands_between_the_funded_and_the_others(page):
    table = page[page.index("Every candidate, best worth") :]
    above, below = table[: table.index("</table>")].split('<tr class="waterline">')
    assert above.count('<tr class="">') == 18
    assert below.count('<tr class="under">') == 12
    assert "USD 51.0 m spent of USD 51.4 m (budget 2027), USD 400.0 k unspent" in words(below)
    assert "one more USD is worth about 1.42 (LP estimate)" in words(below)


def test_a_candidate_that_is_not_funded_has_its_reason_and_what_would_change_it(page):
    assert "stopped by budget 2027" in words(page)
    assert "needs USD 300.0 k more worth or USD 240.0 k less capex:2027" in words(page)
    assert "would displace Project 17" in words(page)
    assert "near-tie · stopped by" in words(page)


def test_the_answers_on_top_are_the_records_numbers(page):
    text = words(page)
    assert "Fund 18 of 30 candidates for USD 51.0 m of the USD 51.4 m in budget 2027" in text
    assert "3 of 24 resources will more likely than not pass installed capacity, 2 more may" in text
    assert "1 count as realised: USD 4.20 m saved, as the reports claim" in text


def test_evidence_is_quoted_as_written_in_its_language(page):
    assert '<p lang="zh-Hans">' in page
    assert "<mark>误报处理成本降低了1200万元</mark>" in page
    assert "not counted: planned, not realised" in words(page)


def test_text_of_users_never_becomes_markup():
    part = portfolio_part()
    part.problem["candidates"][0]["name"] = 'Ship <script>alert(1)</script> & "go"'
    hostile = render_report(only(title="<img src=x onerror=alert(1)>", portfolio=part))
    assert "<script" not in hostile
    assert "<img" not in hostile
    assert Outline(hostile).mismatches == []


def test_parts_that_were_not_run_are_named_and_the_others_are_shown():
    text = words(render_report(only(reading=reading_part())))
    told = ("No ledger was given", "No demand history was given", "No portfolio was given")
    assert [sentence in text for sentence in told] == [True, True, True]
    assert "No reports were given" in words(render_report(only()))
    assert "Fraud Shield" in text


def test_a_run_with_no_part_at_all_is_still_a_page():
    nothing = render_report(only(sources=(), timings={}))
    assert Outline(nothing).mismatches == []


def test_an_infeasible_portfolio_names_its_conflict_and_the_cheapest_change():
    part = portfolio_part()
    answer = {"status": "infeasible", "conflict": ["budget 2027", "mandatory:P-001"],
              "relaxations": [{"limit": "budget 2027", "max": 60_000_000}]}  # fmt: skip
    text = words(render_report(only(portfolio=type(part)(part.problem, answer, part.frontier, part.headroom))))
    assert "No portfolio satisfies all limits and rules: budget 2027, mandatory:P-001." in text
    assert "raise budget 2027 to 60,000,000" in text


def test_demand_in_integer_steps_without_capacity_is_shown():
    part = demand_part(towers=1, resources=2)
    history = part.history.assign(ds=part.history.groupby("unique_id").cumcount()).drop(columns="capacity")
    fan = part.fan.assign(ds=960 + part.fan.groupby("unique_id").cumcount())
    peaks = part.peaks.assign(
        window_start=960, window_end=1127, peak_at=1000, as_of=959, capacity=None, exceedance=None
    )
    text = words(render_report(only(demand=type(part)(history, fan, peaks, "1"))))
    assert "no installed capacity was given" in text
    assert "Likely to pass capacity" not in text
    assert "Chance to pass" not in text


def test_a_fallback_of_a_model_is_named():
    part = demand_part(towers=1, resources=1)
    fan = part.fan.assign(model="seasonal naive", fallback="history shorter than two weeks")
    text = words(render_report(only(demand=type(part)(part.history, fan, part.peaks, part.freq))))
    assert "T0.r0: seasonal naive was used, history shorter than two weeks" in text


def test_an_empty_reading_is_said_without_a_table():
    part = reading_part()
    none = part.events.head(0)
    text = words(
        render_report(only(reading=type(part)(none, part.readings, part.texts, part.by_solution.head(0), none)))
    )
    assert "2 documents make 0 statements about value; none is sure enough" in text


def test_a_history_that_came_as_text_is_drawn_like_numbers():
    part = demand_part(towers=1, resources=1)
    as_text = part.history.assign(ds=part.history["ds"].astype(str), y=part.history["y"].astype(str)).astype(object)
    same = render_report(only(demand=type(part)(as_text, part.fan, part.peaks, part.freq)))
    assert same == render_report(only(demand=part))


def test_what_the_numbers_rest_on_is_said():
    text = words(render_report(only(portfolio=portfolio_part(), demand=demand_part(towers=1, resources=1))))
    assert "maximises expected value; solved by HiGHS with status optimal; problem SHA-256 abab" in text
    assert "step h, windows 7d, 28d; intervals calibrated on 30 to 30 past windows; model pooled" in text


def test_what_had_to_be_accepted_stands_beside_the_portfolio():
    part = portfolio_part()
    noted = type(part)(part.problem, part.recommendation, part.frontier, part.headroom, ("ai-gpu: 40 short, accepted",))
    text = words(render_report(only(portfolio=noted)))
    assert text.index("ai-gpu: 40 short, accepted") < text.index("Every candidate")


def test_a_portfolio_of_thousands_is_drawn_and_listed_in_part_and_says_so():
    text = words(render_report(only(portfolio=portfolio_part(many=900, funded=500))))
    assert "Fund 500 of 900 candidates" in text
    assert "600 more candidates in the files" in text


def test_an_objective_that_is_a_ratio_is_not_called_money():
    part = portfolio_part()
    problem = {**part.problem, "objective": {"kind": "roi", "min_spend": 1}}
    answer = {**part.recommendation, "objective": 2.33, "bound": 2.33}
    text = words(render_report(only(portfolio=type(part)(problem, answer, part.frontier, part.headroom))))
    assert "expected worth USD 118.9 m" in text
    assert "Return 2.33" in text


def test_money_that_waits_for_a_person_is_shown_by_solution_and_not_added():
    part = reading_part()
    unsure = part.events.head(1).assign(counted=False, why="not sure enough", band="review", confidence=0.55)
    row = {
        "solution": "sol-fraud",
        "name": "Fraud Shield",
        "events": 0,
        "waiting": Decimal(4_200_000),
        "confidence": 0.55,
    }
    waiting = type(part)(unsure, part.readings, part.texts, pd.DataFrame([row]), unsure)
    text = words(render_report(only(reading=waiting, names={"sol-fraud": "Fraud Shield"})))
    assert "none is sure enough, realised and credited to a solution, so none counts. 1 wait for a person" in text
    assert "Realised savings USD 0" in text
    assert "For a person to settle USD 4.20 m" in text
    assert "Waiting for a person USD m" in text
