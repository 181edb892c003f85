"""Public sets for the reading room: Recognizers specs, FewFC, FinNum-3.

Role: measure the production grammar on each set's own terms, and fit FinNum's model inside the benchmark only.
Must not know: the gold set, or how results are published. Nothing fitted here is saved: the texts are for research use.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from btim.catalogue import Catalogue
from nlp.lexicon import phrases
from nlp.model import shipped_model
from nlp.normalise import normalise
from nlp.quantities import Quantity, find_quantities
from nlp.reading import Analysis, Reader

SPECS = {
    ("percent", "en"): "Number/English/PercentModel.json",
    ("percent", "zh"): "Number/Chinese/PercentModel.json",
    ("currency", "en"): "NumberWithUnit/English/CurrencyModel.json",
    ("currency", "zh"): "NumberWithUnit/Chinese/CurrencyModel.json",
}
CLOSE = Decimal("0.00001")
HELD_OUT = 5


@dataclass(frozen=True, slots=True)
class SpecScore:
    """Cases of one spec file passed, of how many; a case passes when exactly its values are found."""

    passed: int
    cases: int
    skipped: int


def spec_scores(folder: Path) -> dict[tuple[str, str], SpecScore]:
    """Recognizers' conformance cases for percentages and currencies.

    Cases that ask for percentage points are skipped (ours are points, theirs per cent). Discounts (八折) and coins
    (cents, pence) are converted to the spec's reading before they are compared.
    """
    return {key: _spec(folder / path, key[0]) for key, path in SPECS.items()}


def _spec(path: Path, kind: str) -> SpecScore:
    passed = skipped = cases = 0
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        text = case["Input"]
        if kind == "percent" and re.search(r"百 *分 *[点點]", text):
            skipped += 1
            continue
        cases += 1
        found = find_quantities(normalise(text))
        values = [_percent(q) for q in found if q.unit in {"percent", "basis_point"}]
        if kind == "currency":
            values = [q.value for q in found if q.unit == "money"]
        passed += _same(sorted(_wanted(case, kind)), sorted(values))
    return SpecScore(passed, cases, skipped)


def _percent(quantity: Quantity) -> Decimal:
    if quantity.form == "discount":
        return 100 - quantity.value
    value = quantity.value / 100 if quantity.unit == "basis_point" else quantity.value
    return -value if quantity.sign < 0 else value


def _wanted(case: Mapping[str, Any], kind: str) -> Iterator[Decimal]:
    for result in case["Results"]:
        resolution = result["Resolution"]
        try:
            value = Decimal(str(resolution.get("value")).rstrip("%").replace(",", ""))
        except InvalidOperation:
            continue
        coin = kind == "currency" and resolution.get("unit") in {"Cent", "Pence", "Penny"}
        yield value / 100 if coin else value


def _same(wanted: list[Decimal], found: list[Decimal]) -> bool:
    pairs = zip(wanted, found, strict=False)
    return len(wanted) == len(found) and all(abs(a - b) <= CLOSE * max(abs(a), Decimal(1)) for a, b in pairs)


def fewfc_recall(path: Path) -> dict[str, tuple[int, int]]:
    """FewFC's money and proportion mentions that the grammar finds with the right span (overlap) and kind of unit."""
    units = {"money": {"money"}, "proportion": {"percent", "times", "basis_point", "percentage_point"}}
    hit: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        found = find_quantities(normalise(record["content"]))
        wanted = {
            (mention["role"], *mention["span"])
            for event in record["events"]
            for mention in event["mentions"]
            if mention["role"] in units and re.search(r"[\d０-９一二三四五六七八九十百半]", mention["word"])
        }
        for role, start, end in wanted:
            total[role] += 1
            hit[role] += any(q.unit in units[role] and q.start < end and start < q.end for q in found)
    return {role: (hit[role], total[role]) for role in units}


def finnum_scores(folder: Path) -> dict[str, float]:
    """FinNum-3 claim detection: macro-F1 on the last fifth of the documents, fitted on the others, by language."""
    return {
        "en": _finnum(_finnum_rows(folder / "en.json", "paragraph", "offset_start", "target_num")),
        "zh": _finnum(_finnum_rows(folder / "zh_hant.json", "text", "offset", "target_numeral")),
    }


Row = tuple[str, list[str], int]


def _finnum_rows(path: Path, text: str, offset: str, number: str) -> list[Row]:
    cues = [(label[4:], phrase) for label, phrase in sorted(set(phrases("zh"))) if label.startswith("cue:")]
    reader, analyses = Reader(Catalogue(())), dict[str, Analysis]()
    rows = []
    for record in json.loads(path.read_text(encoding="utf-8")):
        body, start = normalise(record[text]).lower(), int(record[offset])
        end = start + len(str(record[number]))
        if record[text] not in analyses:
            analyses[record[text]] = reader.analyse(record[text], None)
        features = [*_around(body, start, end, cues), *_as_read(analyses[record[text]], start, end)]
        rows.append((record[text], features, int(record["claim"])))
    return rows


def _as_read(analysis: Analysis, start: int, end: int) -> Iterator[str]:
    """What the shipped reader makes of the number: status, kind, how likely planned and how likely a claim at all."""
    for candidate, features in zip(analysis.candidates, analysis.features, strict=True):
        if candidate.start < end and start < candidate.end:
            scores = shipped_model().claims.scores(features)
            for head in ("status", "kind"):
                yield f"read {head}={max(scores[head], key=scores[head].__getitem__)}"
            yield f"planned={int(5 * scores['status']['planned'])}"
            yield f"claim={int(4 * scores['event']['yes'])}"
            return
    yield "not read"


def _around(body: str, start: int, end: int, cues: Iterable[tuple[str, str]]) -> Iterator[str]:
    left, right = body[max(0, start - 80) : start], body[end : end + 60]
    first = max(left.rfind("."), left.rfind("。"), left.rfind(";")) + 1
    near = left[first:], re.split(r"[。;]|\. ", right)[0]
    for side, part in zip("LR", near, strict=True):
        tokens = re.findall(r"[a-z]+|[\u3400-\u9fff]|[%$]|\d+", part)
        yield from (f"{side}:{token}" for token in tokens)
        yield from (f"{side}:{one}_{two}" for one, two in pairwise(tokens))
        edge = tokens[-3:] if side == "L" else tokens[:3]
        yield f"{side}edge:{' '.join(edge)}"
        yield from (f"{side}cue:{name}" for name, phrase in cues if phrase in part)
    yield "year" if re.fullmatch(r"(?:19|20)\d\d", body[start:end]) else "number"


def _finnum(rows: list[Row]) -> float:
    documents = list(dict.fromkeys(text for text, _, _ in rows))
    held = set(documents[len(documents) * (HELD_OUT - 1) // HELD_OUT :])
    hasher = FeatureHasher(n_features=2**18, input_type="string", alternate_sign=False)
    train = [row for row in rows if row[0] not in held]
    test = [row for row in rows if row[0] in held]
    model = LogisticRegression(C=2.0, max_iter=300, class_weight="balanced")
    model.fit(hasher.transform([features for _, features, _ in train]), [claim for *_, claim in train])
    predicted = model.predict(hasher.transform([features for _, features, _ in test]))
    return float(f1_score([claim for *_, claim in test], predicted, average="macro"))
