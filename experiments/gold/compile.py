"""Compile the authoring markup of the gold set into the exchange format of value events.

Role: the only writer of the gold files, so that every offset is computed and every label checked.
Must not know: how an extractor works, or what it found.

Run it from the root of the repository (catalogues named by the documents are copied beside the output):

    python -m experiments.gold.compile experiments/gold/sources/en-*.txt --out nlp/data/gold/train/en.jsonl

A source file holds documents. Everything is plain UTF-8 text; lines before the first document and lines that begin
with `#!` are notes to authors and are dropped.

    === tr-en-001 | en | catalogue-en-1 | 2025-07-10
    Claims portal, second quarter. ⟦1|Handling cost fell by £1.2m⟧ and ⟦2|cycle time went from 9 to 6 days⟧, although
    ⟦r1|Operations still say the project was forced on them by IT⟧.
    ---
    1 sol-claims process_cost change down 1.2m GBP realised p=2025Q2 bu="Motor Claims"
    2 sol-claims cycle_time from_to down * day realised p=2025Q2 from=9 to=6
    r1 department_conflict

**Head**: identifier, language (`en`, `zh-Hans`, `zh-Hant`), stem of the catalogue file (looked for beside the source),
date of publication (or `-`).

**Text**: up to the line `---`; blank lines at both ends are dropped, inner line breaks are kept. `⟦1|…⟧` marks the
evidence of event 1, `⟦r1|…⟧` that of risk 1. Marks may nest; one span may serve several (`⟦1,2|…⟧`); where spans cross,
close a named one with `⟦/1⟧` (a bare `⟧` closes the span opened last). The marks leave no trace in the text.

**Labels**: one line a mark, in any order, the words apart by blanks (quote what holds blanks):

    MARK SOLUTION METRIC KIND DIRECTION VALUE UNIT STATUS [from=V] [to=V] [range=LO..HI] [p=PERIOD] [bu="…"] [per=…]
    rMARK RISK

- SOLUTION is an id of the catalogue, or `-` for none.
- VALUE is a decimal, with a multiplier if wanted: `4.8m`, `3bn`, `12k`, `4.8亿`, `600万`; for durations in days `6h`,
  `40min`, `90s`, `3w`; for durations in months `2y`. `*` in a `from_to` stands for |to − from|. Days that are no finite
  decimal are rounded to six places.
- UNIT is `pct`, `pp`, `bp`, `x` (times), `count`, `day`, `month`, `score`, or an ISO currency, which means money.
- `from`, `to` fill `before` and `after`, which may be negative; `range` fills `value_range`, its lower end is VALUE.
- PERIOD is `2025-04-01..2025-06-30`, `2025Q2`, `2025H1`, `2025`, `2025-06`, or `FY2024` (a UK financial year: from
  1 April 2024 to 31 March 2025).
- `bu` must stand in the text as written; `per` is `year`, `quarter` or `month` for a rate.

Refused: an unknown word, a mark without a label or the reverse, empty evidence or evidence with blanks at its ends, a
direction its kind cannot have, a `from_to` whose value is not |to − from|, a text or identifier that stands twice.
"""

import argparse
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from btim.errors import DuplicateError, SchemaError, UnknownReferenceError, ValueFormatError, WaterlineError
from btim.files import published, read_text
from btim.value import METRICS, PER, RISKS, STATUSES
from experiments.gold import vocabulary as words
from experiments.gold.values import number, period, plain

Span = tuple[int, int]
Record = dict[str, Any]

_MARK = re.compile(r"⟦/(?P<close>\w+)⟧|⟦(?P<open>\w+(?:,\w+)*)\||(?P<end>⟧)")


@dataclass(frozen=True)
class Source:
    """One document as authored: head fields, marked text, label lines, and the row its head stands in."""

    id: str
    lang: str
    catalogue: str
    published: str | None
    marked: str
    labels: tuple[str, ...]
    row: int


