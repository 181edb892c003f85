"""The bilingual lexicon as data: metric names and cue words, with a small notation for inflections.

Role: read `data/metrics.json` and `data/cues.json` and expand `sav(e|es|ed)` into its forms.
Must not know: how phrases are matched or what they mean for a claim.
"""

import itertools
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from nlp.normalise import normalise

_CHOICE = re.compile(r"\(([^)]*)\)")


@cache
def _data(name: str) -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = json.loads(
        resources.files("nlp").joinpath("data", name).read_text(encoding="utf-8")
    )
    return loaded


def phrases(language: str) -> Iterator[tuple[str, str]]:
    """Pairs of label and phrase: labels are `metric:ID` and `cue:NAME`; Chinese also takes the English phrases.

    A Chinese report writes NPS, ROI or churn in Latin letters.
    """
    wanted = ("en",) if language == "en" else ("zh", "en")
    for layer, name in (("metric", "metrics.json"), ("cue", "cues.json")):
        for label, entry in _data(name).items():
            for source in wanted:
                for pattern in entry[source]:
                    for phrase in expanded(normalise(pattern)):
                        yield f"{layer}:{label}", phrase


@cache
def good_direction(metric: str) -> str:
    """`up` where more is better, `down` where less is, `none` where it depends."""
    return str(_data("metrics.json")[metric]["good"])


def expanded(pattern: str) -> list[str]:
    """Every form of a pattern such as `licen(s|c)e(|s)`."""
    pieces = _CHOICE.split(pattern)
    options = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    return ["".join(choice) for choice in itertools.product(*options)]
