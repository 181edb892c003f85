"""Learning from review: what people decided becomes aliases and labels, and nothing else."""

import json
from pathlib import Path

import pytest

from btim.catalogue import Catalogue, Solution
from btim.errors import UnknownReferenceError, ValueFormatError
from nlp.review import learn, read_reviews

CATALOGUE = Catalogue((Solution("sol-crm", {"en": "Client Desk"}, ("CD",)),))
EVENT = {
    "evidence": [0, 9], "solution": "sol-crm", "metric": "nps", "kind": "change", "direction": "up", "value": "4",
    "unit": "score", "status": "realised",
}  # fmt: skip


def write(path: Path, **fields: object) -> Path:
    path.write_text(json.dumps({"id": "d", "text": "NPS rose 4 points.", **fields}) + "\n", encoding="utf-8")
    return path


def test_accepted_and_edited_events_stay_and_rejected_ones_go(tmp_path: Path) -> None:
    events = [{**EVENT, "verdict": verdict} for verdict in ("accepted", "edited", "rejected")]
    learnt = learn(read_reviews(write(tmp_path / "r.jsonl", events=events)), CATALOGUE)
    assert (learnt.accepted, learnt.edited, learnt.rejected) == (1, 1, 1)
    assert len(learnt.documents[0].reading.events) == 2


def test_a_new_alias_joins_the_catalogue_and_a_known_one_is_not_learnt_again(tmp_path: Path) -> None:
    aliases = [{"solution": "sol-crm", "alias": "the desk"}, {"solution": "sol-crm", "alias": "cd"}]
    learnt = learn(read_reviews(write(tmp_path / "r.jsonl", events=[], aliases=aliases)), CATALOGUE)
    assert learnt.aliases == (("sol-crm", "the desk"),)
    assert learnt.catalogue.solutions[0].aliases == ("CD", "the desk")


def test_an_event_without_a_verdict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueFormatError, match=r"row 1, 'verdict': is not a verdict.*judge every event"):
        read_reviews(write(tmp_path / "r.jsonl", events=[EVENT]))


def test_an_alias_of_an_unknown_solution_is_refused(tmp_path: Path) -> None:
    reviews = read_reviews(write(tmp_path / "r.jsonl", aliases=[{"solution": "sol-x", "alias": "x"}]))
    with pytest.raises(UnknownReferenceError, match="sol-x"):
        learn(reviews, CATALOGUE)


RISK = {"risk": "blame_shifting", "evidence": [0, 9]}


def test_risks_are_learnt_only_where_each_was_judged(tmp_path: Path) -> None:
    unjudged = learn(read_reviews(write(tmp_path / "a.jsonl", events=[], risks=[RISK])), CATALOGUE).documents[0]
    assert (unjudged.risks_judged, unjudged.reading.risks) == (False, ())
    risks = [{**RISK, "verdict": "accepted"}, {**RISK, "risk": "missing_expertise", "verdict": "rejected"}]
    path = write(tmp_path / "b.jsonl", events=[], risks=risks, risks_judged=True)
    judged = learn(read_reviews(path), CATALOGUE).documents[0]
    assert judged.risks_judged
    assert [signal.risk for signal in judged.reading.risks] == ["blame_shifting"]


def test_a_risk_without_a_verdict_is_refused_where_risks_were_judged(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", events=[], risks=[RISK], risks_judged=True)
    with pytest.raises(ValueFormatError, match="judge every risk"):
        read_reviews(path)
