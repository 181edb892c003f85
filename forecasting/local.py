"""Models fitted to one series at a time: statsforecast's, behind one signature.

Role: name → point forecast of the next steps from one filled history, or a `ModelFailure` that says why not.
Must not know: panels, origins, ensembles or intervals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from statsforecast import models

from btim.errors import ModelFailure

Floats = npt.NDArray[np.float64]
LONGEST_HISTORY = 1_008
CAUGHT = (ValueError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError, RuntimeError, IndexError, TypeError)
BEYOND_SENSE = 1e3


@dataclass(frozen=True)
class LocalModel:
    """A named model; `needs` is the least history and `keeps` the longest that it is given (in steps)."""

    name: str
    needs: int
    keeps: int
    build: Callable[[], object]

    def forecast(self, history: Floats, horizon: int) -> Floats:
        """Point forecast of the next `horizon` steps from a history without missing values.

        Raises:
            ModelFailure: too little history, the fit failed, or the answer is not finite or beyond any sense.
        """
        if len(history) < self.needs:
            raise ModelFailure(f"{self.name} needs {self.needs} steps of history", value=len(history))
        try:
            with np.errstate(all="ignore"):
                answer = self.build().forecast(y=history[-self.keeps :], h=horizon)["mean"]  # type: ignore[attr-defined]
        except Exception as error:  # statsforecast raises the bare class when none of its candidates fits
            if type(error) is not Exception and not isinstance(error, CAUGHT):
                raise
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelFailure(f"{self.name} could not be fitted: {reason}") from None
        point = np.asarray(answer, dtype=np.float64)
        span = np.ptp(history) + abs(float(np.mean(history)))
        if not np.all(np.isfinite(point)) or np.max(np.abs(point - np.mean(history))) > BEYOND_SENSE * span + 1e-300:
            raise ModelFailure(f"{self.name} gave no sensible forecast")
        return point


def local_models(names: Sequence[str], seasons: Sequence[int]) -> tuple[LocalModel, ...]:
    """Build the named models for a panel's seasons.

    Names: `naive`, `snaive`, `ces-simple`, `ces`, `theta`, `ets`, `mstl`, `tsb`. Seasonal ones take the first season,
    `snaive` the longest, `mstl` all.
    """
    first = seasons[0] if seasons else 1
    longest = seasons[-1] if seasons else 1
    several = [season for season in seasons if season > 1]
    catalogue = {
        "naive": LocalModel("naive", 1, LONGEST_HISTORY, models.Naive),
        "snaive": LocalModel("snaive", longest, 2 * longest, lambda: models.SeasonalNaive(season_length=longest)),
        "ces-simple": LocalModel(
            "ces-simple", max(3 * first, 10), LONGEST_HISTORY, lambda: models.AutoCES(season_length=first, model="S")
        ),
        "ces": LocalModel("ces", max(3 * first, 10), LONGEST_HISTORY, lambda: models.AutoCES(season_length=first)),
        "theta": LocalModel(
            "theta", max(3 * first, 8), max(21 * first, 120), lambda: models.DynamicOptimizedTheta(season_length=first)
        ),
        "ets": LocalModel("ets", max(3 * first, 10), LONGEST_HISTORY, lambda: models.AutoETS(season_length=first)),
        "mstl": LocalModel(
            "mstl",
            2 * longest + 1,
            LONGEST_HISTORY,
            lambda: models.MSTL(season_length=several, trend_forecaster=models.AutoETS(model="ZZN")),
        ),
        "tsb": LocalModel("tsb", 4, LONGEST_HISTORY, lambda: models.TSB(alpha_d=0.2, alpha_p=0.2)),
    }
    return tuple(catalogue[name] for name in names if name != "mstl" or several)
