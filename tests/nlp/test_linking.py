"""Linking: names, acronyms, near misses, headings and discourse; two solutions of one name stay undecided."""

import pytest

from btim.catalogue import Catalogue, Solution
from nlp import Document, read_documents

CATALOGUE = Catalogue(
    (
        Solution(
            "sol-cip", {"en": "Customer Intelligence Platform", "zh": "客户智能平台"}, (), {"zh": "客户画像与推荐"}
        ),
        Solution(
            "sol-claims",
            {"en": "Claims Desk Automation", "zh": "理赔自动化系统"},
            (),
            {"en": "Robots that settle claims"},
        ),
    )
)


def solutions(text: str, catalogue: Catalogue = CATALOGUE) -> list[str | None]:
    (reading,) = read_documents([Document("d", text)], catalogue)
    return [event.solution for event in reading.events]


@pytest.mark.parametrize(
    "text",
    [
        "The Customer Intelligence Platform saved $3.2 million in the quarter.",
        "The CIP saved $3.2 million in the quarter.",
        "The Customer Inteligence Platform saved $3.2 million in the quarter.",
        "# Customer Intelligence Platform\n\nThe platform saved $3.2 million in the quarter.",
        "客户智能平台本季度节省320万美元。",
        "# 客户智能平台\n\n该平台本季度节省320万美元。",
    ],
)
def test_a_saving_is_credited_to_the_solution_that_the_text_is_about(text: str) -> None:
    assert solutions(text) == ["sol-cip"]


def test_the_solution_named_in_the_clause_beats_the_one_named_before() -> None:
    text = "客户智能平台本季度节省320万美元。理赔自动化系统本季度节省150万美元。"
    assert solutions(text) == ["sol-cip", "sol-claims"]


def test_two_solutions_of_one_name_are_not_told_apart_by_chance() -> None:
    twins = Catalogue((Solution("a", {"zh": "数据平台"}), Solution("b", {"zh": "数据平台"})))
    (reading,) = read_documents([Document("d", "数据平台本季度节省320万美元。")], twins)
    (event,) = reading.events
    assert event.solution is None
    assert {name for name, _ in event.candidates} >= {"a", "b"}
    assert twins.shared_names() == {"数据平台": ("a", "b")}


def test_an_empty_catalogue_credits_nothing() -> None:
    assert solutions("The platform saved $3.2 million in the quarter.", Catalogue(())) == [None]


def test_emoji_and_right_to_left_text_move_no_offset() -> None:
    text = "🎉🎉 مرحبا! The Customer Intelligence Platform saved $3.2 million in the quarter."
    (reading,) = read_documents([Document("d", text)], CATALOGUE)
    start, end = reading.events[0].evidence
    assert "saved $3.2 million" in text[start:end]
