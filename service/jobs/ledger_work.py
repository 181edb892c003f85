"""Ledger jobs: cost files into lines, monthly views and findings.

Role: from kept files to the records of an import.
Must not know: SQL, or how a ledger is imported or allocated.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from btim.allocation import Allocation, allocate
from btim.element_costs import element_costs
from btim.errors import FileError, RuleError
from btim.findings import Finding, findings
from btim.ledger import Ledger, open_ledger
from btim.ledger_settings import read_settings
from btim.money import minor_digits, to_minor
from btim.technology_view import RETURNED
from btim.views import consumer_view, finance_view, technology_view
from service.input_checks import named_files
from service.jobs.plain_values import plain, records, text
from service.jobs.run import Finish, Run
from service.store import Unit
from service.store.input_tables import PLACES

SHOWN_UNMAPPED = 200
AMOUNTS = ("amount", "billed", "listed", "contracted", "original")
BLANK = {
    **dict.fromkeys(("pool", "expenditure", "tower", "solution", "consumer"), ""),
    **dict.fromkeys(("plan", "metered", "size")),
}


def import_ledger(run: Run) -> Finish:
    """Import a mapping with its files, or a FOCUS file, and lay out its views month by month.

    Raises:
        InputError: see `btim.ledger.open_ledger`; also a file that was not uploaded, or a path out of the folder.
        RuleError: the ledger does not meet a control total.
    """
    asked = run.parameters
    run.tell(2, "fetching files")
    main = _fetched(run)
    run.tell(10, "importing")
    with named_files():
        ledger = open_ledger(main, currency=asked["currency"])
    if not ledger.reconciliation.holds:
        raise RuleError("the ledger does not meet a control total", file=asked["main"]["file"], remedy="see the totals")
    run.tell(50, "allocating")
    allocation = allocate(ledger)
    views = [*_finance(ledger), *_technology(ledger, allocation), *_consumer(run, ledger, allocation)]
    run.tell(85, "looking for findings")
    found = [_finding(each, ledger.currency) for each in findings(ledger, allocation=allocation)]
    header = _header(ledger, allocation, run.job)
    run.tell(90, "keeping the import")

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = unit.ledgers.add(asked["name"], header, _lines(ledger), views)
        unit.findings.write(made["id"], found)
        return {"import": made["id"], "version": made["version"], "rows": header["rows_in"], "findings": len(found)}

    return finish


def _fetched(run: Run) -> Path:
    """Lay the files out as the mapping names them, and refuse whatever it names beside them."""
    main = run.parameters["main"]
    name = PurePosixPath(main["file"].replace("\\", "/")).name or "ledger"
    for path, sha256 in run.parameters["files"].items():
        _refuse_outside(run.folder, path, main["file"])
        run.file(sha256, path)
    target = run.file(main["sha256"], name if main["kind"] == "ledger" else "ledger.toml")
    if main["kind"] == "mapping":
        settings = read_settings(target)
        named = [each.path for each in settings.files] + list(settings.inputs.values())
        for each in named if settings.close is None else [*named, settings.close.books]:
            _refuse_outside(run.folder, str(each), main["file"])
            if not each.exists():
                raise FileError(
                    "the mapping names a file that was not uploaded",
                    file=main["file"],
                    value=str(each.relative_to(run.folder)),
                    remedy="upload it as an input, then ask for the import again",
                )
    return target


def _refuse_outside(folder: Path, path: str, file: str) -> None:
    if not (folder / path).resolve().is_relative_to(folder.resolve()):
        raise FileError("the mapping names a path outside its folder", file=file, remedy="name uploaded files only")


def _header(ledger: Ledger, allocation: Allocation, job: str) -> dict[str, Any]:
    return {
        "title": ledger.title,
        "currency": ledger.currency,
        "digits": minor_digits(ledger.currency),
        "first_month": ledger.months[0],
        "last_month": ledger.months[-1],
        "closed_through": ledger.closed_through or "",
        "synthetic": ledger.synthetic,
        "rows_in": ledger.reconciliation.rows_in,
        "rows_out": ledger.reconciliation.rows_out,
        "reconciled": bool(ledger.reconciliation.holds),
        "unmapped_share": str(ledger.unmapped_share),
        "sources": [plain(vars(source)) for source in ledger.sources],
        "facts": {
            "calendar": ledger.calendar.kind,
            "months": list(ledger.months),
            "notes": list(ledger.reconciliation.notes),
            "reconciliation": records(ledger.reconciliation.frame),
            "unmapped": records(ledger.unmapped, SHOWN_UNMAPPED),
            "technology": records(technology_view(ledger, allocation=allocation)),
            "consumer": records(consumer_view(ledger, allocation=allocation)),
            "restatements": records(ledger.restatements, SHOWN_UNMAPPED),
        },
        "job": job,
    }


def _lines(ledger: Ledger) -> Iterator[dict[str, Any]]:
    kept = {"month", "currency", "rows", *PLACES, *AMOUNTS}
    names = [str(name) for name in ledger.costs.columns]
    for cells in ledger.costs.itertuples(index=False, name=None):
        row = dict(zip(names, cells, strict=True))
        yield {
            "month": row["month"],
            "currency": row["currency"],
            **{name: text(row[name]) for name in PLACES},
            "dimensions": {
                name: plain(cell) for name, cell in row.items() if name not in kept and cell not in ("", None)
            },
            "rows": int(row["rows"]),
            **{name: None if pd.isna(row[name]) else int(row[name]) for name in AMOUNTS},
        }


def _finance(ledger: Ledger) -> Iterator[dict[str, Any]]:
    frame = finance_view(ledger, by=("month", "pool", "expenditure"), months=None)
    for row in frame.to_dict("records"):
        keys = {"view": "finance", "month": row["month"], "pool": row["pool"], "expenditure": row["expenditure"]}
        plan = None if pd.isna(row["plan"]) else to_minor(row["plan"], ledger.currency)
        yield {**BLANK, **keys, "amount": to_minor(row["amount"], ledger.currency), "plan": plan}


def _technology(ledger: Ledger, allocation: Allocation) -> Iterator[dict[str, Any]]:
    flows = allocation.flows
    returned = flows[(flows["to_layer"] == "tower") & (flows["from_layer"] == "solution")]
    by_month = returned.groupby("month", observed=True)["amount"].sum()
    for month in ledger.months:
        costs = element_costs(allocation, "tower", [month])
        back = int(by_month.get(month, 0))
        for tower, amount in (*costs.items(), *([(RETURNED, -back)] if back else [])):
            if amount:
                yield {**BLANK, "view": "technology", "month": month, "tower": tower, "amount": amount}


def _consumer(run: Run, ledger: Ledger, allocation: Allocation) -> Iterator[dict[str, Any]]:
    """Rows of the consumer view; `metered`: the part of `size` (absolute amount) split by metered drivers alone."""
    tell = run.between(55, 85, "laying out views")
    for place, month in enumerate(ledger.months):
        tell(place, len(ledger.months))
        for row in consumer_view(ledger, months=month, allocation=allocation).to_dict("records"):
            amount = to_minor(row["amount"], ledger.currency)
            share = row["metered_share"]
            keys = {"view": "consumer", "month": month, "consumer": row["consumer"], "solution": row["solution"]}
            sizes = {"size": abs(amount), "metered": None if pd.isna(share) else round(abs(amount) * share)}
            yield {**BLANK, **keys, **sizes, "amount": amount}


def _finding(found: Finding, currency: str) -> dict[str, Any]:
    texts = {name: getattr(found, name) for name in ("kind", "layer", "element", "period", "reason", "action")}
    evidence: Sequence[Any] = plain(list(found.evidence))
    return {**texts, "stake": to_minor(found.stake, currency), "currency": currency, "evidence": evidence}