def sources(text: str) -> Iterator[Source]:
    """Cut an authoring file into documents.

    Raises:
        SchemaError: a head without its four fields, or a document without the line `---`.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#!")]
    heads = [index for index, (_, line) in enumerate(lines) if line.startswith("=== ")]
    for begin, stop in zip(heads, [*heads[1:], len(lines)], strict=True):
        row, head = lines[begin]
        fields = [field.strip() for field in head[4:].split("|")]
        body = [line for _, line in lines[begin + 1 : stop]]
        if len(fields) != 4:
            raise SchemaError("a head is: === id | lang | catalogue | published", row=row, value=head)
        if "---" not in body:
            raise SchemaError("the document has no line ---", row=row, value=head)
        cut = body.index("---")
        labels = tuple(line.strip() for line in body[cut + 1 :] if line.strip())
        when = None if fields[3] == "-" else fields[3]
        yield Source(fields[0], fields[1], fields[2], when, "\n".join(body[:cut]).strip(), labels, row)


def unmark(marked: str) -> tuple[str, dict[str, Span]]:
    """Return the text without its marks, and the span [start, end) of every mark in that text.

    Raises:
        ValueFormatError: a mark opened twice, closed without being open, left open, or empty.
    """
    parts: list[str] = []
    length, last = 0, 0
    open_marks: list[tuple[str, int]] = []
    spans: dict[str, Span] = {}
    for found in _MARK.finditer(marked):
        parts.append(marked[last : found.start()])
        length += found.start() - last
        last = found.end()
        if found["open"]:
            open_marks.append((found["open"], length))
            continue
        name, start = _closed(open_marks, found["close"])
        for mark in name.split(","):
            if mark in spans or start == length:
                raise ValueFormatError("a mark that is empty or used twice", value=mark)
            spans[mark] = (start, length)
    if open_marks:
        raise ValueFormatError("a mark is never closed", value=open_marks[-1][0])
    text = "".join(parts) + marked[last:]
    for mark, (start, end) in spans.items():
        if text[start:end] != text[start:end].strip():
            raise ValueFormatError("evidence begins or ends with a blank", field=mark, value=text[start:end])
    return text, spans


def _closed(open_marks: list[tuple[str, int]], name: str | None) -> tuple[str, int]:
    wanted = [index for index, (mark, _) in enumerate(open_marks) if name is None or mark == name]
    if not wanted:
        raise ValueFormatError("a mark is closed that is not open", value=name)
    return open_marks.pop(wanted[-1])


def event(line: str, spans: dict[str, Span], text: str, solutions: frozenset[str]) -> Record:
    """Build one event from its label line.

    Raises:
        WaterlineError: anything the module's docstring lists as refused.
    """
    fields = shlex.split(line)
    if len(fields) < 8:
        raise SchemaError("a label needs eight words", value=line)
    mark, solution, metric, kind, direction, value, unit, status = fields[:8]
    options = _options(fields[8:])
    _known("metric", metric, METRICS)
    _known("kind", kind, words.DIRECTIONS_BY_KIND)
    _known("direction", direction, words.DIRECTIONS_BY_KIND[kind])
    _known("unit", unit, words.UNITS.keys() | words.CURRENCIES)
    _known("status", status, STATUSES)
    if solution != "-":
        _known("solution", solution, solutions)
    before, after = (number(options[key], unit) if key in options else None for key in ("from", "to"))
    amount = _amount(value, unit, kind, before, after)
    unit_name = words.UNITS.get(unit, "money")
    if kind == "from_to" and unit == "pct":
        raise ValueFormatError("percentages that move from A to B are measured in points", value=line)
    business_unit = options.get("bu")
    if business_unit is not None and business_unit not in text:
        raise ValueFormatError("the business unit does not stand in the text", value=business_unit)
    record: Record = {
        "evidence": list(spans[mark]),
        "solution": None if solution == "-" else solution,
        "metric": metric,
        "kind": kind,
        "direction": direction,
        "value": plain(amount),
        "unit": unit_name,
        "currency": unit if unit_name == "money" else None,
        "before": None if before is None else plain(before),
        "after": None if after is None else plain(after),
        "status": status,
        "period": period(options["p"]) if "p" in options else None,
        "business_unit": business_unit,
    }
    if "range" in options:
        low, high = (number(end, unit) for end in options["range"].split(".."))
        if low != amount or high <= low:
            raise ValueFormatError("the value is not the lower end of its range", value=line)
        record["value_range"] = [plain(low), plain(high)]
    if "per" in options:
        _known("per", options["per"], PER)
        record["per"] = options["per"]
    return record


def _options(fields: Iterable[str]) -> dict[str, str]:
    options = {key: value for key, _, value in (field.partition("=") for field in fields)}
    for key in options:
        _known("option", key, {"from", "to", "range", "p", "bu", "per"})
    return options


def _amount(value: str, unit: str, kind: str, before: Decimal | None, after: Decimal | None) -> Decimal:
    if kind != "from_to":
        if value.startswith("-"):
            raise ValueFormatError("a value is a magnitude, never negative", value=value)
        return number(value, unit)
    if before is None or after is None:
        raise ValueFormatError("a from_to needs from= and to=")
    moved = abs(after - before)
    if value != "*" and number(value, unit) != moved:
        raise ValueFormatError(f"a from_to whose value is not {plain(moved)}", value=value)
    return moved


def _known(field: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise UnknownReferenceError("not a known word", field=field, value=value, remedy="see the vocabulary")


def document(source: Source, solutions: frozenset[str]) -> Record:
    """Build one document record with its events in order of appearance.

    Raises:
        WaterlineError: anything the module's docstring lists as refused.
    """
    _known("lang", source.lang, words.LANGUAGES)
    if source.published is not None:
        date.fromisoformat(source.published)
    text, spans = unmark(source.marked)
    labelled = [line.split(maxsplit=1)[0] for line in source.labels]
    if sorted(labelled) != sorted(spans):
        raise SchemaError("marks and labels differ", value=sorted(set(labelled) ^ set(spans)) or labelled)
    events: list[Record] = []
    risks: list[Record] = []
    for line in source.labels:
        mark, rest = line.split(maxsplit=1)
        if mark.startswith("r"):
            _known("risk", rest.strip(), RISKS)
            risks.append({"risk": rest.strip(), "evidence": list(spans[mark])})
        else:
            events.append(event(line, spans, text, solutions))
    return {
        "id": source.id,
        "lang": source.lang,
        "text": text,
        "published": source.published,
        "catalogue": source.catalogue,
        "events": sorted(events, key=lambda item: item["evidence"]),
        "risks": sorted(risks, key=lambda item: item["evidence"]),
    }


def compiled(paths: Iterable[Path]) -> tuple[list[Record], set[Path], list[WaterlineError]]:
    """Compile authoring files; return the documents, the catalogue files they name, and every fault found.

    A document with a fault is left out, as is a whole file that cannot be cut into documents; each fault names its
    file, document and row.
    """
    documents: list[Record] = []
    faults: list[WaterlineError] = []
    catalogues: dict[Path, frozenset[str]] = {}
    seen: set[str] = set()
    for path in paths:
        try:
            found = list(sources(read_text(path)))
        except WaterlineError as error:
            faults.append(error.at(file=path.name))
            continue
        for source in found:
            place = f"{path.name} {source.id}"
            try:
                record = document(source, _solutions(path.parent / f"{source.catalogue}.jsonl", catalogues))
                if seen & {record["id"], record["text"]}:
                    raise DuplicateError("an identifier or text stands twice", value=record["id"])
            except ValueError as error:
                faults.append(ValueFormatError(str(error), file=place, row=source.row))
                continue
            except WaterlineError as error:
                faults.append(error.at(file=place, row=source.row))
                continue
            seen |= {record["id"], record["text"]}
            documents.append(record)
    return documents, set(catalogues), faults


def _solutions(catalogue: Path, known: dict[Path, frozenset[str]]) -> frozenset[str]:
    if catalogue not in known:
        known[catalogue] = frozenset(json.loads(row)["id"] for row in read_text(catalogue).splitlines() if row)
    return known[catalogue]


def main(arguments: list[str] | None = None) -> int:
    """Compile the named sources to `--out` and copy their catalogues beside it."""
    parser = argparse.ArgumentParser(description="Compile gold sources into value-event gold files.")
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args(arguments)
    documents, catalogues, faults = compiled(options.sources)
    if faults:
        sys.stderr.write("".join(f"{fault}\n" for fault in faults))
        return 2
    with published(options.out) as target:
        target.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in documents), encoding="utf-8")
    for catalogue in sorted(catalogues):
        shutil.copyfile(catalogue, options.out.parent / catalogue.name)
    events = sum(len(item["events"]) for item in documents)
    risks = sum(len(item["risks"]) for item in documents)
    sys.stderr.write(f"{options.out}: {len(documents)} documents, {events} events, {risks} risks\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
