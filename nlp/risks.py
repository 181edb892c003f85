"""Risk signals: the six ways in which digital projects fail, as a sentence classifier with evidence.

Role: describe a sentence for the risk heads and turn their probabilities into signals.
Must not know: quantities, solutions or how the heads were fitted. Mentioning a risk is not running it: the trained
weights see negation, advice and questions as features of their own.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from btim.value import RISKS, RiskSignal
from nlp.classifier import Heads, OnDemand
from nlp.normalise import normalise
from nlp.structure import Sentence, Structure

_TOKEN = re.compile(r"[a-z][a-z'-]+|[\u3400-\u9fff]+")
_ADVICE = re.compile(
    r"\b(?:should|must|need to|avoid|risk of|could|may|if|how to|lessons?|guidance|policy|agenda|training on|no sign|not|never|"  # noqa: E501
    r"without)\b|应当|应该|避免|防止|如何|可能|如果|若|需要|没有|并未|未|不存在|培训|建议|是否|议程|制度|杜绝",
    re.IGNORECASE,
)
_VOICES = re.compile(r"\b(?:says?|said|tells?|told|claims?|argues?|repl(?:y|ies|ied)|answers?|blames?)\b|[说称指怪认]")
"""Who speaks: two parties that each say something of the other are a quarrel, one is a report."""
MOST = 3
GRAM = 3


@cache
def _descriptions() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads(
        resources.files("nlp").joinpath("data", "risks.json").read_text(encoding="utf-8")
    )
    return {risk: [normalise(phrase).lower() for phrase in phrases] for risk, phrases in loaded.items()}


@lru_cache(maxsize=64)
def _hits(lowered: str) -> tuple[tuple[str, int], ...]:
    """Risks whose descriptions share phrases with a sentence, and how many; kept because neighbours ask again."""
    index = _index()
    counts: Counter[str] = Counter()
    for key in index.keys() & {lowered[at : at + GRAM] for at in range(len(lowered))}:
        for risk, phrase in index[key]:
            counts[risk] += phrase in lowered
    for risk, phrase in index[""]:
        counts[risk] += phrase in lowered
    return tuple((risk, counts[risk]) for risk in _descriptions() if counts[risk])


@cache
def _index() -> dict[str, list[tuple[str, str]]]:
    """Each phrase under its rarest three letters, so that a sentence meets only the phrases it could hold."""
    pairs = [(risk, phrase) for risk, phrases in _descriptions().items() for phrase in phrases]
    grams = Counter(phrase[at : at + GRAM] for _, phrase in pairs for at in range(len(phrase) - GRAM + 1))
    index: dict[str, list[tuple[str, str]]] = {"": []}
    for risk, phrase in pairs:
        own = [phrase[at : at + GRAM] for at in range(len(phrase) - GRAM + 1)]
        index.setdefault(min(own, key=lambda gram: grams[gram]) if own else "", []).append((risk, phrase))
    return index


def risk_features(text: str, before: str, after: str) -> list[str]:
    """Feature strings of a normalised sentence and its neighbours."""
    lowered = text.lower()
    found = ["bias"]
    for risk, count in _hits(lowered):
        found += [f"like={risk}", *([f"like2={risk}"] if count > 1 else [])]
    near = {risk for part in (before, after) for risk, _ in _hits(part.lower())}
    found += [f"near={risk}" for risk in near]
    if _ADVICE.search(text):
        found.append("advice")
    voices = len(_VOICES.findall(lowered))
    found += [f"voices={min(voices, 3)}"]
    tokens = _TOKEN.findall(lowered)
    for token in tokens:
        if token[0].isascii():
            found.append(f"w:{token}")
        else:
            found += [f"c:{token[i : i + size]}" for size in (2, 3) for i in range(len(token) - size + 1)]
    words = [token for token in tokens if token[0].isascii()]
    found += [f"b:{one} {two}" for one, two in pairwise(words)]
    return sorted(set(found))


def risk_signals(norm: str, structure: Structure, heads: Heads, cuts: Mapping[str, float]) -> tuple[RiskSignal, ...]:
    """Signals of a document: adjacent sentences of one risk are one signal, the likeliest few of each risk are kept."""
    sentences = [sentence for sentence in structure.sentences if not sentence.is_heading]
    if not sentences:
        return ()
    scored = heads.probabilities(
        OnDemand(len(sentences), lambda place: risk_features(*_window(norm, sentences, place)))
    )
    signals: list[RiskSignal] = []
    for risk in RISKS:
        probabilities = scored[risk][:, heads.classes[risk].index("yes")].tolist()
        signals += _signals(risk, sentences, probabilities, cuts.get(risk, 0.5))
    return tuple(sorted(signals, key=lambda signal: (signal.evidence, signal.risk)))


def _window(norm: str, sentences: Sequence[Sentence], place: int) -> tuple[str, str, str]:
    def text(index: int) -> str:
        return norm[sentences[index].start : sentences[index].end] if 0 <= index < len(sentences) else ""

    return text(place), text(place - 1), text(place + 1)


def _signals(risk: str, sentences: Sequence[Sentence], probabilities: Sequence[float], cut: float) -> list[RiskSignal]:
    found: list[RiskSignal] = []
    last = -2
    for place, probability in enumerate(probabilities):
        if probability < cut:
            continue
        span = (sentences[place].start, sentences[place].end)
        if place == last + 1 and found:
            found[-1] = RiskSignal(risk, (found[-1].evidence[0], span[1]), max(found[-1].confidence, probability))
        else:
            found.append(RiskSignal(risk, span, probability))
        last = place
    return sorted(found, key=lambda signal: -signal.confidence)[:MOST]
