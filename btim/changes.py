"""What changed since a table was last published.

Role: set a frame beside the CSV that was written of it before, row by row.
Must not know: which table it is.
"""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from btim.errors import SchemaError


def changes(frame: pd.DataFrame, published: pd.DataFrame, keys: Sequence[str], value: str = "amount") -> pd.DataFrame:
    """What changed since a view was last published: rows whose value differs, are new or are gone.

    Args:
        frame: the view as it is now.
        published: the same view as it was, its cells as text or numbers (a CSV read back).
        keys: columns that name a row.
        value: the column compared.

    Returns:
        `keys`, `published`, `now` (Decimal; None where there is no such row), `change`; the largest change first.

    Raises:
        SchemaError: `published` lacks a key or the value.
    """
    missing = [name for name in (*keys, value) if name not in published.columns]
    if missing:
        raise SchemaError(
            f"missing column {missing[0]!r}", field="since", remedy="name a CSV that --csv wrote for this view"
        )
    was = _amounts(published, keys, value)
    now = _amounts(frame, keys, value)
    moved = {key: now.get(key, Decimal(0)) - was.get(key, Decimal(0)) for key in {*was, *now}}
    rows = [
        (*key, was.get(key), now.get(key), change)
        for key, change in sorted(moved.items(), key=lambda item: (-abs(item[1]), item[0]))
        if was.get(key) != now.get(key)
    ]
    return pd.DataFrame(rows, columns=[*keys, "published", "now", "change"], dtype=object)


def _amounts(frame: pd.DataFrame, keys: Sequence[str], value: str) -> dict[tuple[str, ...], Decimal]:
    cells = frame[[*keys, value]].to_numpy(dtype=object).tolist()
    return {
        tuple("" if cell is None else str(cell) for cell in line[:-1]): Decimal(str(line[-1]))
        for line in cells
        if line[-1] not in (None, "") and line[-1] == line[-1]
    }
