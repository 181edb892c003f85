"""Normalising never moves a character."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import is_traditional, normalise


@given(st.text(max_size=80))
def test_the_length_never_changes(text: str) -> None:
    assert len(normalise(text)) == len(text)


def test_full_width_and_traditional_text_reads_as_half_width_and_simplified() -> None:
    assert normalise("營運成本下降１２％，為３．５億元") == "营运成本下降12%，为3.5亿元"


def test_machine_converted_leftovers_read_like_simplified_text() -> None:
    assert normalise("這一過程并非一帆風順，為什么") == "这一过程并非一帆风顺，为什么"


def test_the_script_of_a_text_is_recognised() -> None:
    assert is_traditional("營運成本下降", normalise("營運成本下降"))
    assert not is_traditional("运营成本下降", normalise("运营成本下降"))


def test_a_full_width_comma_parts_clauses_and_only_between_full_width_digits_thousands() -> None:
    assert normalise("$20，300美圆與１，２００元") == "$20，300美圆与1,200元"
