"""The shipped model on sentences that say one thing plainly: their status must not be in doubt."""

import pytest

from btim.catalogue import Catalogue, Solution
from nlp import Document, read_documents

CATALOGUE = Catalogue((Solution("p", {"en": "Payroll Hub", "zh": "薪酬平台"}, ("PH",)),))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The Payroll Hub saved £2m in 2024.", "realised"),
        ("Payroll Hub has saved £2m so far.", "realised"),
        ("Payroll Hub did not save £2m.", "negated"),
        ("Payroll Hub will save £2m next year.", "planned"),
        ("If approved, Payroll Hub would save £2m.", "hypothetical"),
        ("薪酬平台2024年节省320万元。", "realised"),
        ("薪酬平台並未節省320萬元。", "negated"),
        ("薪酬平台預計明年節省320萬元。", "planned"),
        ("若全面推广,薪酬平台可节省320万元。", "hypothetical"),
    ],
)
def test_a_plain_saving_is_credited_with_the_status_its_words_give_it(text: str, status: str) -> None:
    (reading,) = read_documents([Document("d", text)], CATALOGUE)
    (event,) = reading.events
    assert (event.solution, event.metric, event.kind, event.direction) == ("p", "cost_saving", "saving", "down")
    assert event.status == status
