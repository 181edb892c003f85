"""The notation of worded numbers: a rule is a pattern, the words it needs, and what its match is worth.

Role: the record and the rules' form that `nlp.parts_en` and `nlp.parts_zh` share.
Must not know: any particular wording.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A number [start, end) with value and unit of the contract; `form` says which kind of wording it was."""

    start: int
    end: int
    value: Decimal
    unit: str
    form: str
    high: Decimal | None = None
    weak: bool = False
    noun: str = ""
    sign: int = 0


Built = Iterator[Part]
Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """`words`: one of them must stand in the lower-cased text for the pattern to be worth a search."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    build: Callable[[Match], Built]


def rule(words: str, pattern: str, build: Callable[[Match], Built]) -> Rule:
    """A rule from its words (parted by `|`), its pattern (case ignored) and its builder."""
    return Rule(tuple(words.split("|")), re.compile(pattern, re.IGNORECASE | re.ASCII), build)


def fixed(value: str, unit: str, form: str) -> Callable[[Match], Built]:
    """A builder for wordings that always mean one value; a group `n` narrows the span."""
    amount = Decimal(value)

    def build(match: Match) -> Built:
        start, end = match.span("n") if "n" in match.re.groupindex else match.span()
        yield Part(start, end, amount, unit, form)

    return build
