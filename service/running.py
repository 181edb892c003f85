"""One run over a user's files: read what was given, take it through the chain, keep where it came from.

Role: the step from paths to a `ChainResult`; any subset of inputs runs the part of the chain it can.
Must not know: the terminal, HTTP, or how results are shown. Today's date is passed in.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from btim import panel as columns
from btim.catalogue import Catalogue, read_catalogue
from btim.errors import FileError, SchemaError, ValueFormatError
from btim.files import sha256_of
from btim.ledger import Ledger, open_ledger
from btim.portfolio import Problem
from btim.tables import read_table
from nlp import Document, documents_in
from service import workflows
from service.chain import ChainResult, DemandPart, LedgerPart, PortfolioPart, ReadingPart, Source
from service.portfolio_files import read_portfolio
from service.report_dates import dated
from service.workflows import DemandSettings

Stage = Callable[[str], AbstractContextManager[None]]
SYNTHETIC_MARK = "synthetic"


@dataclass(frozen=True, slots=True)
class RunInputs:
    """What a user handed in. `budget` is an amount in the portfolio's currency or a share such as `40%`."""

    ledger: tuple[Path, ...] = ()
    demand: Path | None = None
    portfolio: Path | None = None
    mapping: Path | None = None
    catalogue: Path | None = None
    reports: tuple[Path, ...] = ()
    budget: str | None = None
    published: date | None = None
    encoding: str | None = None
    explain: str = "fast"
    title: str | None = None
    settings: DemandSettings = field(default_factory=DemandSettings)


def run_chain(inputs: RunInputs, stage: Stage, *, today: date, seed: int | None = None) -> ChainResult:
    """Take the inputs through the chain.

    Args:
        inputs: at least one of ledger, demand, portfolio, or reports with a catalogue.
        stage: gives a context manager to show that a named stage runs.
        today: date of the run, the as-of date where no data set one.
        seed: of a synthetic organisation, None for real input.

    Raises:
        InputError: nothing to run, or an input is wrong; file, row, column, value and remedy are named.
    """
    _refuse_incomplete(inputs)
    timings: dict[str, float] = {}
    timed = _timed(stage, timings)
    documents, catalogue = _documents(inputs), _catalogue(inputs)
    problem, portfolio_notes = _problem(inputs)
    ledger, views = _ledger(inputs, timed)
    currency = problem.currency if problem else ledger.currency if ledger else None
    demand = _demand(inputs, timed)
    portfolio = _portfolio(inputs, problem, demand, timed)
    return ChainResult(
        title=inputs.title or _title(inputs, ledger, problem),
        synthetic=seed is not None or _is_synthetic(ledger, problem, documents),
        as_of=today.isoformat() if demand is None else str(demand.peaks[columns.AS_OF].max())[:16],
        currency=currency,
        seed=seed,
        sources=tuple(_sources(inputs, ledger, demand, problem, catalogue, documents)),
        ledger=views,
        demand=demand,
        portfolio=portfolio,
        reading=_reading(documents, catalogue, currency, timed),
        timings=timings,
        names={} if catalogue is None else catalogue.display_names(),
        notes=(*_notes(ledger, problem, inputs), *portfolio_notes, *(portfolio.notes if portfolio else ())),
    )


def _ledger(inputs: RunInputs, timed: Stage) -> tuple[Ledger | None, LedgerPart | None]:
    if not inputs.ledger:
        return None, None
    with timed("cost ledger"):
        ledger = open_ledger(*inputs.ledger)
    with timed("three views"):
        return ledger, workflows.ledger_part(ledger)


def _demand(inputs: RunInputs, timed: Stage) -> DemandPart | None:
    if inputs.demand is None:
        return None
    with timed("demand peaks"):
        panel = read_table(inputs.demand, columns.REQUIRED, encoding=inputs.encoding)
        return workflows.demand_part(panel, inputs.settings, file=str(inputs.demand))


def _portfolio(
    inputs: RunInputs, problem: Problem | None, demand: DemandPart | None, timed: Stage
) -> PortfolioPart | None:
    if problem is None:
        return None
    with timed("portfolio"):
        return workflows.portfolio_part(problem, None if demand is None else demand.peaks, explain=inputs.explain)


def _reading(
    documents: list[Document], catalogue: Catalogue | None, currency: str | None, timed: Stage
) -> ReadingPart | None:
    if not documents or catalogue is None:
        return None
    with timed("reports"):
        return workflows.reports_part(documents, catalogue, currency)


