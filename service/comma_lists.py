"""Lists that a user types as one text, the items apart by commas.

Role: the one reading of such a text, for the terminal and for HTTP alike.
Must not know: what the items mean.
"""


def items_of(text: str) -> list[str]:
    """Items without surrounding blanks; empty ones are left out."""
    return [item.strip() for item in text.split(",") if item.strip()]
