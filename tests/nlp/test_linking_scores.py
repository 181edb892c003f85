"""Links are scored apart where the sentence names the solution and where the discourse must tell."""

from dataclasses import replace
from decimal import Decimal

from btim.catalogue import Catalogue, Solution
from btim.value import Reading, ValueEvent
from nlp.documents import Document
from nlp.gold import GoldDocument
from nlp.linking_scores import LinkingScores, linking_scores

TEXT = "Payroll Hub saved £2m. It also cut 30 posts."
CATALOGUE = Catalogue((Solution("s1", {"en": "Payroll Hub"}, ("PH",)),))


def event(start: int, end: int, value: int, solution: str | None = "s1") -> ValueEvent:
    return ValueEvent((start, end), solution, "cost_saving", "saving", "down", Decimal(value), "count", "realised")


GOLD = GoldDocument(
    Document("d", TEXT), "en", Reading("d", (event(0, 21, 2), event(23, 43, 30), event(23, 43, 7, None)), ())
)


def test_an_event_is_named_where_its_own_sentence_names_the_solution() -> None:
    assert linking_scores([GOLD], [GOLD.reading], CATALOGUE) == LinkingScores(1, 1, 1, 1)


def test_a_wrong_link_and_an_event_that_was_not_found_count_against_their_own_part() -> None:
    named, told, _ = GOLD.reading.events
    found = linking_scores([GOLD], [Reading("d", (replace(told, solution=None),), ())], CATALOGUE)
    assert (found.named_accuracy, found.discourse_accuracy) == (0.0, 0.0)
    found = linking_scores([GOLD], [Reading("d", (named,), ())], CATALOGUE)
    assert (found.named_accuracy, found.discourse_accuracy) == (1.0, 0.0)


def test_without_events_of_a_part_there_is_no_score_for_it() -> None:
    assert LinkingScores().named_accuracy is None
