"""Currency codes: which exist, how many digits their minor unit has, and until when withdrawn ones held.

Role: the one place that says whether a text is a currency.
Must not know: exchange rates or files of users.

Source: ISO 4217, lists one (current) and three (withdrawn; those of this century). Metals, test codes and others
without a minor unit are left out: money to the cent cannot stand in them.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

OTHER_NAMES = {
    "RMB": "CNY",
    "CNH": "CNY",
    "人民币": "CNY",
    "NTD": "TWD",
    "NT$": "TWD",
    "€": "EUR",
}
"""What is often written in place of a code, where it can mean one currency alone."""


@dataclass(frozen=True)
class Currency:
    """`until` is the last month (YYYY-MM) of a withdrawn currency, "" of a current one; `successor` came after it."""

    code: str
    minor_digits: int
    until: str = ""
    successor: str = ""


@cache
def currencies() -> dict[str, Currency]:
    """All currencies by code."""
    text = resources.files("btim.data").joinpath("currencies.csv").read_text(encoding="utf-8")
    lines = csv.DictReader(text.splitlines())
    return {
        line["code"]: Currency(line["code"], int(line["minor_digits"]), line["until"], line["successor"])
        for line in lines
    }


def is_currency(code: str, month: str = "") -> bool:
    """Whether `code` is a currency, and still was one in `month` (YYYY-MM) where that is known."""
    known = currencies().get(code)
    return known is not None and not (known.until and month > known.until)


def currency_remedy(code: str) -> str:
    """What to write in place of a text that is no currency."""
    known = currencies().get(code)
    if known is not None and known.until:
        return f"{code} was withdrawn after {known.until}; write {known.successor} and the amount in it"
    return f"write its ISO 4217 code{f', {OTHER_NAMES[code]}' if code in OTHER_NAMES else ''}"
