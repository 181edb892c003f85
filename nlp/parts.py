"""Worded numbers of a text, English and Chinese: half, one in four, doubled, 三分之一, 翻两番.

Role: run the rules of both languages over a text, each only where the text holds one of its words.
Must not know: what a wording means, or figures with units after them (`nlp.quantities`).
"""

from collections.abc import Iterator

from nlp.parts_en import ENGLISH_RULES
from nlp.parts_zh import CHINESE_RULES
from nlp.wording import Part

RULES = (*ENGLISH_RULES, *CHINESE_RULES)


def parts_of(text: str) -> Iterator[Part]:
    """Every worded number of normalised text, rule by rule; an earlier rule wins over a later one."""
    lowered = text.lower()
    for rule in RULES:
        if any(word in lowered for word in rule.words):
            for match in rule.pattern.finditer(text):
                yield from rule.build(match)
