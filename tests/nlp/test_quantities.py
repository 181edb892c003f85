"""The quantity grammar: values, units and spans are exact."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import normalise
from nlp.quantities import find_quantities


def read(text: str) -> list[tuple[str, str, str, str | None]]:
    norm = normalise(text)
    return [
        (text[q.start : q.end], format(q.value.normalize(), "f"), q.unit, q.currency) for q in find_quantities(norm)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("技术成本高达每年15亿美元", ("15亿美元", "1500000000", "money", "USD")),
        ("节省4.8亿美元", ("4.8亿美元", "480000000", "money", "USD")),
        ("減少二點三億元", ("二點三億元", "230000000", "money", "CNY")),
        ("約新台幣3.2億元", ("新台幣3.2億元", "320000000", "money", "TWD")),
        ("下降三成五", ("三成五", "35", "percent", None)),
        ("下降三成", ("三成", "30", "percent", None)),
        ("千分之二", ("千分之二", "0.2", "percent", None)),
        ("万分之三", ("万分之三", "3", "basis_point", None)),
        ("提高１２個百分點", ("１２個百分點", "12", "percentage_point", None)),
        ("多了三倍", ("三倍", "3", "times", None)),
        ("节省1200人天", ("1200人天", "1200", "count", None)),
        ("saved US$4.8bn", ("US$4.8bn", "4800000000", "money", "USD")),
        ("costs 45 pence", ("45 pence", "0.45", "money", "GBP")),
        ("RMB500m of it", ("RMB500m", "500000000", "money", "CNY")),
        ("up 25bps", ("25bps", "25", "basis_point", None)),
        ("volumes doubled", ("doubled", "2", "times", None)),
        ("defects halved", ("halved", "50", "percent", None)),
        ("in 36 hours", ("36 hours", "1.5", "duration_day", None)),
        ("over two years", ("two years", "24", "duration_month", None)),
        ("took three weeks", ("three weeks", "21", "duration_day", None)),
        ("1,200 person-hours", ("1,200 person-hours", "1200", "count", None)),
    ],
)
def test_a_quantity_has_its_exact_value_unit_and_span(text: str, expected: tuple[str, str, str, str | None]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text", ["H100 GPUs on 5G", "ISO 27001 and Basel 3", "一成不变", "万一发生", "see https://a.b/30%25", "B2B"]
)
def test_what_only_looks_like_a_quantity_is_left_alone(text: str) -> None:
    assert read(text) == []


def test_a_printed_sign_is_kept_apart_from_the_magnitude() -> None:
    minus, plus = find_quantities("-3.5%QoQ/+50.4%YoY")
    assert (minus.value, minus.sign) == (Decimal("3.5"), -1)
    assert (plus.value, plus.sign) == (Decimal("50.4"), 1)


@given(st.integers(1, 10**7), st.sampled_from(["%", "万元", "亿美元", "个百分点", " million dollars", "bps"]))
def test_any_whole_number_with_a_unit_is_found_whole_and_exact(number: int, unit: str) -> None:
    (found,) = find_quantities(f"{number}{unit}")
    scale = {"万元": 10**4, "亿美元": 10**8, " million dollars": 10**6}.get(unit, 1)
    assert (found.start, found.value) == (0, number * scale)


@given(st.text(alphabet="0123456789.,%万亿元成折倍半百分之点一二三$£¥至到- 年月日abm", max_size=60))
def test_quantities_never_overlap_and_stay_inside_the_text(text: str) -> None:
    found = find_quantities(text)
    assert all(0 <= q.start < q.end <= len(text) and q.value >= 0 for q in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
