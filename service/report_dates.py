"""The date of a report that carries none of its own: stated by the user, or written in its heading.

Role: fills `published`, from which bare quarters take their year.
Must not know: what else a report says.
"""

import re
from dataclasses import replace
from datetime import date

from nlp import Document

ISO = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
HAN = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def dated(document: Document, published: date | None) -> Document:
    """Return the document with a date: its own, the first full date in its first line, else `published`."""
    return replace(document, published=document.published or _in_heading(document.text) or published)


def _in_heading(text: str) -> date | None:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    for pattern in (ISO, HAN):
        found = pattern.search(heading)
        if found:
            try:
                return date(*(int(part) for part in found.groups()))
            except ValueError:
                return None
    return None
