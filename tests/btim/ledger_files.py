"""Small ledgers written to a folder, for tests."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from btim.ledger import COST_COLUMNS, Ledger
from btim.ledger_inputs import DRIVER_COLUMNS

GL_HEADER = ("date", "account", "vendor", "description", "amount", "currency", "solution", "consumer")
GL_COLUMNS = "\n".join(f'{name} = "{name}"' for name in GL_HEADER)
RULES = r"""
[[rules]]
match = { account = '^62' }
assign = { pool = "Cloud Services", sub_pool = "Cloud Service Provider", expenditure = "opex", tower = "Compute" }
[[rules]]
match = { description = '\bdisks?\b' }
assign = { pool = "Hardware", sub_pool = "Capital", expenditure = "capex", tower = "Storage" }
"""
FOCUS_HEADER = (
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ServiceCategory",
    "ServiceName",
    "ChargeCategory",
    "ProviderName",
    "SubAccountId",
    "Tags",
)


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(list(header))
        writer.writerows(rows)
    return path


def gl_row(amount: str, **cells: str) -> list[str]:
    usual = {"date": "2025-01-15", "account": "6201", "vendor": "Acme", "description": "servers", "currency": "USD"}
    filled = {**dict.fromkeys(GL_HEADER, ""), **usual, "amount": amount, **cells}
    return [filled[name] for name in GL_HEADER]


def focus_row(cost: str, **cells: str) -> list[str]:
    usual = {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ListCost": cost,
        "ContractedCost": cost,
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2025-01-01T00:00:00Z",
        "ChargePeriodStart": "2025-01-03T00:00:00Z",
        "ServiceCategory": "Compute",
        "ServiceName": "VM",
        "ChargeCategory": "Usage",
        "ProviderName": "CloudCo",
        "SubAccountId": "a-1",
        "Tags": "",
    }
    return [{**usual, **cells}[name] for name in FOCUS_HEADER]


def write_ledger(
    folder: Path,
    rows: Iterable[Iterable[object]],
    *,
    rules: str = RULES,
    file_keys: str = "",
    top: str = "",
    inputs: Mapping[str, str] | None = None,
) -> Path:
    """A ledger.toml beside a gl.csv; `inputs` maps an input's name to the CSV text it holds."""
    write_csv(folder / "gl.csv", GL_HEADER, rows)
    named = []
    for name, text in (inputs or {}).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        named.append(f'{name} = "{name}.csv"')
    table = "[inputs]\n" + "\n".join(named) if named else ""
    files = f'[[files]]\npath = "gl.csv"\n{file_keys}\n[files.columns]\n{GL_COLUMNS}'
    text = f'title = "Test"\n{top}\n{files}\n{rules}\n{table}\n'
    path = folder / "ledger.toml"
    path.write_text(text, encoding="utf-8")
    return path


def ledger_of(
    base: Ledger, lines: Iterable[Mapping[str, object]], drivers: Iterable[tuple[object, ...]], month: str = "2025-01"
) -> Ledger:
    """The ledger `base` with other lines and drivers, without files."""
    usual = dict.fromkeys(COST_COLUMNS, "") | {"month": month, "currency": "USD", "pool": "Hardware", "rows": 1}
    costs = pd.DataFrame([{**usual, "billed": 0, "listed": 0, "contracted": 0, **line} for line in lines])
    edges = pd.DataFrame(list(drivers), columns=list(DRIVER_COLUMNS))
    return replace(base, costs=costs.astype({"amount": "int64"}), drivers=edges, months=(month,))
