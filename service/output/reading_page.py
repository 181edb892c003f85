"""One page that shows a report with its evidence highlighted and linked to what was read from it.

Role: documents and readings to one self-contained HTML page.
Must not know: how a document is read, or where the page goes.
"""

import html
from collections.abc import Mapping, Sequence

from btim.value import Reading, ValueEvent, plain

STYLE = """
:root{color-scheme:light dark;--ink:#1b2330;--paper:#fff;--line:#d8dde5;--post:#cfeede;--review:#ffe9b8;
  --drop:#e6e8ec;--risk:#f9d3d0}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf0;--paper:#14181f;--line:#38404c;--post:#1e4d38;
  --review:#5a4512;--drop:#2c323b;--risk:#5c2623}
}
body{margin:0;font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
  color:var(--ink);background:var(--paper)}
main{max-width:78rem;margin:0 auto;padding:1.5rem}
article{border-top:1px solid var(--line);margin-top:2rem;padding-top:1rem}
.report{white-space:pre-wrap;overflow-wrap:anywhere}
mark{color:inherit;border-radius:3px;padding:0 2px}
mark.post{background:var(--post)}
mark.review{background:var(--review)}
mark.drop{background:var(--drop)}
mark.risk{background:var(--risk)}
mark:target,tr:target{outline:2px solid currentColor}
mark a{color:inherit;text-decoration:none;font-size:.7em;vertical-align:super}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.9rem}
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
.legend mark{margin-right:1rem}
"""
HEAD = "# | metric | kind | value | status | period | credited to | confidence | band"


def reading_page(
    texts: Mapping[str, str],
    readings: Sequence[Reading],
    names: Mapping[str, str],
    *,
    title: str = "What the reports say",
) -> str:
    """The page: for each document its text with evidence marked, and a table whose rows link to the marks.

    `texts` holds the kept text by document id, `names` the solutions' names by id.
    """
    articles = "".join(_article(place, texts[reading.id], reading, names) for place, reading in enumerate(readings))
    legend = "".join(
        f'<mark class="{band}">{words}</mark>'
        for band, words in (
            ("post", "posted"), ("review", "for review"), ("drop", "not counted"), ("risk", "risk signal"),
        )
    )  # fmt: skip
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body><main>'
        f'<h1>{html.escape(title)}</h1><p class="legend">{legend}</p>{articles}</main></body></html>\n'
    )


def _article(place: int, text: str, reading: Reading, names: Mapping[str, str]) -> str:
    rows = "".join(_row(f"d{place}e{i}", i, event, names) for i, event in enumerate(reading.events, start=1))
    risks = "".join(
        f'<li><a href="#d{place}r{i}">{html.escape(risk.risk.replace("_", " "))}</a> ({risk.confidence:.0%})</li>'
        for i, risk in enumerate(reading.risks, start=1)
    )
    heads = "".join(f'<th scope="col">{name.strip()}</th>' for name in HEAD.split("|"))
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    return (
        f"<article><h2>{html.escape(reading.id)}</h2>"
        f'<div class="report">{_marked(place, text, reading)}</div>'
        f"{table if reading.events else '<p>No value event was found.</p>'}"
        f"{'<h3>Risk signals</h3><ul>' + risks + '</ul>' if risks else ''}</article>"
    )


def _row(anchor: str, number: int, event: ValueEvent, names: Mapping[str, str]) -> str:
    period = "" if event.period is None else f"{event.period[0].isoformat()} – {event.period[1].isoformat()}"
    credited = "none" if event.solution is None else names.get(event.solution, event.solution)
    cells = (
        event.metric.replace("_", " "), f"{event.kind.replace('_', '–')} {event.direction}".removesuffix(" none"),
        _value(event), event.status, period, credited, f"{event.confidence:.0%}", event.band,
    )  # fmt: skip
    shown = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr id="{anchor}t"><td><a href="#{anchor}">{number}</a></td>{shown}</tr>'


def _value(event: ValueEvent) -> str:
    whole, _, part = plain(event.value).partition(".")
    number = f"{int(whole):,}" + (f".{part}" if part else "")
    unit = event.currency if event.unit == "money" else event.unit.replace("_", " ")
    rate = f" a {event.per}" if event.per else ""
    return f"{number} {unit}{rate}"


def _marked(place: int, text: str, reading: Reading) -> str:
    """The text with marks; where evidence overlaps, the earlier mark keeps the place and carries both numbers."""
    spans: list[tuple[int, int, str, str]] = []
    for i, event in enumerate(reading.events, start=1):
        spans.append((*event.evidence, event.band, f"d{place}e{i}"))
    for i, risk in enumerate(reading.risks, start=1):
        spans.append((*risk.evidence, "risk", f"d{place}r{i}"))
    pieces: list[str] = []
    position = 0
    for start, end, band, anchor in sorted(spans):
        begin = max(start, position)
        pieces.append(html.escape(text[position:begin]))
        number = "" if band == "risk" else anchor.rpartition("e")[2]
        link = f'<a href="#{anchor}t">{number}</a>' if number else ""
        shown = html.escape(text[begin:end]) if end > begin else ""
        pieces.append(f'<mark class="{band}" id="{anchor}">{shown}{link}</mark>')
        position = max(position, end)
    pieces.append(html.escape(text[position:]))
    return "".join(pieces)
