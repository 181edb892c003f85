import numpy as np
import pandas as pd
import pytest

from btim.errors import (
    DuplicateError,
    FileError,
    InsufficientHistoryError,
    SchemaError,
    ValueFormatError,
    WaterlineError,
)
from forecasting.frequency import frequency
from forecasting.panel import checked_panel
from tests.forecasting.panels import as_text, hourly

HOURLY = frequency("h")


def test_a_missing_column_is_named_with_the_columns_found() -> None:
    with pytest.raises(SchemaError, match=r"missing column 'y'.*unique_id, ds") as caught:
        checked_panel(hourly().drop(columns="y"), HOURLY, file="demand.csv")
    assert caught.value.file == "demand.csv"


def test_text_in_y_is_named_with_row_and_value() -> None:
    panel = as_text(hourly(1, 48))
    panel.loc[5, "y"] = "12,5"
    with pytest.raises(ValueFormatError) as caught:
        checked_panel(panel, HOURLY)
    assert (caught.value.row, caught.value.field, caught.value.value) == (7, "y", "12,5")


def test_a_duplicate_stamp_is_named_with_both_rows() -> None:
    panel = hourly(2, 48)
    panel = pd.concat([panel, panel.iloc[[3]]], ignore_index=True)
    with pytest.raises(DuplicateError, match=r"row 98.*first on row 5.*s0 / 2026-01-01 03:00") as caught:
        checked_panel(panel, HOURLY)
    assert caught.value.row == 98


def test_an_empty_panel_is_refused() -> None:
    with pytest.raises(FileError, match="no rows"):
        checked_panel(hourly().iloc[:0], HOURLY)


def test_a_series_without_any_observation_is_named() -> None:
    panel = hourly(2, 48)
    panel.loc[panel.unique_id == "s1", "y"] = np.nan
    with pytest.raises(InsufficientHistoryError, match="'s1' has no observation"):
        checked_panel(panel, HOURLY)


def test_keeping_going_answers_the_good_series_and_reports_each_bad_one() -> None:
    panel = as_text(hourly(4, 48))
    panel.loc[panel.unique_id == "s1", "y"] = ""
    panel.loc[panel.index[panel.unique_id == "s2"][0], "y"] = "many"
    refused: list[WaterlineError] = []
    checked = checked_panel(panel, HOURLY, on_refusal=refused.append)
    assert [one.unique_id for one in checked.series] == ["s0", "s3"]
    assert [type(error) for error in refused] == [InsufficientHistoryError, ValueFormatError]


def test_rows_in_any_order_give_the_same_grid_and_gaps_stay_missing() -> None:
    panel = hourly(1, 48)
    holed = panel.drop(index=[10, 11]).sample(frac=1, random_state=3)
    (one,) = checked_panel(holed, HOURLY).series
    assert one.gaps == 2
    assert np.isnan(one.y[[10, 11]]).all()
    np.testing.assert_array_equal(np.delete(one.y, [10, 11]), panel.y.drop(index=[10, 11]))


def test_rows_after_the_last_observation_state_planned_capacity_and_are_not_gaps() -> None:
    panel = hourly(1, 48)
    panel.loc[40:, "y"] = np.nan
    panel.loc[44:, "capacity"] = 500.0
    (one,) = checked_panel(panel, HOURLY).series
    assert (len(one.y), one.gaps) == (40, 0)
    assert (one.capacity_in_force(43), one.capacity_in_force(60)) == (160.0, 500.0)


def test_a_panel_finer_than_its_frequency_is_refused() -> None:
    panel = hourly(1, 48)
    panel["ds"] = pd.date_range("2026-01-01", periods=48, freq="15min")
    with pytest.raises(ValueFormatError, match="same step as the row before it of frequency h"):
        checked_panel(panel, HOURLY)


def test_stamps_a_little_off_the_grid_are_taken_to_the_nearest_step_and_counted() -> None:
    panel = hourly(1, 48)
    panel.loc[7, "ds"] += pd.Timedelta(minutes=2)
    (one,) = checked_panel(panel, HOURLY).series
    assert (one.snapped, one.gaps) == (1, 0)


def test_the_hour_that_comes_twice_in_autumn_is_two_steps() -> None:
    wall = ["2026-10-25 01:00", "2026-10-25 02:00", "2026-10-25 02:00", "2026-10-25 03:00"]
    panel = pd.DataFrame({"unique_id": "a", "ds": wall, "y": [1.0, 2.0, 3.0, 4.0]})
    (one,) = checked_panel(panel, HOURLY, tz="Europe/Berlin").series
    np.testing.assert_array_equal(one.y, [1, 2, 3, 4])


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ValueFormatError, match=r"unknown time zone.*Mars/Base"):
        checked_panel(hourly(1, 48), HOURLY, tz="Mars/Base")
