import numpy as np
import pandas as pd
import pytest

import forecasting
from btim.errors import SchemaError, ValueFormatError
from forecasting.events import calendar_events
from tests.forecasting.panels import hourly

OPTIONS = {"freq": "h", "seasons": [24], "windows": ["24h"], "effort": "quick"}
DAYS = 60


def quiet_panel() -> pd.DataFrame:
    return hourly(2, 24 * DAYS, seed=8)


def on_days(panel: pd.DataFrame, days: list[str], factor: float) -> pd.DataFrame:
    touched = panel.ds.dt.strftime("%Y-%m-%d").isin(days)
    return panel.assign(y=np.where(touched, panel.y * factor, panel.y))


def test_an_event_without_precedent_takes_the_given_uplift_and_calls_it_assumed() -> None:
    panel = quiet_panel()
    calendar = pd.DataFrame({"event": ["launch"], "ds": ["2026-03-02"], "uplift": [1.5]})
    usual = forecasting.peaks(panel, **OPTIONS)
    raised = forecasting.peaks(panel, events=calendar, **OPTIONS)
    np.testing.assert_allclose(raised.q50 / usual.q50, 1.5, rtol=0.05)
    assert raised.model.str.contains(r"launch ×1\.50 \(assumed\)").all()


def test_the_effect_of_an_event_is_learnt_from_its_past() -> None:
    past = ["2026-01-25", "2026-02-08", "2026-02-22"]
    panel = on_days(quiet_panel(), past, 1.6)
    calendar = pd.DataFrame({"event": "sale", "ds": [*past, "2026-03-02"], "uplift": ""})
    usual = forecasting.peaks(panel, **OPTIONS)
    raised = forecasting.peaks(panel, events=calendar, **OPTIONS)
    assert (raised.q50 / usual.q50).between(1.25, 1.7).all()
    assert raised.model.str.contains(r"sale ×1\.\d+ \(3 before\)").all()


def test_an_event_touches_only_whom_it_concerns() -> None:
    panel = quiet_panel()
    calendar = pd.DataFrame({"event": ["move"], "ds": ["2026-03-02"], "uplift": [2.0], "unique_id": ["s1"]})
    answer = forecasting.peaks(panel, events=calendar, **OPTIONS).set_index("unique_id")
    assert "move" not in answer.loc["s0", "model"]
    assert "move" in answer.loc["s1", "model"]


def test_a_holiday_is_found_by_its_country() -> None:
    panel = hourly(1, 24 * 47)
    answer = forecasting.peaks(panel, holidays=["HK"], **{**OPTIONS, "windows": ["2d"]})
    assert len(answer) == 1
    with pytest.raises(ValueFormatError, match=r"unknown country.*ZZ"):
        forecasting.peaks(panel, holidays=["ZZ"], **OPTIONS)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"event": "a", "ds": "soon"}, r"row 2.*'ds': is not a day.*soon"),
        ({"event": "a", "ds": "2026-02-30"}, "is not a day"),
        ({"event": "a", "ds": "2026-02-03", "until": "2026-02-01"}, "ends before it begins"),
        ({"event": "a", "ds": "2026-02-03", "uplift": "-1"}, "not a factor above 0"),
    ],
)
def test_a_wrong_calendar_row_is_named(row: dict[str, str], message: str) -> None:
    with pytest.raises(ValueFormatError, match=message):
        calendar_events(pd.DataFrame([row]), file="calendar.csv")


def test_a_calendar_without_its_columns_is_refused() -> None:
    with pytest.raises(SchemaError, match="missing column 'ds'"):
        calendar_events(pd.DataFrame({"event": ["a"]}))
