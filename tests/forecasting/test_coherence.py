"""A longer window never peaks lower than one it contains."""

import pandas as pd

from forecasting.coherence import nested


def test_the_longer_window_takes_the_larger_quantile_and_exceedance() -> None:
    frame = pd.DataFrame(
        {
            "unique_id": ["a", "a", "b", "b"],
            "window_end": [28, 7, 7, 28],
            "q50": [9.0, 8.0, 1.0, 2.0],
            "q95": [10.0, 12.0, 3.0, 4.0],
            "mean": [9.0, 9.5, 1.0, 2.0],
            "exceedance": [0.1, 0.3, None, None],
        }
    )
    answer = nested(frame, [0.5, 0.95])
    assert answer["q95"].tolist() == [12.0, 12.0, 3.0, 4.0]
    assert answer["q50"].tolist() == [9.0, 8.0, 1.0, 2.0]
    assert answer["exceedance"].tolist()[:2] == [0.3, 0.3]
    assert answer["exceedance"].isna().tolist()[2:] == [True, True]


def test_totals_of_one_tower_in_different_units_stay_apart() -> None:
    frame = pd.DataFrame(
        {
            "unique_id": ["total:Compute"] * 4,
            "unit": ["GiB", "cores", "GiB", "cores"],
            "window_end": [7, 7, 28, 28],
            "q95": [900.0, 12.0, 950.0, 11.0],
        }
    )
    assert nested(frame, [0.95])["q95"].tolist() == [900.0, 12.0, 950.0, 12.0]
