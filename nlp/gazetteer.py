"""The catalogue as something to look up: surface forms, derived acronyms and short forms, near misses, descriptions.

Role: answer which solutions a stretch of text names, nearly names or resembles.
Must not know: documents, claims, or which solution wins.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

from btim.catalogue import Catalogue, Solution
from nlp.normalise import has_han, normalise

SEPARATOR = "\t"
FUZZY_CUTOFF = 86.0
_GENERIC_ZH = re.compile(
    r"(?:管理)?(?:平台|系统|引擎|中台|工具|方案|服务|应用|助手|门户|中心|模块|套件|解决方案|网关|机器人|模型|项目|工程)\Z"
)
_GENERIC_EN = frozenset(
    [
        "platform",
        "system",
        "engine",
        "suite",
        "tool",
        "service",
        "services",
        "solution",
        "hub",
        "portal",
        "app",
        "application",
        "programme",
        "program",
        "project",
        "module",
        "assistant",
        "gateway",
        "layer",
        "manager",
        "management",
    ]
)
_PHRASE_EN = re.compile(r"\b[A-Z][\w&-]+(?: (?:of|for|and|&|the|[A-Z][\w&-]*|\d+)){1,6}")
_PHRASE_ZH = re.compile(
    r"[\u3400-\u9fffA-Za-z]{2,10}(?:平台|系统|引擎|中台|工具|方案|助手|门户|中心|模块|套件|网关|机器人)"
)
_WORD = re.compile(r"[a-z][a-z0-9]+|[\u3400-\u9fff]+")
_STOP = frozenset(
    [
        "the",
        "of",
        "and",
        "for",
        "to",
        "in",
        "a",
        "an",
        "on",
        "by",
        "with",
        "is",
        "are",
        "its",
        "that",
        "this",
        "from",
        "as",
        "at",
        "or",
        "which",
        "all",
        "across",
        "into",
        "our",
        "it",
    ]
)


def surface_forms(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Pairs of label and phrase for the gazetteer; a label is how the form came about, a tab and the solution's id."""
    for solution in catalogue:
        written = dict.fromkeys(normalise(form) for form in solution.surface_forms())
        for form in written:
            yield f"exact{SEPARATOR}{solution.id}", form
        for how, form in _derived(solution):
            if form not in written:
                yield f"{how}{SEPARATOR}{solution.id}", form


def _derived(solution: Solution) -> Iterator[tuple[str, str]]:
    for name in solution.names.values():
        form = normalise(name)
        words = re.findall(r"[A-Za-z][A-Za-z0-9]*", form)
        if len(words) >= 3 and not has_han(form):
            yield "acronym", "".join(word[0] for word in words if word.lower() not in _STOP).upper()
        if has_han(form):
            short = _GENERIC_ZH.sub("", form)
            if short != form and len(short) >= 3:
                yield "short", short
        elif len(words) >= 3 and words[-1].lower() in _GENERIC_EN:
            yield "short", " ".join(words[:-1])


STEM = 6
REMEMBERED = 64
FEW_SOLUTIONS = 30
"""A word that more solutions than this (or than a quarter of them) share tells none of them apart."""
_GENERIC_STEMS = frozenset(word[:STEM].removesuffix("s") for word in _GENERIC_EN) | frozenset(
    ["平台", "系统", "管理", "服务", "智能", "中心", "工具"]
)


class NearMisses:
    """Surface forms compared by edit distance with the phrases of a text that look like names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._forms: list[str] = []
        self._ids: list[str] = []
        for solution in catalogue:
            for form in solution.surface_forms():
                if len(form) >= (4 if has_han(form) else 8):
                    self._forms.append(normalise(form).lower())
                    self._ids.append(solution.id)
        self._known: dict[str, tuple[str, float] | None] = {}

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Name-like phrases of a text with the solution whose form they nearly spell."""
        pattern = _PHRASE_ZH if has_han(text) else _PHRASE_EN
        for match in pattern.finditer(text):
            found = self._closest(match[0].lower())
            if found is not None:
                yield match.start(), match.end(), found[0]

    def _closest(self, phrase: str) -> tuple[str, float] | None:
        if phrase not in self._known:
            best = process.extractOne(phrase, self._forms, scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF)
            self._known[phrase] = None if best is None else (self._ids[best[2]], best[1])
        return self._known[phrase]


class Descriptions:
    """TF-IDF over names, descriptions and business units: words in English, character pairs in Chinese."""

    def __init__(self, catalogue: Catalogue) -> None:
        counted = [(solution.id, Counter(_terms(_described(solution)))) for solution in catalogue]
        documents = Counter(term for _, terms in counted for term in terms)
        self._weight = {term: math.log((1 + len(counted)) / count) for term, count in documents.items()}
        self._postings: dict[str, list[tuple[str, float]]] = {}
        self._most = max(FEW_SOLUTIONS, len(counted) // 4)
        for name, terms in counted:
            norm = math.sqrt(sum((self._tf(count) * self._weight[term]) ** 2 for term, count in terms.items())) or 1.0
            for term, count in terms.items():
                self._postings.setdefault(term, []).append((name, self._tf(count) * self._weight[term] / norm))

        self._named: dict[str, dict[str, float]] = {}
        self._similar: dict[str, dict[str, float]] = {}
        self._words: dict[str, set[str]] = {}
        for solution in catalogue:
            for form in solution.surface_forms():
                for term in _terms(normalise(form)):
                    if term not in _GENERIC_STEMS:
                        self._words.setdefault(term, set()).add(solution.id)

    def named(self, text: str) -> dict[str, float]:
        """Solutions that share a telling word of their names with a text, by how few solutions share that word."""
        if text in self._named:
            return self._named[text]
        scores: dict[str, float] = {}
        for term in set(_terms(text)):
            owners = self._words.get(term, ())
            if len(owners) > FEW_SOLUTIONS:
                continue
            for name in owners:
                scores[name] = max(scores.get(name, 0.0), 1.0 / len(owners))
        return _kept(self._named, text, scores)

    @staticmethod
    def _tf(count: int) -> float:
        return 1.0 + math.log(count)

    def similar(self, text: str) -> dict[str, float]:
        """Cosine similarity of a stretch of normalised text to each solution that shares a term with it."""
        if text in self._similar:
            return self._similar[text]
        terms = Counter(_terms(text))
        known = {term: self._tf(count) * self._weight[term] for term, count in terms.items() if term in self._weight}
        norm = math.sqrt(sum(weight**2 for weight in known.values())) or 1.0
        scores: dict[str, float] = {}
        for term, weight in known.items():
            postings = self._postings[term]
            if len(postings) > self._most:
                continue
            for name, part in postings:
                scores[name] = scores.get(name, 0.0) + weight * part / norm
        return _kept(self._similar, text, scores)


def _kept(memory: dict[str, dict[str, float]], text: str, scores: dict[str, float]) -> dict[str, float]:
    """Remember the last few sentences: every claim of a sentence asks for the same one."""
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[text] = scores
    return scores


def _described(solution: Solution) -> str:
    parts: Sequence[str] = (*solution.surface_forms(), *solution.description.values(), *solution.business_units)
    return normalise(" ".join(parts))


def _terms(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.lower()):
        if word[0].isascii():
            if word not in _STOP:
                yield word[:STEM].removesuffix("s")
        else:
            yield from (word[i : i + 2] for i in range(len(word) - 1))
