"""Histories without their events, and demand at its ceiling."""

import numpy as np
import pandas as pd

import forecasting
from forecasting.cleaning import Span, at_ceiling, lifted, without_events
from forecasting.frequency import frequency
from forecasting.panel import checked_panel
from tests.forecasting.panels import hourly

OPTIONS = {"freq": "h", "seasons": [24], "effort": "quick"}


def test_a_past_launch_is_replaced_by_the_usual_steps_of_the_weeks_before() -> None:
    week = 7
    y = np.tile(np.arange(1.0, 8.0), 6)
    touched = y.copy()
    touched[30:32] *= 3
    usual = without_events(touched, [Span("launch", 30, 32, float("nan"))], week)
    np.testing.assert_array_equal(usual, y)


def test_an_event_that_changed_little_is_left_as_it_was() -> None:
    y = np.tile(np.arange(1.0, 8.0), 6)
    touched = y.copy()
    touched[30:32] *= 1.05
    np.testing.assert_array_equal(without_events(touched, [Span("holiday", 30, 32, float("nan"))], 7), touched)


def test_nothing_after_a_step_changes_how_it_is_cleaned() -> None:
    rng = np.random.default_rng(3)
    y = rng.uniform(1, 2, 60)
    spans = [Span("a", 20, 24, float("nan")), Span("b", 40, 44, float("nan"))]
    whole = without_events(y, spans, 7)
    for cut in range(21, 60):
        np.testing.assert_array_equal(without_events(y[:cut], spans, 7), whole[:cut])


def test_a_launch_of_yesterday_does_not_raise_tomorrow() -> None:
    panel = hourly(2, 24 * 40, seed=8)
    launched = panel.ds >= panel.ds.max() - pd.Timedelta(hours=23)
    touched = panel.assign(y=np.where(launched, 4 * panel.y, panel.y))
    calendar = pd.DataFrame({"event": ["launch"], "ds": [str(panel.ds.max().date())]})
    quiet = forecasting.peaks(panel, windows=["24h"], **OPTIONS)
    known = forecasting.peaks(touched, windows=["24h"], events=calendar, **OPTIONS)
    unknown = forecasting.peaks(touched, windows=["24h"], **OPTIONS)
    np.testing.assert_allclose(known.q50, quiet.q50, rtol=0.1)
    assert (unknown.q50 > 1.5 * quiet.q50).all()


def test_demand_that_stays_at_its_capacity_is_a_lower_bound_without_being_told() -> None:
    panel = hourly(1, 24 * 20)
    clipped = panel.assign(y=np.minimum(panel.y, 120.0), capacity=120.0)
    one = checked_panel(clipped, frequency("h")).series[0]
    met = panel.y.to_numpy() >= 120.0
    np.testing.assert_array_equal(at_ceiling(one), met & (np.cumsum(met) >= 3))
    free = checked_panel(panel.assign(capacity=120.0), frequency("h")).series[0]
    assert not at_ceiling(free).any()


def test_a_bounded_step_is_never_lowered() -> None:
    y = np.array([5.0, 9.0, 4.0, 6.0])
    bounded = np.array([False, False, True, True])
    np.testing.assert_array_equal(lifted(y, bounded, 2), [5.0, 9.0, 5.0, 9.0])


def test_demand_clipped_at_capacity_is_forecast_no_lower_for_its_clipped_peaks_and_says_so() -> None:
    panel = hourly(2, 24 * 30, seed=4)
    ceiling = panel.unique_id.map(panel.groupby("unique_id").y.quantile(0.97))
    clipped = panel.assign(y=np.minimum(panel.y, ceiling), capacity=ceiling)
    answer = forecasting.peaks(clipped, windows=["24h"], **OPTIONS)
    assert answer.model.str.contains("demand may be higher").all()
    assert (answer.q95 > answer.capacity).all()
