"""The ledger: what technology cost, month by month, placed in the four layers and proved against its files.

Role: the record that views and allocation read, and `open_ledger`, the one way to get it.
Must not know: SQL, terminals or pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

import pandas as pd

from btim.allocation_methods import Method
from btim.assets import ASSET_COLUMNS, read_assets
from btim.close import RECORD_COLUMNS, Restated, restated
from btim.depreciation import CAPITALISED, RECORDED_COLUMNS, with_depreciation
from btim.errors import RuleError, ValueFormatError
from btim.exchange import RateBasis, converted, reporting_currency
from btim.fiscal import FiscalCalendar
from btim.focus import direct_source
from btim.import_records import Imported, SourceRecord
from btim.ingestion import import_files
from btim.ledger_beside import placed_input, read_beside
from btim.ledger_grouping import rounded_groups, shared_purchases, unmapped_lines
from btim.ledger_inputs import empty
from btim.ledger_notes import category_notes, source_notes, totals_notes
from btim.ledger_places import check_places, check_rules, renamed
from btim.ledger_settings import CHARGES, DIMENSIONS, PLACES, LedgerSettings, read_settings
from btim.mapping_tables import AMOUNTS
from btim.money import from_minor
from btim.reconciliation import Reconciliation, reconciled
from btim.tables import read_table
from btim.taxes import TAX_COLUMNS, tax_notes, with_tax
from btim.taxonomy import UNMAPPED, Taxonomy, default_taxonomy, extended_taxonomy

BOOKS = "costs.parquet"
"""The file of an import's folder that holds its costs."""
COST_COLUMNS = ("month", "currency", *PLACES, *DIMENSIONS, *CHARGES, "tags", "rows", "rules", *AMOUNTS)


@dataclass(frozen=True)
class Ledger:
    """A cost ledger and what stands beside it.

    `costs` has one row a month, original currency, place and dimensions (columns `COST_COLUMNS`). Text cells are ""
    where unknown. `amount` (the cost that views use: effective cost of cloud bills, posted amount of a general ledger)
    and `billed` are int64 minor units of the reporting `currency`; `listed` and `contracted` are Int64, missing where
    files do not state them; `original` is `amount` in minor units of the row's own currency. Positive is cost,
    negative is credit or refund. Within a currency and month every column sums to the files' exact sum, rounded once.
    `charge_category` and its neighbours say what kind of charge a line is; `rules` are the numbers of the mapping
    rules that placed it. `taxes`: gross, net and tax of taxed lines (`btim.taxes`); `assets`: the asset register with
    what was depreciated, `capital`: lines that bought assets and are no cost beside it (`btim.assets`).

    `unmapped`: what no rule placed, largest first, with examples. `purchases`: month, vendor, service,
    owner and amount of what several owners buy under one description. `mapped`: texts of lines that
    rules placed. `drivers`, `volumes`, `plan_volumes`, `benchmarks`, `budget`, `rates`, `prices`: see
    `btim.ledger_inputs`, `tags`, `contracts`: `btim.ledger_registers`, `carbon`: `btim.carbon_inputs` (no rows where
    not given).
    `restatements`: what late postings moved out of closed months (`btim.close`).
    `months`: sorted `YYYY-MM`, or periods of the fiscal calendar. `basis`: the exchange rates that `amount` is at.
    """

    title: str
    currency: str
    months: tuple[str, ...]
    costs: pd.DataFrame
    reconciliation: Reconciliation
    unmapped: pd.DataFrame
    purchases: pd.DataFrame
    mapped: pd.DataFrame
    drivers: pd.DataFrame
    volumes: pd.DataFrame
    benchmarks: pd.DataFrame
    budget: pd.DataFrame
    rates: pd.DataFrame
    prices: pd.DataFrame
    plan_volumes: pd.DataFrame
    restatements: pd.DataFrame
    tags: pd.DataFrame
    contracts: pd.DataFrame
    carbon: pd.DataFrame
    sources: tuple[SourceRecord, ...]
    taxonomy: Taxonomy
    synthetic: bool = False
    basis: RateBasis = field(default_factory=RateBasis)
    methods: tuple[Method, ...] = ()
    calendar: FiscalCalendar = field(default_factory=FiscalCalendar)
    closed_through: str | None = None
    inputs: Mapping[str, Path] = field(default_factory=dict)
    taxes: pd.DataFrame = field(default_factory=partial(empty, TAX_COLUMNS))
    assets: pd.DataFrame = field(default_factory=partial(empty, RECORDED_COLUMNS))
    capital: pd.DataFrame = field(default_factory=partial(empty, (*COST_COLUMNS, "original")))

    @property
    def total(self) -> int:
        """Cost of all months in minor units of `currency`."""
        return int(self.costs["amount"].sum())

    @property
    def unmapped_share(self) -> Decimal:
        """Share (0 to 1) of the absolute amount that no rule placed in a pool and a tower."""
        sizes = self.costs["amount"].abs()
        lost = sizes[(self.costs["pool"] == UNMAPPED) | (self.costs["tower"] == UNMAPPED)].sum()
        return Decimal(int(lost)) / Decimal(int(sizes.sum())) if sizes.sum() else Decimal(0)


