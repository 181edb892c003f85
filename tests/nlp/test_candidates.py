"""Candidates: ranges, from–to pairs, dated pairs, movements with an end, rates, headers that scale."""

from datetime import date
from decimal import Decimal

import pytest

from nlp.annotation import annotated
from nlp.candidates import Candidate, candidates_of
from nlp.pipeline import blank_pipeline

PIPELINES = {language: blank_pipeline(language) for language in ("en", "zh")}


def candidates(text: str) -> list[Candidate]:
    return candidates_of(annotated(text, date(2025, 7, 10), PIPELINES))


@pytest.mark.parametrize(
    ("text", "value", "unit", "before", "after"),
    [
        ("利用率从40%提升至85%。", "45", "percentage_point", "40", "85"),
        ("Handling time fell from 11 days to 4.", "7", "duration_day", "11", "4"),
        ("Whole-life cost £342m, up from £318m.", "24000000", "money", "318000000", "342000000"),
        ("Empty kilometres: 19.4%, was 22.0.", "2.6", "percentage_point", "22", "19.4"),
        ("Arrears cost $18.3m in 2024 ($26.1m in 2023).", "7800000", "money", "26100000", "18300000"),
        ("每公里成本由港幣900元減至350元。", "550", "money", "900", "350"),
        ("单价由港币612元降至455元。", "157", "money", "612", "455"),
        ("Cost fell from $4.1m to $3.2m.", "900000", "money", "4100000", "3200000"),
        ("客戶評分3.9分升至4.5分。", "0.6", "score", "3.9", "4.5"),
        ("从前要跑7个半小时，现在1小时10分收工。", "0.263889", "duration_day", "0.3125", "0.048611"),
        ("对账从半个月缩短到两天。", "13", "duration_day", "15", "2"),
        ("Cost per application: $212 (was $340).", "128", "money", "340", "212"),
        ("Handling went from 7:20 to 6:35 minutes.", "0.000521", "duration_day", "0.005093", "0.004572"),
    ],
)
def test_a_pair_of_figures_is_one_movement(text: str, value: str, unit: str, before: str, after: str) -> None:
    (found,) = candidates(text)
    assert (found.value, found.unit, found.before, found.after) == (
        Decimal(value), unit, Decimal(before), Decimal(after),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Travel takes 17 minutes per visit (plan 20).", ["0.011806", "0.013889"]),
        ("The new platform takes 0.4 seconds; the old one took 2.1.", ["0.000005", "0.000024"]),
        ("Urgent tests take 52 minutes, 18 fewer than before.", ["0.036111", "0.0125"]),
        ("A call costs 31 cents; the industry average is 44.", ["0.31", "0.44"]),
    ],
)
def test_a_bare_number_beside_a_duration_or_small_sum_takes_its_unit(text: str, values: list[str]) -> None:
    found = candidates(text)
    assert [item.value for item in found] == [Decimal(value) for value in values]
    assert len({item.unit for item in found}) == 1


@pytest.mark.parametrize(
    "text", ["It saves $5m. Complaints: Northgate 112.", "It takes 14 minutes; 3 complaints came in."]
)
def test_a_bare_number_of_another_thing_stays_a_count(text: str) -> None:
    assert candidates(text)[-1].unit == "count"


def test_a_movement_keeps_where_it_ended() -> None:
    (found,) = candidates("On-time delivery rose 3 points to 94%.")
    assert (found.value, found.after) == (Decimal(3), Decimal(94))


def test_a_range_keeps_its_lower_end_as_value() -> None:
    (found,) = candidates("It may save £3-4m.")
    assert (found.value, found.value_range) == (Decimal(3_000_000), (Decimal(3_000_000), Decimal(4_000_000)))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("预计减少3到5万件。", "30000", "50000"),
        ("可节省2到3亿元。", "200000000", "300000000"),
        ("Fees ranged from £4 to £150.", "4", "150"),
        ("Repair takes between four and six hours.", "0.166667", "0.25"),
        ("It would save two to three million dollars.", "2000000", "3000000"),
        ("介于0.3至1.1个百分点之间。", "0.3", "1.1"),
    ],
)
def test_both_ends_of_a_range_share_unit_and_scale(text: str, low: str, high: str) -> None:
    (found,) = candidates(text)
    assert (found.value, found.value_range) == (Decimal(low), (Decimal(low), Decimal(high)))


def test_a_label_before_a_colon_belongs_to_the_clause() -> None:
    text = "Trucks ran. Licence: €0.9m as agreed."
    assert text[slice(*candidates(text)[0].clause)] == "Licence: €0.9m as agreed"


def test_a_header_scales_the_bare_figures_below_it() -> None:
    found = candidates("113年度成果\n(單位:新臺幣百萬元)\n資訊預算1,420,委外維護費減少45。")
    assert [(item.value, item.unit, item.currency) for item in found] == [
        (Decimal(1_420_000_000), "money", "TWD"),
        (Decimal(45_000_000), "money", "TWD"),
    ]


def test_people_under_a_money_header_stay_people() -> None:
    found = candidates("Flash, $m. Run cost 41.2. Headcount 1,912.")
    assert [(item.value, item.unit) for item in found] == [(Decimal(41_200_000), "money"), (Decimal(1912), "count")]


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("It saves £1.2m a year.", "year"),
        ("每年节省2.3亿美元。", "year"),
        ("月均省下5万元。", "month"),
        ("18个月内节省4.8亿美元。", None),
    ],
)
def test_a_rate_is_told_from_a_total(text: str, per: str | None) -> None:
    assert candidates(text)[-1].per == per