def _refuse_incomplete(inputs: RunInputs) -> None:
    if not (inputs.ledger or inputs.demand or inputs.portfolio or inputs.reports):
        raise SchemaError("nothing to run", remedy="give at least one of --ledger, --demand, --portfolio, --reports")
    if inputs.reports and not inputs.catalogue:
        raise SchemaError(
            "reports need a catalogue to credit value to", field="--catalogue", remedy="give a catalogue.jsonl"
        )
    if inputs.budget and not inputs.portfolio:
        raise SchemaError("a budget needs a portfolio", field="--budget", remedy="give --portfolio")
    if inputs.mapping and not inputs.portfolio:
        raise SchemaError("a mapping needs a portfolio", field="--mapping", remedy="give --portfolio")


def _timed(stage: Stage, timings: dict[str, float]) -> Stage:
    @contextmanager
    def timed(name: str) -> Iterator[None]:
        started = time.perf_counter()
        with stage(name):
            yield
        timings[name] = time.perf_counter() - started

    return timed


def _problem(inputs: RunInputs) -> tuple[Problem | None, tuple[str, ...]]:
    """The problem as it will be solved, and what the reading of a table left out."""
    if inputs.portfolio is None:
        return None, ()
    given = read_portfolio(inputs.portfolio, inputs.mapping)
    if inputs.budget is None:
        return given.problem, given.notes
    return workflows.with_budget(given.problem, _amount(inputs.budget, given.problem)), given.notes


def _amount(budget: str, problem: Problem) -> Decimal:
    text, is_share = budget.strip().removesuffix("%"), budget.strip().endswith("%")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueFormatError(
            "is not an amount or a share", field="--budget", value=budget, remedy="write 12500000 or 40%"
        )
    return (workflows.total_cost(problem) * amount / 100).quantize(Decimal("0.01")) if is_share else amount


def _documents(inputs: RunInputs) -> list[Document]:
    found: list[Document] = []
    for path in inputs.reports:
        files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
        if not files:
            raise FileError("the folder holds no reports", file=str(path), remedy="name a folder with files in it")
        for each in files:
            found += [dated(document, inputs.published) for document in documents_in(each, encoding=inputs.encoding)]
    return found


def _catalogue(inputs: RunInputs) -> Catalogue | None:
    return None if inputs.catalogue is None else read_catalogue(inputs.catalogue, encoding=inputs.encoding)


def _title(inputs: RunInputs, ledger: Ledger | None, problem: Problem | None) -> str:
    if ledger is not None:
        return ledger.title
    if problem is not None:
        return problem.name
    return (inputs.demand or inputs.reports[0]).name


def _is_synthetic(ledger: Ledger | None, problem: Problem | None, documents: list[Document]) -> bool:
    return bool(
        (ledger is not None and ledger.synthetic)
        or (problem is not None and SYNTHETIC_MARK in problem.name.lower())
        or any(SYNTHETIC_MARK in document.text[:400].lower() for document in documents)
    )


def _sources(
    inputs: RunInputs,
    ledger: Ledger | None,
    demand: DemandPart | None,
    problem: Problem | None,
    catalogue: Catalogue | None,
    documents: list[Document],
) -> Iterator[Source]:
    if ledger is not None:
        yield from (Source(each.name, each.sha256, each.rows, "ledger") for each in ledger.sources)
    counts: Mapping[Path | None, tuple[str, int]] = {
        inputs.demand: ("demand", 0 if demand is None else len(demand.history)),
        inputs.portfolio: ("portfolio", 0 if problem is None else len(problem.candidates)),
        inputs.mapping: ("mapping", 1),
        inputs.catalogue: ("catalogue", 0 if catalogue is None else len(catalogue)),
    }
    for path, (kind, rows) in counts.items():
        if path is not None:
            yield Source(str(path), sha256_of(path), rows, kind)
    for document in documents:
        text_hash = hashlib.sha256(document.text.encode()).hexdigest()
        yield Source(document.id, text_hash, 1, "report")


def _notes(ledger: Ledger | None, problem: Problem | None, inputs: RunInputs) -> Iterator[str]:
    if ledger is not None:
        yield from ledger.reconciliation.notes
        if problem is not None and problem.currency != ledger.currency:
            yield f"the ledger is in {ledger.currency}, the portfolio in {problem.currency}; they are not added up"
    if inputs.demand and inputs.portfolio:
        yield "limits headroom:<resource> are capacity less the 95 % quantile of the peak, of the tightest window"
