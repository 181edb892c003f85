"""Suggestions: rules for what no rule places, from the mapped lines that read most alike, and how sure they are.

Role: compare groups of unmapped lines with mapped ones and with the taxonomy's names, and write rules one may take.
Must not know: how lines are read. It never changes a ledger; a person does.

Method: lines are grouped by account name, else description, else vendor. A group's words and their character trigrams
are weighted by rarity (tf-idf; vendors count less), compared by cosine similarity, and the five nearest groups vote.
How sure a suggestion is, is measured on the mapped groups themselves: each is placed by the others (leave-one-out), and
the share placed right among those of similar score is the confidence.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from btim.taxonomy import Taxonomy

PLACE = ("pool", "sub_pool", "expenditure", "tower", "sub_tower")
FIELDS = ("account_name", "description", "vendor")
COLUMNS = (
    "field",
    "text",
    "vendors",
    "groups",
    "rows",
    "amount",
    *PLACE,
    "similarity",
    "confidence",
    "nearest",
    "rule",
)
WORD = re.compile(r"[a-z]{2,}|[\u4e00-\u9fff]+")
NEIGHBOURS, MOST_VENDORS, VENDOR_WEIGHT = 5, 8, 0.3
LEAST_KNOWN = 10
"""Below this many mapped groups, leave-one-out says nothing and no confidence is given."""
BAND = 0.1
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Group:
    """Lines that share a text: the field it stands in, the text, its vendors, and the place when it is known."""

    field: str
    text: str
    vendors: tuple[str, ...]
    place: tuple[str, ...] = ()


def suggestions(mapped: pd.DataFrame, unmapped: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    """Propose a place and a rule for each group of unmapped lines.

    Args:
        mapped: `Ledger.mapped`: texts and places of lines that rules placed.
        unmapped: `Ledger.unmapped`.
        taxonomy: its sub-pools stand in where no mapped line is alike.

    Returns:
        Columns `COLUMNS`, largest amount first; `similarity` (0 to 1) to the nearest text, `confidence` (0 to 1; None
        when too few groups are mapped to measure it, or when only the taxonomy's names were alike), `nearest` and a
        `rule` in TOML. Groups that resemble nothing are left out.
    """
    if unmapped.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    own = _known_groups(mapped)
    known = [*own, *_names(taxonomy)]
    asked, sums = _asked_groups(unmapped)
    vectors = _vectors([*known, *asked])
    base = vectors[: len(known)]
    scores, right = _leave_one_out(base[: len(own)], own)
    rows = []
    for number, (group, sums_of) in enumerate(zip(asked, sums, strict=True), start=len(known)):
        nearest, similarity = _vote((base @ vectors[number].T).toarray().ravel(), known)
        if nearest >= 0:
            confidence = _confidence(similarity, scores, right) if nearest < len(own) else None
            rows.append(_proposal(group, sums_of, known[nearest], similarity, confidence))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.iloc[sorted(range(len(frame)), key=lambda row: -abs(frame["amount"].iloc[row]))].reset_index(drop=True)


def _proposal(
    group: _Group, sums: tuple[int, int, Decimal], nearest: _Group, similarity: float, confidence: float | None
) -> dict[str, object]:
    lines, count, amount = sums
    return {
        "field": group.field,
        "text": group.text,
        "vendors": ", ".join(group.vendors),
        "groups": lines,
        "rows": count,
        "amount": amount,
        **dict(zip(PLACE, nearest.place, strict=True)),
        "similarity": round(similarity, 3),
        "confidence": confidence,
        "nearest": nearest.text,
        "rule": _rule(group, nearest.place),
    }


def _key(line: dict[str, object]) -> tuple[str, str]:
    """The field that says most, and its text without order numbers."""
    for field in FIELDS:
        text = re.sub(r"\d{4,}.*", "", str(line.get(field) or "")).strip(" ,-")
        if WORD.search(text.lower()):
            return field, text
    return "account", str(line.get("account") or "")


def _known_groups(mapped: pd.DataFrame) -> list[_Group]:
    vendors: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for line in mapped.to_dict("records"):
        cells = {str(name): cell for name, cell in line.items()}
        place = tuple(str(cells.get(name) or "") for name in PLACE)
        field, text = _key(cells)
        vendors[field, text.lower(), place].append(str(cells.get("vendor") or ""))
    return [
        _Group(field, text, tuple(dict.fromkeys(filter(None, found)))[:MOST_VENDORS], place)
        for (field, text, place), found in vendors.items()
    ]


def _asked_groups(unmapped: pd.DataFrame) -> tuple[list[_Group], list[tuple[int, int, Decimal]]]:
    found: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    shown: dict[tuple[str, str], str] = {}
    for line in unmapped.to_dict("records"):
        cells = {str(name): cell for name, cell in line.items()}
        field, text = _key(cells)
        shown.setdefault((field, text.lower()), text)
        found[field, text.lower()].append(cells)
    groups, sums = [], []
    for (field, text), lines in found.items():
        vendors = dict.fromkeys(str(line["vendor"]) for line in lines if line["vendor"])
        groups.append(_Group(field, shown[field, text], tuple(vendors)[:MOST_VENDORS]))
        amount = sum((Decimal(str(line["amount"])) for line in lines if line["amount"] != ""), start=Decimal(0))
        sums.append((len(lines), sum(int(str(line["rows"])) for line in lines), amount))
    return groups, sums


def _names(taxonomy: Taxonomy) -> list[_Group]:
    groups = []
    for element in taxonomy.elements:
        if element.layer == "pool" and element.level == 0:
            groups.append(_Group("name", f"{element.name} {element.zh or ''}", (), (element.name, "", "", "", "")))
        if element.layer == "pool" and element.level == 1:
            pool = element.path[0]
            text = f"{pool} {element.name} {taxonomy.label('pool', pool, 'zh')} {element.zh or ''}"
            groups.append(_Group("name", text, (), (pool, element.name, element.expenditure or "", "", "")))
    return groups


def _vectors(groups: Sequence[_Group]) -> sparse.csr_matrix:
    vocabulary: dict[str, int] = {}
    rows, columns, values = [], [], []
    for row, group in enumerate(groups):
        weights: Counter[str] = Counter()
        weights.update(_tokens([group.text]))
        for token in _tokens([] if group.field == "vendor" else group.vendors):
            weights[token] += VENDOR_WEIGHT / len(group.vendors)  # type: ignore[assignment]
        for token, weight in weights.items():
            rows.append(row)
            columns.append(vocabulary.setdefault(token, len(vocabulary)))
            values.append(float(np.sqrt(weight)))
    counts = sparse.csr_matrix((values, (rows, columns)), shape=(len(groups), max(len(vocabulary), 1)))
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    weighted = counts @ sparse.diags(np.log((1 + len(groups)) / (1 + seen)) + 1)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ weighted)


def _tokens(texts: Iterable[str]) -> list[str]:
    tokens = []
    for word in (word for text in texts for word in WORD.findall(text.lower())):
        tokens.append(word)
        width = 2 if word[0] >= "\u4e00" else 3
        tokens += [f"#{word[start : start + width]}" for start in range(len(word) - width + 1)]
    return tokens


def _vote(similar: Floats, known: Sequence[_Group]) -> tuple[int, float]:
    """The nearest group of the place with most similarity among the five nearest; -1 when nothing is alike."""
    order = np.argsort(-similar, kind="stable")[:NEIGHBOURS]
    votes: dict[tuple[str, ...], float] = defaultdict(float)
    for position in order:
        votes[known[position].place] += float(similar[position])
    place = max(votes, key=lambda each: votes[each], default=())
    if not votes.get(place):
        return -1, 0.0
    nearest = next(int(position) for position in order if known[position].place == place)
    return nearest, float(similar[nearest])


def _leave_one_out(vectors: sparse.csr_matrix, groups: Sequence[_Group]) -> tuple[Floats, Flags]:
    """Score of each mapped group when the others place it, and whether they place it right."""
    if len(groups) < LEAST_KNOWN:
        return np.zeros(0), np.zeros(0, dtype=bool)
    scores, right = np.zeros(len(groups)), np.zeros(len(groups), dtype=bool)
    texts = np.array([group.text for group in groups])
    for row, group in enumerate(groups):
        similar = (vectors @ vectors[row].T).toarray().ravel()
        similar[texts == group.text] = 0.0
        nearest, scores[row] = _vote(similar, groups)
        right[row] = nearest >= 0 and groups[nearest].place == group.place
    return scores, right


def _confidence(similarity: float, scores: Floats, right: Flags) -> float | None:
    """Share placed right among mapped groups of similar score (ten or more), drawn a little to one half."""
    if not scores.size:
        return None
    distance = np.abs(scores - similarity)
    near = distance <= max(BAND, float(np.sort(distance)[min(LEAST_KNOWN, scores.size) - 1]))
    return round(float((right[near].sum() + 1) / (near.sum() + 2)), 2)


def _rule(group: _Group, place: Sequence[str]) -> str:
    pattern = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", group.text).replace("'", ".")
    assign = ", ".join(f'{name} = "{value}"' for name, value in zip(PLACE, place, strict=True) if value)
    return f"[[rules]]\nmatch = {{ {group.field} = '{pattern}' }}\nassign = {{ {assign} }}"
