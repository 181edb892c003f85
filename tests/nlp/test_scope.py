"""The period and the business unit of a claim, from its sentence or from what the document opens with."""

from datetime import date

import pytest

from btim.catalogue import Catalogue, Solution
from nlp.candidates import candidates_of
from nlp.reading import Reader
from nlp.scope import UnitNames, business_unit_of, period_of

READER = Reader(Catalogue((Solution("s1", {"en": "Payroll Hub"}),)))
UNITS = UnitNames(["Finance", "Group Finance", "财务部"])
YEAR_2024 = (date(2024, 1, 1), date(2024, 12, 31))


def period(text: str, status: str = "realised") -> tuple[date, date] | None:
    document = READER.analyse(text, date(2025, 3, 1)).document
    return period_of(document, candidates_of(document)[-1], status)


def unit(text: str) -> str | None:
    document = READER.analyse(text, None).document
    return business_unit_of(document, candidates_of(document)[-1], UNITS)


@pytest.mark.parametrize(
    "text",
    [
        "# Results for 2024\n\nErrors fell by 12 percent.",
        "Annual report for 2024. Complaints are down. Errors fell by 12 percent.",
        "2024年度总结。差错率下降12%。",
    ],
)
def test_a_realised_figure_stands_in_the_period_of_its_heading_or_title(text: str) -> None:
    assert period(text) == YEAR_2024


def test_its_own_period_goes_before_that_of_the_title() -> None:
    assert period("Annual report for 2024. In 2023 errors fell by 12 percent.") == (
        date(2023, 1, 1), date(2023, 12, 31),
    )  # fmt: skip


def test_a_plan_takes_no_period_from_the_report_it_stands_in() -> None:
    assert period("Annual report for 2024. Errors shall fall by 12 percent.", "planned") is None


def test_a_title_of_two_periods_decides_nothing() -> None:
    assert period("From 2023 to 2024. Errors fell by 12 percent.") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("In Group Finance the hub saved 3 days.", "Group Finance"),
        ("Finance, first quarter. Staff are content. The hub saved 3 days.", "Finance"),
        ("財務部:系統節省3天。", "財務部"),
        ("市场部季度复盘。系统节省3天。", "市场部"),
        ("The hub saved 3 days.", None),
    ],
)
def test_the_business_unit_is_the_one_named_or_the_one_whose_report_it_is(text: str, wanted: str | None) -> None:
    assert unit(text) == wanted


def test_thousands_of_units_are_looked_up_by_their_beginning() -> None:
    names = UnitNames(f"Division {number}" for number in range(5000))
    text = "Costs of Division 4711 fell."
    found = names.longest_in(text, 0, len(text))
    assert found is not None
    assert text[found[0] : found[1]] == "Division 4711"
