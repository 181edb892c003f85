"""Media types of an answer: which one a client accepts, and a frame in each of them.

Role: content negotiation (RFC 9110, section 12.5.1) and the bytes of CSV, Parquet and Arrow.
Must not know: what the table holds.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from service.api.refusals import NotAcceptable
from service.output.tables import cell_text

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
TABULAR = (JSON, CSV, PARQUET, ARROW)


def accepted(header: str | None, offered: Sequence[str]) -> str:
    """The offered media type that the client likes best; the first one without an `Accept` header.

    Raises:
        NotAcceptable: it accepts none of them.
    """
    if header is None or not header.strip():
        return offered[0]
    ranges = [_range(part) for part in header.split(",")]
    scores = [_quality(media, ranges) for media in offered]
    best = max(scores)
    if best <= 0:
        raise NotAcceptable(
            "none of the accepted media types can be given",
            field="Accept",
            value=header,
            remedy=f"accept one of {', '.join(offered)}",
        )
    return offered[scores.index(best)]


def encoded(frame: pd.DataFrame, media: str, facts: Mapping[str, str]) -> bytes:
    """A frame as CSV, Parquet or Arrow stream; `facts` go into the schema's metadata of the binary ones."""
    if media == CSV:
        return csv_bytes(frame)
    table = arrow_table(frame).replace_schema_metadata({f"waterline.{name}": text for name, text in facts.items()})
    target = io.BytesIO()
    if media == PARQUET:
        pq.write_table(table, target)
    else:
        with pyarrow.ipc.new_stream(target, table.schema) as writer:
            writer.write_table(table)
    return target.getvalue()


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8, comma, LF, a header; exact numbers, ISO dates, blank for missing, nothing a spreadsheet would run."""
    texts = frame.apply(lambda column: column.map(cell_text)) if len(frame) else frame
    return texts.to_csv(index=False, lineterminator="\n").encode()


def arrow_table(frame: pd.DataFrame) -> Any:
    """A frame as an Arrow table; objects and lists become JSON text, columns of mixed values text."""
    return pa.table({str(name): _arrow_column(frame[name]) for name in frame.columns})


def _arrow_column(values: pd.Series) -> Any:
    if values.dtype == object and values.map(lambda cell: isinstance(cell, dict | list | tuple)).any():
        values = values.map(lambda cell: None if cell is None else cell_text(cell))
    try:
        return pa.Array.from_pandas(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if cell is None else cell_text(cell) for cell in values], pa.string())


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    return name.lower(), quality


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Quality by the most specific range that fits."""
    whole = media.partition("/")[0] + "/*"
    for wanted in (media, whole, "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
