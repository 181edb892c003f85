"""Contracts: what is committed, what is free to decide, and what ends or must be given notice soon.

Role: read a contract register and set it beside the ledger.
Must not know: terminals.
"""

import calendar
import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd

from btim.covered_months import Months, chosen_months
from btim.errors import SchemaError
from btim.ledger import Ledger
from btim.money import from_minor

CENT = Decimal("0.01")


def monthly_amount(contract: dict[Any, Any], month: str) -> Decimal:
    """What a contract costs in a month: its amount, indexed at each anniversary, 0 outside its time."""
    year, number = int(month[:4]), int(month[5:7])
    first = dt.date(year, number, 1)
    last = dt.date(year, number, calendar.monthrange(year, number)[1])
    if contract["start"] > last or contract["end"] < first:
        return Decimal(0)
    start: dt.date = contract["start"]
    years = max(0, year - start.year - (number < start.month))
    return Decimal(contract["amount_a_month"] * (1 + contract["indexation"]) ** years).quantize(CENT)


def commitment_view(ledger: Ledger, months: Months = 12) -> pd.DataFrame:
    """Cost a month: `month`, `amount`, `committed` (by contracts in force), `discretionary` (the rest).

    Contracts in other currencies are converted at the ledger's rates of the month.

    Raises:
        SchemaError: the ledger has no contract register: what is committed is not known then.
        RateMissingError: naming currencies and month.
    """
    if ledger.contracts.empty:
        raise SchemaError("no contracts", field="inputs.contracts", remedy="name a contract register")
    rows = []
    contracts = ledger.contracts.to_dict("records")
    amounts = ledger.costs.groupby("month")["amount"].sum()
    for month in chosen_months(ledger, months):
        amount = from_minor(int(amounts.get(month, 0)), ledger.currency)
        committed = sum((_converted(ledger, contract, month) for contract in contracts), start=Decimal(0))
        rows.append((month, amount, committed, amount - committed))
    return pd.DataFrame(rows, columns=["month", "amount", "committed", "discretionary"])


def _converted(ledger: Ledger, contract: dict[Any, Any], month: str) -> Decimal:
    amount = monthly_amount(contract, month)
    if not amount or contract["currency"] == ledger.currency:
        return amount
    return (amount * ledger.basis.rate(ledger.rates, month, contract["currency"], ledger.currency)).quantize(CENT)


def expiring(ledger: Ledger, as_of: dt.date, within_days: int = 180) -> pd.DataFrame:
    """Contracts that end, or whose notice is due, within so many days of `as_of`, the next date first.

    Returns:
        `contract`, `vendor`, `due` (the date), `what` (notice or end), `amount_a_month`, `currency`.
    """
    until = as_of + dt.timedelta(days=within_days)
    rows = []
    for contract in ledger.contracts.to_dict("records"):
        for what, day in (("notice", contract["notice_by"]), ("end", contract["end"])):
            if day is not None and as_of <= day <= until:
                rows.append(
                    (
                        contract["contract"],
                        contract["vendor"],
                        day,
                        what,
                        contract["amount_a_month"],
                        contract["currency"],
                    )
                )
    frame = pd.DataFrame(rows, columns=["contract", "vendor", "due", "what", "amount_a_month", "currency"])
    return frame.sort_values(["due", "contract"], kind="stable").reset_index(drop=True)
