"""The folder of an imported ledger: what is written there, and whether it is what an import would write again.

Role: the files of `waterline ledger import --out`.
Must not know: terminals.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pandas as pd

from btim.files import sha256_of
from btim.import_records import SourceRecord
from btim.ledger import BOOKS, Ledger
from btim.money import from_minor

RECORD = "ledger.json"


def is_current(folder: Path, fingerprint: str) -> bool:
    """Whether the folder holds, unharmed, what an import of this fingerprint wrote."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(record, dict) or record.get("fingerprint") != fingerprint:
        return False
    written = record.get("files", {})
    return bool(written) and all(
        (folder / name).is_file() and sha256_of(folder / name) == digest for name, digest in written.items()
    )


def write_ledger_folder(opened: Ledger, folder: Path, fingerprint: str) -> None:
    """Write costs, reconciliation, restatements, unmapped lines, taxes, assets, capital, and a record of them."""
    opened.costs.to_parquet(folder / BOOKS, index=False)
    tables = {
        "reconciliation.csv": opened.reconciliation.frame,
        "restatements.csv": _in_units(opened.restatements, ("booked", "now", "amount"), opened.currency),
        "unmapped.csv": opened.unmapped,
        "taxes.csv": _in_units(opened.taxes, ("gross", "net", "tax")),
        "assets.csv": _in_units(opened.assets, ASSET_MONEY),
        "capital.csv": _in_units(opened.capital, ("amount",), opened.currency),
    }
    for name, frame in tables.items():
        frame.to_csv(folder / name, index=False)
    record = {
        "title": opened.title,
        "synthetic": opened.synthetic,
        "currency": opened.currency,
        "months": list(opened.months),
        "sources": [_source(source) for source in opened.sources],
        "closed_through": opened.closed_through,
        "notes": list(opened.reconciliation.notes),
        "unmapped_share": str(opened.unmapped_share),
        "fingerprint": fingerprint,
        "files": {name: sha256_of(folder / name) for name in sorted([BOOKS, *tables])},
    }
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


ASSET_MONEY = ("cost", "salvage", "before", "charged", "after", "written_off", "book_value", "booked")


def _in_units(frame: pd.DataFrame, columns: tuple[str, ...], currency: str | None = None) -> pd.DataFrame:
    """Minor units as amounts, in the currency given or each row's own; what is missing stays blank."""
    currencies = [currency or str(each) for each in frame["currency"]]
    shown = {
        name: pd.Series(
            ["" if pd.isna(c) else from_minor(int(c), u) for c, u in zip(frame[name], currencies, strict=True)],
            index=frame.index,
            dtype=object,
        )
        for name in columns
    }
    return frame.assign(**shown)


def _source(source: SourceRecord) -> Mapping[str, object]:
    """What was read of one file, amounts as text."""
    held = [
        {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in asdict(each).items()}
        for each in source.held
    ]
    return {**asdict(source), "held": held}
