import numpy as np
import pandas as pd

import forecasting
from tests.forecasting.panels import hourly

OPTIONS = {"freq": "h", "seasons": [24], "windows": ["24h"], "effort": "quick"}


def model_of(panel: pd.DataFrame) -> str:
    return str(forecasting.peaks(panel, **OPTIONS).model.iloc[0])


def test_what_is_unusual_about_a_series_is_said_in_its_answer() -> None:
    panel = hourly(1, 24 * 20)
    assert "[" not in model_of(panel)
    assert "3 gaps filled" in model_of(panel.drop(index=[50, 51, 90]))
    assert "constant" in model_of(panel.assign(y=4.0))
    assert "negative values" in model_of(panel.assign(y=panel.y - 100))
    assert "short (30 steps)" in model_of(panel.head(30))
    assert "censored in 24 steps" in model_of(panel.assign(censored=np.arange(len(panel)) >= len(panel) - 24))


def test_an_intermittent_series_is_named_and_gets_a_model_for_it() -> None:
    panel = hourly(1, 24 * 20)
    rare = panel.assign(y=np.where(np.random.default_rng(2).random(len(panel)) < 0.2, panel.y, 0.0))
    assert "intermittent" in model_of(rare)
    assert "tsb" in model_of(rare)
