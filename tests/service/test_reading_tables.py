"""Value by solution: what counts, what waits, what stands apart."""

from dataclasses import replace
from decimal import Decimal

from btim.catalogue import Catalogue, Solution
from btim.value import Reading, ValueEvent
from service.reading_tables import COMPANY_WIDE, TO_REVIEW, reading_part

SAVED = ValueEvent(
    evidence=(0, 4), solution="sol-a", metric="cost_saving", kind="saving", direction="down", value=Decimal(100),
    unit="money", status="realised", currency="USD", confidence=0.97, band="post", id="1",
)  # fmt: skip
CATALOGUE = Catalogue((Solution("sol-a", {"en": "Platform A"}),))


def part_of(*events: ValueEvent) -> tuple[list[dict[str, object]], list[str]]:
    reading = Reading("r", tuple(replace(event, id=str(place)) for place, event in enumerate(events)), ())
    part = reading_part([reading], {"r": "text"}, CATALOGUE, "USD")
    return part.by_solution.to_dict("records"), part.events["why"].tolist()


def test_a_posted_saving_is_credited_and_one_to_review_waits_apart() -> None:
    unsure = replace(SAVED, value=Decimal(40), band="review", confidence=0.4)
    rows, why = part_of(SAVED, unsure)
    assert [(row["name"], row["realised_saving"], row["waiting"]) for row in rows] == [("Platform A", 100, 40)]
    assert why == ["", TO_REVIEW]


def test_a_claim_that_repeats_a_posted_one_does_not_wait_again() -> None:
    rows, _ = part_of(SAVED, replace(SAVED, band="review", confidence=0.4))
    assert [(row["realised_saving"], row["waiting"]) for row in rows] == [(100, 0)]


def test_company_wide_money_stands_apart() -> None:
    rows, why = part_of(replace(SAVED, solution=None))
    assert rows == []
    assert why == [COMPANY_WIDE]


def test_a_rate_is_never_added_to_a_total() -> None:
    rows, _ = part_of(SAVED, replace(SAVED, value=Decimal(5), per="quarter"))
    assert [(row["realised_saving"], row["saving_a_year"]) for row in rows] == [(100, 20)]


def test_another_currency_is_not_added_without_a_rate() -> None:
    rows, why = part_of(SAVED, replace(SAVED, currency="CNY"))
    assert [row["realised_saving"] for row in rows] == [100]
    assert why == ["", "in CNY: no rate given"]
