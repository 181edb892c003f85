"""Point-forecast scores of the M competitions: sMAPE, MASE and OWA against Naive 2.

Role: the measures as the competitions define them (Makridakis, Spiliotis and Assimakopoulos 2020).
Must not know: which model made the forecasts.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SEASONAL_TEST = 1.645


def smape(actual: Floats, forecast: Floats) -> Floats:
    """Symmetric absolute percentage error of each series, in per cent; 0 where both are 0."""
    total = np.abs(actual) + np.abs(forecast)
    ratio = np.divide(np.abs(actual - forecast), total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(200 * ratio.mean(axis=1))


def mase(actual: Floats, forecast: Floats, histories: Sequence[Floats], season: int) -> Floats:
    """Mean absolute error of each series over its history's mean absolute seasonal difference."""
    scale = np.array([np.mean(np.abs(y[season:] - y[:-season])) for y in histories])
    return np.asarray(np.abs(actual - forecast).mean(axis=1) / scale)


def naive2(y: Floats, horizon: int, season: int) -> Floats:
    """Last value of the series without its multiplicative season, if it has one at 90 %, put back in season."""
    if not _is_seasonal(y, season):
        return np.full(horizon, y[-1])
    indices = _seasonal_indices(y, season)
    ahead = (len(y) + np.arange(horizon)) % season
    return np.asarray(y[-1] / indices[(len(y) - 1) % season] * indices[ahead])


def owa(actual: Floats, forecast: Floats, histories: Sequence[Floats], season: int) -> tuple[float, float, float]:
    """Overall weighted average, with mean sMAPE and mean MASE."""
    naive = np.stack([naive2(y, actual.shape[1], season) for y in histories])
    ours = float(smape(actual, forecast).mean()), float(mase(actual, forecast, histories, season).mean())
    base = float(smape(actual, naive).mean()), float(mase(actual, naive, histories, season).mean())
    return (ours[0] / base[0] + ours[1] / base[1]) / 2, *ours


def _is_seasonal(y: Floats, season: int) -> bool:
    if season <= 1 or len(y) < 3 * season:
        return False
    centred = y - y.mean()
    total = float(centred @ centred)
    if total == 0:
        return False
    correlations = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, season + 1)]) / total
    limit = SEASONAL_TEST * np.sqrt((1 + 2 * np.sum(correlations[:-1] ** 2)) / len(y))
    return bool(abs(correlations[-1]) > limit)


def _seasonal_indices(y: Floats, season: int) -> Floats:
    kernel = np.ones(season) / season if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5] / season
    trend = np.convolve(y, kernel, "valid")
    half = len(kernel) // 2
    ratios = np.full(len(y), np.nan)
    ratios[half : half + len(trend)] = y[half : half + len(trend)] / trend
    indices = np.array([np.nanmean(ratios[start::season]) for start in range(season)])
    return np.asarray(indices / indices.mean())
