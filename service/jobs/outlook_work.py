"""Cost outlook: what every tower will cost in the coming months, from an import's own history.

Role: monthly view rows to forecast records.
Must not know: SQL, models.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

import forecasting
from btim import panel as columns
from btim.errors import InsufficientHistoryError, WaterlineError
from btim.money import as_model_float, from_minor
from service.jobs.demand_work import step_rows
from service.jobs.plain_values import stamp_text
from service.jobs.run import Finish, Run
from service.store import Unit

LEVELS = (0.1, 0.5, 0.9)
TOTAL = "total"
CALENDAR_MONTHS = 12


def forecast_costs(run: Run) -> Finish:
    """Forecast the monthly cost of every tower, and of all together, in units of the import's currency.

    Raises:
        InsufficientHistoryError: no tower has a history that can be forecast.
    """
    asked = run.parameters
    run.tell(1, "reading the import")
    with run.reading() as unit:
        header = unit.ledgers.get(asked["import_id"])
        last = header["last_month"]
        sums = unit.ledgers.sums(asked["import_id"], "technology", ("tower", "month"), header["first_month"], last)
        whole = unit.ledgers.sums(asked["import_id"], "finance", ("month",), header["first_month"], last)
    if header["facts"].get("calendar", "months") != "months":
        raise InsufficientHistoryError(
            "an outlook needs calendar months", value=header["facts"]["calendar"], remedy="import with kind = months"
        )
    lines = [(row["tower"], row["month"], row["amount"]) for row in sums] + [
        (TOTAL, row["month"], row["amount"]) for row in whole
    ]
    panel = pd.DataFrame(
        {
            columns.UNIQUE_ID: [name for name, _, _ in lines],
            columns.DS: pd.to_datetime([f"{month}-01" for _, month, _ in lines]),
            columns.Y: [as_model_float(from_minor(amount, header["currency"])) for _, _, amount in lines],
        }
    )
    refused: list[dict[str, Any]] = []

    def note(refusal: WaterlineError) -> None:
        refused.append({"what": str(refusal)})

    frame = forecasting.forecast(
        panel,
        freq="m",
        seasons=(CALENDAR_MONTHS,),
        horizon=int(asked["months"]),
        levels=LEVELS,
        effort="standard",
        on_refusal=note,
        on_progress=run.between(5, 90, "forecasting"),
    )
    settings = {"currency": header["currency"], "nominal": True, "levels": list(LEVELS), "months": asked["months"]}
    record = {
        "panel": asked["import_id"],
        "panel_version": header["version"],
        "model": "ensemble, effort standard",
        "model_version": asked["release"],
        "settings": {**settings, "source_sha256": [source["sha256"] for source in header["sources"]]},
        "as_of": stamp_text(pd.Timestamp(f"{last}-01")),
        "refused": refused,
        "job": run.job,
    }

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = unit.forecasts.add("cost_outlook", record, steps=step_rows(frame, LEVELS))
        return {"forecast": made["id"], "rows": made["rows"], "refused": len(refused)}

    return finish
