"""Bodies are parsed once, and what cannot be kept or answered is refused at the door."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.errors import FileError, ValueFormatError
from service.api.bodies import MAX_DEPTH, parsed, refuse_unknown_parameters
from service.api.refusals import BadParameter
from tests.service.api.asking import request_of


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def test_a_document_as_deep_as_allowed_is_read() -> None:
    assert json.dumps(parsed(nested(MAX_DEPTH)), separators=(",", ":")) == nested(MAX_DEPTH)


@pytest.mark.parametrize("text", [nested(MAX_DEPTH + 1), nested(10_000), "[" * 10_000 + "]" * 10_000])
def test_a_deeper_one_is_refused(text: str) -> None:
    with pytest.raises(FileError, match="nested too deeply"):
        parsed(text)


def test_many_shallow_objects_are_not_deep() -> None:
    assert len(parsed(json.dumps([{}] * 500))) == 500


@pytest.mark.parametrize("text", ['"a\\u0000b"', '{"\\ud800": 1}', '["\\udfff"]', "1e999", "-1e999", "1" * 5000])
def test_values_that_nothing_can_carry_are_refused(text: str) -> None:
    with pytest.raises(ValueFormatError):
        parsed(text)


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert parsed('"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@settings(deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        st.lists,
    )
)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert parsed(json.dumps(value)) == value


@pytest.mark.parametrize("query", ["colour=red", "limit=1&limit=2", "limit=%00"])
def test_parameters_that_are_unknown_or_stand_twice_are_refused(query: str) -> None:
    with pytest.raises(BadParameter):
        refuse_unknown_parameters(request_of(query), frozenset({"limit"}))
