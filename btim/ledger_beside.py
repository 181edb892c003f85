"""What stands beside the costs of a ledger, read in one go: each file that `[inputs]` names, or no rows.

Role: from the mapping file's settings to checked frames.
Must not know: costs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from btim.carbon_inputs import CARBON_COLUMNS, CarbonTables, read_carbon
from btim.ledger_inputs import (
    BENCHMARK_COLUMNS,
    BUDGET_COLUMNS,
    DRIVER_COLUMNS,
    PLAN_VOLUME_COLUMNS,
    PRICE_COLUMNS,
    RATE_COLUMNS,
    VOLUME_COLUMNS,
    empty,
    read_benchmarks,
    read_budget,
    read_drivers,
    read_plan_volumes,
    read_prices,
    read_rates,
    read_volumes,
    refuse_thirteenth,
)
from btim.ledger_registers import CONTRACT_COLUMNS, TAG_COLUMNS, read_contracts, read_tags
from btim.ledger_settings import LedgerSettings
from btim.taxonomy import Taxonomy


@dataclass(frozen=True)
class Beside:
    """Frames as their readers give them (`btim.ledger_inputs`, `btim.ledger_registers`, `btim.carbon_inputs`)."""

    drivers: pd.DataFrame
    volumes: pd.DataFrame
    plan_volumes: pd.DataFrame
    benchmarks: pd.DataFrame
    budget: pd.DataFrame
    rates: pd.DataFrame
    prices: pd.DataFrame
    tags: pd.DataFrame
    contracts: pd.DataFrame
    carbon: pd.DataFrame


def read_beside(settings: LedgerSettings, taxonomy: Taxonomy) -> Beside:
    """Read all inputs but the asset register. Raises as the reader of each."""
    return Beside(
        drivers=placed_input(settings, "drivers", read_drivers, DRIVER_COLUMNS, taxonomy),
        volumes=placed_input(settings, "volumes", read_volumes, VOLUME_COLUMNS, taxonomy),
        plan_volumes=placed_input(settings, "plan_volumes", read_plan_volumes, PLAN_VOLUME_COLUMNS, taxonomy),
        benchmarks=placed_input(settings, "benchmarks", read_benchmarks, BENCHMARK_COLUMNS, taxonomy),
        budget=placed_input(settings, "budget", read_budget, BUDGET_COLUMNS, taxonomy),
        prices=placed_input(settings, "prices", read_prices, PRICE_COLUMNS, taxonomy),
        rates=_register(settings, "rates", read_rates, RATE_COLUMNS),
        tags=_register(settings, "tags", read_tags, TAG_COLUMNS),
        contracts=_register(settings, "contracts", read_contracts, CONTRACT_COLUMNS),
        carbon=_carbon(settings),
    )


def placed_input(
    settings: LedgerSettings,
    name: str,
    read: Callable[[Path, Taxonomy, str | None], pd.DataFrame],
    columns: Sequence[str],
    taxonomy: Taxonomy,
) -> pd.DataFrame:
    """One input whose reader checks names against the taxonomy; no rows of `columns` where it is not given."""
    if name not in settings.inputs:
        return empty(columns)
    frame = read(settings.inputs[name], taxonomy, settings.encodings.get(name))
    if "month" in frame and settings.calendar.kind != "13":
        refuse_thirteenth(frame, settings.inputs[name])
    return frame


def _register(
    settings: LedgerSettings, name: str, read: Callable[[Path, str | None], pd.DataFrame], columns: Sequence[str]
) -> pd.DataFrame:
    if name not in settings.inputs:
        return empty(columns)
    return read(settings.inputs[name], settings.encodings.get(name))


def _carbon(settings: LedgerSettings) -> pd.DataFrame:
    if "carbon" not in settings.inputs:
        return empty(CARBON_COLUMNS)
    grid, power, embodied = (settings.inputs.get(name) for name in ("grid", "power", "embodied"))
    tables = CarbonTables(grid, power, embodied, settings.encodings)
    return read_carbon(settings.inputs["carbon"], tables)
