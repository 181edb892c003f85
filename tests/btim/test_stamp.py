"""What stands beside numbers: as of when, from which files, at which rates, and how sure."""

import hashlib
from decimal import Decimal
from pathlib import Path

import pandas as pd

from btim.allocation import allocate
from btim.ledger import open_ledger
from btim.rates import rate_basis, with_rates
from btim.stamp import COLUMNS, differing, stamp
from tests.btim.ledger_files import gl_row, write_ledger

DRIVERS = (
    "month,from_layer,from,to_layer,to,driver,quantity,basis\n"
    "2024-02,tower,Compute,solution,shop,cpu,1,metered\n2024-02,solution,shop,consumer,Ops,heads,1,assumed\n"
)
RATES = "month,from,to,kind,rate\n2024-02,EUR,USD,actual,2\n2024-02,EUR,USD,budget,1\n"


def test_a_stamp_says_of_when_from_what_and_how_sure(tmp_path: Path) -> None:
    rows = [gl_row("30.00", date="2024-02-10", currency="EUR"), gl_row("20.00", account="9", date="2024-02-11")]
    path = write_ledger(
        tmp_path, rows, inputs={"drivers": DRIVERS, "rates": RATES}, top='currency = "USD"\nsynthetic = true'
    )
    opened = open_ledger(path)
    found = stamp(opened, "consumer", ("2024-02",), allocation=allocate(opened), inputs=("drivers", "prices"))
    assert (found.as_of, found.period, found.month_state, found.status) == (
        "2024-02-29",
        "2024-02",
        "months open",
        "actual",
    )
    assert (found.currency, found.rates, found.prices, found.synthetic) == ("USD", "actual rates", "nominal", True)
    # 60 of 80 USD are placed; of the 60, one hop is metered and one assumed
    assert (found.share_mapped, found.share_metered) == (Decimal("0.75"), Decimal("0.5"))
    assert dict(found.sources)["drivers.csv"] == hashlib.sha256(DRIVERS.encode()).hexdigest()
    assert [name for name, _ in found.sources] == ["gl.csv", "drivers.csv"]
    assert set(found.columns()) == set(COLUMNS)
    assert all("SYNTHETIC" in line for line in found.lines()[:1])


def test_what_differs_from_a_published_stamp_is_named(tmp_path: Path) -> None:
    rows = [gl_row("30.00", date="2024-02-10", currency="EUR")]
    opened = open_ledger(write_ledger(tmp_path, rows, inputs={"rates": RATES}, top='currency = "USD"'))
    then = pd.DataFrame([stamp(opened, "finance", ("2024-02",)).columns()])
    now = stamp(with_rates(opened, rate_basis("budget")), "finance", ("2024-02",))
    assert differing(now, then) == {"rates": ("actual rates", "budget rates")}
