import numpy as np

from forecasting.calibration import GRID, score_quantiles
from forecasting.quantile_regression import fitted_quantiles


def test_quantiles_of_scores_rise_and_reach_beyond_the_greatest_score() -> None:
    own = np.random.default_rng(4).normal(size=20)
    quantiles = score_quantiles(own, own)
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[-1] > own.max()


def test_the_calibrated_95th_percentile_covers_about_95_of_100_new_scores() -> None:
    rng = np.random.default_rng(5)
    level = int(np.searchsorted(GRID, 0.95))
    covered = []
    for _ in range(400):
        pool = rng.standard_t(4, size=(15, 6))
        covered.append(rng.standard_t(4) <= score_quantiles(pool[:, 0], pool.ravel())[level])
    assert 0.92 <= np.mean(covered) <= 0.985


def test_a_regression_finds_the_spread_that_a_feature_announces() -> None:
    rng = np.random.default_rng(6)
    spread = rng.uniform(0.5, 2.0, size=(100, 60))
    scores = spread[:-1] * rng.normal(size=(99, 60))
    features = np.stack([np.ones(spread.shape), spread], axis=2)
    found = fitted_quantiles(features, scores, np.array([0.05, 0.5, 0.95]))
    assert found is not None
    np.testing.assert_allclose(found[:, 2] / spread[-1], 1.645, atol=0.3)
    np.testing.assert_allclose(found[:, 1], 0.0, atol=0.2)


def test_too_few_rows_are_not_regressed() -> None:
    assert fitted_quantiles(np.ones((11, 3, 1)), np.zeros((10, 3)), GRID) is None
