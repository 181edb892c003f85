"""Coefficients of energy and emissions that a user supplies, and the published tables that they may name rows of.

Role: read them at the door; inside, nothing checks again.
Must not know: towers' use, or how emissions are allocated.

Tables are read as Cloud Carbon Footprint publishes them: grid factors (`Region`, `CO2e (metric ton/kWh)`), power of
processors (`Architecture`, `Min Watts`, `Max Watts` a vCPU) and embodied emissions of servers (`type`, `total` in
kg CO2e). Its method: watts = min + use of the processor x (max - min), times the power use effectiveness of the data
centre; embodied emissions by time reserved over the server's life and vCPUs reserved over the server's.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from btim.errors import RuleError, SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.files import read_text
from btim.tables import line_of, plain_decimal, read_table, refuse_duplicates

TONNES_PER_KWH = "CO2e (metric ton/kWh)"
MOST_TONNES_PER_KWH = Decimal("0.005")
"""No fuel comes near 5 kg CO2e a kWh; more is a misprint (a published table has 000077 for 0.000077)."""
NEEDED = ("element", "unit", "scope", "source", "as_of")
CARBON_COLUMNS = (
    "element", "unit", "kwh_per_unit", "kg_co2e_per_kwh", "embodied_kg_per_unit", "hourly_energy", "hourly_embodied",
    "share", "scope", "source", "as_of",
)  # fmt: skip
SCOPES = ("1", "2", "3")


@dataclass(frozen=True)
class CarbonTables:
    """Published tables: where they lie, None where not given; `encodings` of those (and of `carbon`) not in UTF-8."""

    grid: Path | None = None
    power: Path | None = None
    embodied: Path | None = None
    encodings: Mapping[str, str] = field(default_factory=dict)


def read_carbon(path: Path, tables: CarbonTables | None = None) -> pd.DataFrame:
    """Coefficients of towers, one row an element, unit and region.

    Columns: `element`, `unit` of its measured use, `scope` (1, 2 or 3, with words after it: "2 location-based"),
    `source`, `as_of`; energy as `kwh_per_unit`, or `architecture`, `utilisation` (0 to 1) and `pue` with a power table;
    the grid's factor as `kg_co2e_per_kwh`, or `region` with a grid table. May have: `pue` beside `kwh_per_unit`
    (without it the coefficient holds it); `hours_per_unit` (vCPU-hours: 1; a mean over the month: `month`); `share` of
    the use (regions of one element sum to 1); embodied emissions as `embodied_kg_per_unit`, or `instance`,
    `server_vcpus` and `lifetime_hours` with a table of embodied emissions.

    Returns:
        Columns `CARBON_COLUMNS`; coefficients are Decimal a unit, or a unit and hour of the month where hourly.
        `source` names what the tables added.

    Raises:
        SchemaError: a column is needed that is not there.
        ValueFormatError: a coefficient is missing, negative or implausible.
        UnknownReferenceError: a table has no such row, or the scope is none.
        DuplicateError: two rows for one element, unit and region.
        RuleError: shares of an element do not sum to 1.
    """
    tables = tables or CarbonTables()
    frame = read_table(path, NEEDED, encoding=tables.encodings.get("carbon"))
    reader = _Reader(path, tables)
    rows = [reader.row(index, dict(line)) for index, line in enumerate(frame.to_dict("records"))]
    refuse_duplicates(frame, [name for name in ("element", "unit", "region") if name in frame], file=path)
    found = pd.DataFrame(rows, columns=list(CARBON_COLUMNS))
    for (element, unit), lines in found.groupby(["element", "unit"], sort=True):
        if sum(lines["share"]) != 1:
            raise RuleError(
                f"shares of {element} ({unit}) do not sum to 1",
                file=str(path),
                field="share",
                value=sum(lines["share"]),
                remedy="state a share for each of its regions",
            )
    return found


class _Reader:
    """Rows of one file of coefficients, with the tables that they name rows of."""

    def __init__(self, path: Path, tables: CarbonTables) -> None:
        self.path = path
        self.grid = _table(tables, "grid", "Region", TONNES_PER_KWH)
        self.power = _table(tables, "power", "Architecture", "Min Watts", "Max Watts")
        self.embodied = _table(tables, "embodied", "type")
        self.index = 0
        self.cells: Mapping[Any, Any] = {}

    def row(self, index: int, cells: Mapping[Any, Any]) -> tuple[object, ...]:
        """One row as `CARBON_COLUMNS`."""
        self.index, self.cells = index, cells
        hours = self.text("hours_per_unit")
        span = Decimal(1) if hours in {"", "month"} else self.number("hours_per_unit")
        scope = self.text("scope")
        if scope[:1] not in SCOPES:
            raise self.refusal(UnknownReferenceError, "is no scope", "scope", "begin with 1, 2 or 3")
        energy, energy_source = self.energy(hours)
        factor, factor_source = self.factor()
        embodied, embodied_source = self.embodied_kg(hours)
        monthly = hours == "month"
        named = [self.text("source"), *filter(None, (energy_source, factor_source, embodied_source))]
        share = self.number("share") if self.text("share") else Decimal(1)
        return (
            *(self.text("element"), self.text("unit"), energy * (span if energy_source else 1), factor),
            embodied * (span if embodied_source else 1),
            *(monthly and bool(energy_source), monthly and bool(embodied_source), share),
            *(scope, "; ".join(named), self.text("as_of")),
        )

    def energy(self, hours: str) -> tuple[Decimal, str]:
        """Kilowatt-hours a unit (an hour of it, where worked out from power), and what table was used."""
        if self.text("kwh_per_unit") or not self.text("architecture"):
            return self.number("kwh_per_unit") * (self.number("pue") if self.text("pue") else 1), ""
        if not hours:
            raise self.refusal(SchemaError, "is needed with an architecture", "hours_per_unit", "vCPU-hours have 1")
        name = self.text("architecture")
        line = self.looked_up(self.power, "power", name)
        low, high = (self.parsed(line[column], column) for column in ("Min Watts", "Max Watts"))
        used = self.number("utilisation")
        if used > 1:
            raise self.refusal(ValueFormatError, "is above 1", "utilisation", "write 0.35 for 35 %")
        return (low + used * (high - low)) / 1000 * self.number("pue"), f"power of {name}"

    def factor(self) -> tuple[Decimal, str]:
        """Kilograms CO2e a kilowatt-hour, and what table was used."""
        if self.text("kg_co2e_per_kwh") or not self.text("region"):
            return self.number("kg_co2e_per_kwh"), ""
        region = self.text("region")
        line = self.looked_up(self.grid, "grid", region)
        tonnes = self.parsed(line[TONNES_PER_KWH], TONNES_PER_KWH)
        if tonnes > MOST_TONNES_PER_KWH:
            raise ValueFormatError(
                f"the grid table's factor of {region} is not plausible (t CO2e a kWh)",
                file=str(self.path),
                row=line_of(self.index),
                field="region",
                value=tonnes,
                remedy="correct the table",
            )
        return tonnes * 1000, f"grid {region} ({line.get('Source') or 'table'})"

    def embodied_kg(self, hours: str) -> tuple[Decimal, str]:
        """Kilograms CO2e of making the machines, a unit (an hour of it, where from a table), and the table's row."""
        name = self.text("instance")
        if not name:
            return self.number("embodied_kg_per_unit") if self.text("embodied_kg_per_unit") else Decimal(0), ""
        if not hours:
            raise self.refusal(SchemaError, "is needed with an instance", "hours_per_unit", "vCPU-hours have 1")
        line = self.looked_up(self.embodied, "embodied", name, self.text("architecture"))
        column = "total" if "total" in line else "total_mean"
        total = self.parsed(line.get(column), column)
        vcpus, life = (self.number(column, positive=True) for column in ("server_vcpus", "lifetime_hours"))
        return total / vcpus / life, f"embodied {name}"

    def looked_up(self, table: pd.DataFrame | None, what: str, name: str, more: str = "") -> dict[str, str]:
        """The row of a published table; several of one name must agree or be told apart by their microarchitecture."""
        if table is None:
            raise SchemaError(
                f"{name} needs a table", file=str(self.path), field=f"inputs.{what}", remedy="name it in ledger.toml"
            )
        key = {"grid": "Region", "power": "Architecture", "embodied": "type"}[what]
        lines = table[table[key] == name]
        if more and "microarchitecture" in lines and len(lines) > 1:
            lines = lines[lines["microarchitecture"] == more]
        if lines.empty:
            remedy = f"it has {listed(table[key].unique(), 12)}"
            raise self.refusal(UnknownReferenceError, f"the {what} table has no such row", _FIELD[what], remedy)
        values = [name for name in ("total", "total_mean", TONNES_PER_KWH) if name in lines]
        if values and lines[values[0]].nunique() > 1:
            raise self.refusal(
                UnknownReferenceError, f"the {what} table has several rows", _FIELD[what], "state its architecture"
            )
        return {str(column): str(cell) for column, cell in lines.iloc[0].items()}

    def text(self, column: str) -> str:
        """A cell without surrounding blanks; "" where the file has no such column."""
        return str(self.cells.get(column) or "").strip()

    def number(self, column: str, *, positive: bool = False) -> Decimal:
        """A cell that must be a number of 0 or more."""
        if not self.text(column):
            raise self.refusal(ValueFormatError, "is blank", column, "state it or drop the row")
        number = self.parsed(self.cells[column], column)
        if positive and not number:
            raise self.refusal(ValueFormatError, "is 0", column, "state it")
        return number

    def parsed(self, cell: Any, column: str) -> Decimal:
        """A number of 0 or more."""
        try:
            number = plain_decimal(cell)
        except (ValueError, ArithmeticError):
            number = Decimal(-1)
        if number < 0:
            raise ValueFormatError(
                "is not a number of 0 or more",
                file=str(self.path),
                row=line_of(self.index),
                field=column,
                value=cell,
                remedy="correct the cell",
            )
        return number

    def refusal(
        self,
        kind: Callable[..., SchemaError | ValueFormatError | UnknownReferenceError],
        words: str,
        column: str,
        remedy: str,
    ) -> SchemaError | ValueFormatError | UnknownReferenceError:
        """A refusal of this row's cell."""
        return kind(
            words,
            file=str(self.path),
            row=line_of(self.index),
            field=column,
            value=self.text(column) or None,
            remedy=remedy,
        )


_FIELD = {"grid": "region", "power": "architecture", "embodied": "instance"}


def _table(tables: CarbonTables, what: str, *needed: str) -> pd.DataFrame | None:
    """A published table; blank cells beyond its header, which some rows have, are passed over."""
    path: Path | None = {"grid": tables.grid, "power": tables.power, "embodied": tables.embodied}[what]
    if path is None:
        return None
    rows = [row for row in csv.reader(io.StringIO(read_text(path, tables.encodings.get(what)))) if row]
    header = [cell.strip() for cell in rows[0]]
    missing = [name for name in needed if name not in header]
    if missing:
        raise SchemaError(
            f"missing column {missing[0]!r}", file=str(path), row=1, remedy=f"the file has {listed(header, 20)}"
        )
    width = len(header)
    cells = [[cell.strip() for cell in (*row, *[""] * width)][:width] for row in rows[1:]]
    return pd.DataFrame(cells, columns=header, dtype=object)
