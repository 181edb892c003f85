"""Past scores to quantiles of the next one."""

import numpy as np
import pytest
from scipy import stats

from forecasting.quantile_regression import fitted_quantiles
from forecasting.scores import GRID, Scores, fitted_tail, score_quantiles

LEVEL_95 = int(np.searchsorted(GRID, 0.95))


def scores(values: np.ndarray) -> Scores:
    return Scores(values, np.ones(len(values)))


def test_quantiles_of_scores_rise_and_reach_beyond_the_greatest_score() -> None:
    own = np.random.default_rng(4).normal(size=20)
    quantiles = score_quantiles(scores(own), scores(own))
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[-1] > own.max()


def test_the_calibrated_95th_percentile_covers_about_95_of_100_new_scores() -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(400):
        pool = rng.standard_t(4, size=(15, 6))
        quantiles = score_quantiles(scores(pool[:, 0]), scores(pool.ravel()))
        covered.append(rng.standard_t(4) <= quantiles[LEVEL_95])
    assert 0.92 <= np.mean(covered) <= 0.985


def test_recent_scores_move_the_quantiles_further_than_old_ones() -> None:
    values = np.concatenate([np.zeros(20), np.ones(20)])
    fading = Scores(values, 0.5 ** (np.arange(40)[::-1] / 8))
    even = scores(values)
    assert score_quantiles(fading, fading).mean() > score_quantiles(even, even).mean() + 0.2


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.3])
def test_the_tail_of_many_exceedances_has_their_shape_and_scale(shape: float) -> None:
    sample = stats.genpareto.rvs(shape, scale=2.0, size=4000, random_state=np.random.default_rng(7))
    tail = fitted_tail(sample)
    assert tail is not None
    assert tail.shape == pytest.approx(shape, abs=0.07)
    level = np.array([0.5, 0.9])
    np.testing.assert_allclose(tail.quantile(level), stats.genpareto.ppf(level, shape, scale=2.0), rtol=0.08)


def test_fewer_than_fifty_exceedances_are_not_modelled() -> None:
    assert fitted_tail(np.linspace(0.1, 1, 49)) is None
    assert fitted_tail(np.linspace(0.1, 1, 50)) is not None


def test_above_the_95th_percentile_a_large_pool_follows_its_tail() -> None:
    pool = stats.t.ppf((np.arange(2000) + 0.5) / 2000, 3)
    quantiles = score_quantiles(scores(np.empty(0)), scores(pool))
    assert (np.diff(quantiles) >= 0).all()
    assert np.interp(0.99, GRID, quantiles) == pytest.approx(stats.t.ppf(0.99, 3), rel=0.05)


def test_a_score_that_is_a_lower_bound_hands_its_weight_to_the_greater_ones() -> None:
    values = np.array([3.0, 1.0, 2.0, np.nan])
    held = np.array([False, False, True, False])
    known = Scores.known(values, np.ones(4), held)
    np.testing.assert_array_equal(known.values, [1.0, 3.0])
    np.testing.assert_array_equal(known.weights, [1.0, 2.0])


def test_the_greatest_score_keeps_its_weight_even_as_a_lower_bound() -> None:
    known = Scores.known(np.array([1.0, 2.0]), np.ones(2), np.array([False, True]))
    np.testing.assert_array_equal(known.values, [1.0, 2.0])


def test_a_regression_finds_the_spread_that_a_feature_announces() -> None:
    rng = np.random.default_rng(6)
    spread = rng.uniform(0.5, 2.0, size=(100, 60))
    drawn = spread[:-1] * rng.normal(size=(99, 60))
    features = np.stack([np.ones(spread.shape), spread], axis=2)
    found = fitted_quantiles(features, drawn, np.ones(drawn.shape), np.array([0.05, 0.5, 0.95, 0.99]))
    assert found is not None
    np.testing.assert_allclose(found[:, 2] / spread[-1], 1.645, atol=0.3)
    np.testing.assert_allclose(found[:, 1], 0.0, atol=0.2)
    np.testing.assert_allclose(np.median(found[:, 3] / spread[-1]), 2.326, atol=0.35)


def test_too_few_rows_are_not_regressed() -> None:
    assert fitted_quantiles(np.ones((11, 3, 1)), np.zeros((10, 3)), np.ones((10, 3)), GRID) is None
