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
    ],
)
def test_a_pair_of_figures_is_one_movement(text: str, value: str, unit: str, before: str, after: str) -> None:
    (found,) = candidates(text)
    assert (found.value, found.unit, found.before, found.after) == (
        Decimal(value), unit, Decimal(before), Decimal(after),
    )  # fmt: skip


def test_a_target_in_brackets_is_a_figure_of_its_own() -> None:
    assert [item.value for item in candidates("Travel takes 17 minutes per visit (plan 20).")] == [
        Decimal("0.011806"),
        Decimal(20),
    ]


def test_a_movement_keeps_where_it_ended() -> None:
    (found,) = candidates("On-time delivery rose 3 points to 94%.")
    assert (found.value, found.after) == (Decimal(3), Decimal(94))


def test_a_range_keeps_its_lower_end_as_value() -> None:
    (found,) = candidates("It may save £3-4m.")
    assert (found.value, found.value_range) == (Decimal(3_000_000), (Decimal(3_000_000), Decimal(4_000_000)))


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