def open_ledger(
    path: Path | str,
    *more: Path | str,
    currency: str | None = None,
    data: Path | None = None,
    threads: int | None = None,
) -> Ledger:
    """Import a `ledger.toml`, or one or several FOCUS files (CSV, CSV.gz, Parquet) without any mapping.

    Args:
        path: the mapping file, or a FOCUS file.
        more: further FOCUS files (only without a mapping file).
        currency: reporting currency; without it the mapping file's, or the only one in the files.
        data: folder of the files that the mapping file names, when it is not the mapping file's own.
        threads: of the reading engine; all processors when None. The result does not depend on it.

    Raises:
        FileError, SchemaError, ValueFormatError, DuplicateError, UnknownReferenceError, RuleError: see the module
            that reads the part; each names file, row, column, value and remedy.
        RateMissingError: currencies are mixed and a rate is missing; names currency and month.
    """
    settings = settings_of([Path(path), *map(Path, more)], data)
    taxonomy = _taxonomy(settings)
    check_rules(settings, taxonomy)
    return _ledger(
        settings,
        taxonomy,
        import_files(settings.files, settings.rules, fiscal=settings.calendar, threads=threads),
        currency,
    )


def settings_of(paths: Sequence[Path], data: Path | None = None) -> LedgerSettings:
    """What a mapping file says, or what holds for FOCUS files that come without one. Raises as `read_settings` does."""
    if paths[0].suffix == ".toml":
        if len(paths) > 1:
            raise RuleError(
                "a mapping file names its files itself", file=str(paths[0]), value=paths[1], remedy="add it there"
            )
        return read_settings(paths[0], data)
    title = ", ".join(each.name for each in paths)
    return LedgerSettings(file=paths[0], title=title, files=tuple(direct_source(each) for each in paths))


def _taxonomy(settings: LedgerSettings) -> Taxonomy:
    own = settings.inputs.get("taxonomy")
    return extended_taxonomy(own) if own else default_taxonomy()


@dataclass(frozen=True)
class _Placed:
    """Rounded groups in their places, with tax and depreciation in lines of their own, and the record of both."""

    groups: pd.DataFrame
    taxes: pd.DataFrame
    assets: pd.DataFrame
    notes: tuple[str, ...]


