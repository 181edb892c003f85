"""Kind, direction and metric are decided together, so that no event contradicts itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from btim.catalogue import Catalogue
from btim.value import ValueEvent
from nlp.candidates import Candidate, candidates_of
from nlp.decisions import agreement_of
from nlp.reading import Reader

CLASSES = {
    "kind": ("change", "from_to", "level", "saving"), "direction": ("down", "none", "up"),
    "metric": ("cost_saving", "operating_cost"),
}  # fmt: skip


def event(kind: str, direction: str, metric: str) -> ValueEvent:
    return ValueEvent((0, 1), None, metric, kind, direction, Decimal(1), "money", "realised", "GBP")


EVENTS = [
    *[event("saving", "down", "cost_saving")] * 8, *[event("change", "up", "operating_cost")] * 3,
    *[event("change", "down", "operating_cost")] * 3, *[event("level", "none", "operating_cost")] * 4,
]  # fmt: skip


def candidate(text: str = "The bill was £3m.") -> Candidate:
    return candidates_of(Reader(Catalogue(())).analyse(text, None).document)[0]


def scores(
    kind: dict[str, float], direction: dict[str, float], metric: dict[str, float]
) -> dict[str, dict[str, float]]:
    return {"kind": kind, "direction": direction, "metric": metric}


def test_a_clear_saving_goes_down_although_the_direction_alone_leans_up() -> None:
    agreement = agreement_of(EVENTS, CLASSES)
    found, sure = agreement.decided(
        scores(
            {"change": 0.1, "from_to": 0.0, "level": 0.1, "saving": 0.8}, {"down": 0.4, "none": 0.1, "up": 0.5},
            {"cost_saving": 0.5, "operating_cost": 0.5},
        ),
        candidate(),
    )  # fmt: skip
    assert found == {"kind": "saving", "direction": "down", "metric": "cost_saving"}
    assert 0.5 < sure <= 1.0


@pytest.mark.parametrize(("before", "after", "direction"), [(3, 9, "up"), (9, 3, "down")])
def test_a_move_from_a_to_b_has_its_kind_and_direction_from_its_numbers(
    before: int, after: int, direction: str
) -> None:
    agreement = agreement_of([*EVENTS, event("from_to", "up", "operating_cost")], CLASSES)
    moved = replace(candidate(), before=Decimal(before), after=Decimal(after))
    even = scores(
        {"change": 0.9, "from_to": 0.01, "level": 0.05, "saving": 0.04}, {"down": 0.3, "none": 0.4, "up": 0.3},
        {"cost_saving": 0.1, "operating_cost": 0.9},
    )  # fmt: skip
    found, _ = agreement.decided(even, moved)
    assert (found["kind"], found["direction"]) == ("from_to", direction)


def test_what_is_no_move_from_a_to_b_is_never_called_one() -> None:
    agreement = agreement_of(EVENTS, CLASSES)
    leaning = scores(
        {"change": 0.04, "from_to": 0.9, "level": 0.05, "saving": 0.01}, {"down": 0.1, "none": 0.8, "up": 0.1},
        {"cost_saving": 0.1, "operating_cost": 0.9},
    )  # fmt: skip
    found, _ = agreement.decided(leaning, candidate())
    assert found["kind"] == "level"
