"""Normalising that never moves a character: full-width to half-width, traditional to simplified.

Role: give the grammars one spelling to match while every offset stays that of the original text.
Must not know: what is looked for in the text.
"""

import re
from functools import cache

import opencc

_HAN = re.compile(r"[\u3400-\u9fff]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF0C}
_SIGNS = {
    ord(source): target
    for source, target in {
        "\u3000": " ", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\ufeff": " ", "\u200b": " ",
        "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2019": "'", "\u2018": "'", "\u201c": '"',
        "\u201d": '"', "\uffe5": "\u00a5", "\uff04": "$", "\uffe1": "\u00a3", "\u2027": "\u00b7", "\u30fb": "\u00b7",
        "\u301c": "~", "\uff5e": "~", "\u223c": "~", "\u2248": "~",
    }.items()
}  # fmt: skip
_TABLE: dict[int, int | str] = {**_WIDE, **_SIGNS}
"""The full-width comma stays: it parts clauses, never thousands."""
_WIDE_THOUSANDS = re.compile(r"(?<=[０-９])，(?=[０-９]{3})")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def normalise(text: str) -> str:
    """Return `text` half-width and simplified, of the same length: index i means the same place in both.

    Conversion by phrases (OpenCC t2s) is used wherever it keeps the length; a line where it does not is
    converted character by character, which cannot move an offset.
    """
    narrow = _WIDE_THOUSANDS.sub(",", text).translate(_TABLE)
    if not _HAN.search(narrow):
        return narrow
    simple = str(_converter().convert(narrow))
    if len(simple) == len(narrow):
        return simple
    return "".join(_line(part) for part in narrow.splitlines(keepends=True))


def _line(line: str) -> str:
    converted = _converter().convert(line)
    if len(converted) == len(line):
        return str(converted)
    return "".join(_character(sign) for sign in line)


def _character(sign: str) -> str:
    converted = _converter().convert(sign)
    return str(converted) if len(converted) == 1 else sign


def is_traditional(text: str, normalised: str) -> bool:
    """Whether a text is written in traditional characters: a fair share of its Han characters was converted."""
    han = changed = 0
    for before, after in zip(text[:20_000], normalised[:20_000], strict=True):
        if "\u3400" <= after <= "\u9fff":
            han += 1
            changed += before != after
    return han > 0 and changed / han > 0.06


def has_han(text: str) -> bool:
    """Whether any Han character stands in the text."""
    return _HAN.search(text) is not None