def _placed(settings: LedgerSettings, taxonomy: Taxonomy, imported: Imported) -> _Placed:
    check_places(imported.groups, taxonomy, settings.file)
    taxed = with_tax(_rounded(imported, settings.file))
    register = placed_input(settings, "assets", read_assets, ASSET_COLUMNS, taxonomy)
    depreciated = with_depreciation(taxed.groups, register, settings.capital, settings.calendar)
    groups = depreciated.groups
    notes = (
        *source_notes(imported.sources, sorted(imported.incoming["month"].unique()), settings.calendar),
        *totals_notes(imported.totals, imported.scale),
        *category_notes(_categories(groups[groups["excluded"] == ""])),
        *tax_notes(settings.files, taxed.record),
        *depreciated.notes,
    )
    return _Placed(groups, taxed.record, depreciated.record, notes)


def _reconciliation(settings: LedgerSettings, imported: Imported, placed: _Placed) -> Reconciliation:
    groups = placed.groups
    is_kept, is_added = groups["excluded"] == "", groups["origin"] != ""
    frame = reconciled(
        imported.incoming,
        groups[is_kept],
        groups[~is_kept],
        imported.scale,
        settings.controls,
        added=groups[is_added],
    )
    rows_in = sum(source.rows for source in imported.sources)
    return Reconciliation(frame, rows_in=rows_in, rows_out=int(groups["rows"].sum()), notes=placed.notes)


def _ledger(settings: LedgerSettings, taxonomy: Taxonomy, imported: Imported, currency: str | None) -> Ledger:
    imported = renamed(imported, taxonomy)
    placed = _placed(settings, taxonomy, imported)
    reconciliation = _reconciliation(settings, imported, placed)
    beside = read_beside(settings, taxonomy)
    target = reporting_currency(placed.groups, currency or settings.currency, settings.file)
    costs, capital = (_costs(placed.groups, each, target, beside.rates, settings.file) for each in ("", CAPITALISED))
    closed = _closed(settings, costs)
    return Ledger(
        title=settings.title,
        currency=target,
        months=tuple(sorted(closed.costs["month"].unique())),
        costs=closed.costs,
        reconciliation=reconciliation,
        unmapped=unmapped_lines(imported),
        mapped=imported.mapped,
        purchases=shared_purchases(imported, target, beside.rates, settings.file),
        drivers=beside.drivers,
        volumes=beside.volumes,
        benchmarks=beside.benchmarks,
        budget=beside.budget,
        rates=beside.rates,
        prices=beside.prices,
        plan_volumes=beside.plan_volumes,
        tags=beside.tags,
        contracts=beside.contracts,
        carbon=beside.carbon,
        restatements=closed.record,
        calendar=settings.calendar,
        closed_through=settings.close.through if settings.close else None,
        methods=settings.methods,
        sources=imported.sources,
        taxonomy=taxonomy,
        synthetic=settings.synthetic,
        inputs=settings.inputs,
        taxes=placed.taxes,
        assets=placed.assets,
        capital=capital,
    )


def _costs(groups: pd.DataFrame, excluded: str, target: str, rates: pd.DataFrame, file: Path) -> pd.DataFrame:
    chosen = converted(groups[groups["excluded"] == excluded], target, rates, file)
    return chosen[[*COST_COLUMNS, "original"]].reset_index(drop=True)


def _rounded(imported: Imported, file: Path) -> pd.DataFrame:
    try:
        return rounded_groups(imported)
    except ValueFormatError as refused:
        raise refused.at(file=str(file)) from None


def _categories(costs: pd.DataFrame) -> list[tuple[str, str]]:
    sums = costs.groupby(["charge_category", "currency"], sort=True)["amount"].sum()
    return [
        (str(category), f"{from_minor(int(cents), str(currency)):,f} {currency}")
        for (category, currency), cents in zip(sums.index, sums, strict=True)
    ]


def _closed(settings: LedgerSettings, costs: pd.DataFrame) -> Restated:
    if settings.close is None:
        return Restated(costs, empty(RECORD_COLUMNS))
    books = read_table(settings.close.books / BOOKS)
    return restated(costs, books, settings.close)


__all__ = ["UNMAPPED", "Ledger", "open_ledger"]
