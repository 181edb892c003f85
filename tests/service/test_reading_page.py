"""The page of a reading shows the text unchanged, its evidence marked and linked both ways."""

import re
from decimal import Decimal

from btim.value import Reading, RiskSignal, ValueEvent
from service.output.reading_page import reading_page

TEXT = "Costs <b> fell 12%. Nobody leads & nobody cares."
EVENT = ValueEvent(
    (0, 18), "sol-a", "operating_cost", "change", "down", Decimal(12), "percent", "realised", band="post"
)


def page() -> str:
    reading = Reading("d", (EVENT,), (RiskSignal("leadership_conflict", (20, 48)),))
    return reading_page({"d": TEXT}, [reading], {"sol-a": "Desk <A>"})


def test_the_text_is_escaped_and_complete() -> None:
    shown = re.search(r'<div class="report">(.*?)</div>', page(), re.DOTALL)
    assert shown is not None
    plain = re.sub(r"<a [^>]*>.*?</a>|<[^>]+>", "", shown[1])
    assert plain == TEXT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_evidence_links_to_its_row_and_back() -> None:
    html = page()
    assert '<mark class="post" id="d0e1">' in html
    assert '<a href="#d0e1t">1</a>' in html
    assert '<tr id="d0e1t"><td><a href="#d0e1">1</a></td>' in html
    assert "Desk &lt;A&gt;" in html


def test_the_page_loads_nothing_from_elsewhere() -> None:
    assert not re.search(r'(?:src|href)="(?!#)', page())
