from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecasting
from btim.errors import DuplicateError, WaterlineError
from btim.tables import read_table

pytestmark = pytest.mark.real_data


def test_cloudwatch_series_with_repeated_stamps_are_named_and_the_others_answered(real_data: Path) -> None:
    panel = read_table(real_data / "demand" / "nab_aws_cloudwatch_5min.csv")
    refused: list[WaterlineError] = []
    answer = forecasting.peaks(
        panel, freq="5min", seasons=["24h"], windows=["6h"], effort="quick", on_refusal=refused.append
    )
    assert [type(error) for error in refused] == [DuplicateError]
    assert refused[0].value == "ec2_disk_write_bytes_1ef3de / 2014-03-09 03:00:00"
    assert len(answer) == 8
    assert np.isfinite(answer.q95).all()
    gaps = answer.set_index("unique_id").loc["elb_request_count_8c0756", "model"]
    assert "gaps filled" in gaps


def test_the_towers_of_a_data_centre_are_covered_more_often_than_by_the_usual_rule(real_data: Path) -> None:
    panel = pd.read_csv(real_data / "demand" / "bitbrains_towers_hourly.csv", parse_dates=["ds"])
    answer = forecasting.backtest_peaks(
        panel, freq="h", seasons=["24h"], window="24h", origins=5, levels=[0.5, 0.95], effort="quick"
    )
    assert len(answer) == 30
    past = [
        panel[(panel.unique_id == row.unique_id) & (panel.ds < row.origin)].y.tail(192).quantile(0.95) * 1.15
        for row in answer.itertuples()
    ]
    assert (answer.actual_max <= answer.q95).mean() > (answer.actual_max <= np.array(past)).mean()
