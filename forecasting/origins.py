"""Forecasts of every member model at every past origin and at the end of the history.

Role: plan the origins, cut the histories before each, and collect members' forecasts beside what really came.
Must not know: how members are combined or what is done with the residuals.

A member sees `history[:cut]` and nothing else; what came after stands in a separate array.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from btim.errors import ModelFailure
from forecasting.local import local_models
from forecasting.pooled import PooledFit, PooledModel, pooled_models

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OnProgress = Callable[[int, int], None]
SERIES_IN_A_TASK = 4
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Plan:
    """What to forecast: the longest window, and how far before each series' end the origins stand (oldest first)."""

    horizon: int
    backs: Ints
    seasons: tuple[int, ...]
    local_names: tuple[str, ...]
    workers: int = 1


@dataclass(frozen=True)
class MemberForecasts:
    """Forecasts (member, origin, series, step), NaN where a member does not answer, and what came."""

    plan: Plan
    members: tuple[str, ...]
    forecasts: Floats
    actuals: Floats
    filled: tuple[Floats, ...]
    failures: dict[tuple[int, str], str] = field(default_factory=dict)


def filled_history(y: Floats, season: int) -> Floats:
    """Replace missing values by the value a season earlier, or the last one: never by anything later."""
    filled = y.copy()
    for position in np.flatnonzero(np.isnan(y)):
        filled[position] = filled[position - season] if position >= season else filled[position - 1]
    return filled


def planned_backs(lengths: Sequence[int], window: int, spacing: int, completed: int, *, least: int) -> Ints:
    """Distances from the end at which origins stand, oldest first and 0 last.

    There are up to `completed` windows wholly inside the longest history after its first `least` steps.
    """
    room = max(lengths) - least
    possible = (room - window) // spacing + 1 if room >= window else 0
    count = max(0, min(possible, completed))
    furthest = window + (count - 1) * spacing if count else 0
    nearest = [back for back in range(spacing, window, spacing) if back <= room]
    return np.array(sorted({0, *nearest, *range(window, furthest + 1, spacing)}, reverse=True), dtype=np.int64)


def member_forecasts(
    histories: Sequence[Floats], groups: Sequence[str], plan: Plan, on_progress: OnProgress | None = None
) -> MemberForecasts:
    """Forecast every series at every origin with every member.

    Args:
        histories: one a series, NaN where missing.
        groups: the pool each series learns in.
        plan: origins, horizon, seasons and members.
        on_progress: called with the work done and the work in all.
    """
    season = plan.seasons[0] if plan.seasons else 1
    filled = tuple(filled_history(y, season) for y in histories)
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(plan.workers)) if plan.workers > 1 else None
        run = Runner(pool, on_progress)
        pooled = _pooled_forecasts(filled, groups, plan, run)
        local, failures = _local_forecasts(filled, plan, run)
    names = (*pooled, *plan.local_names)
    stacked = np.stack([*pooled.values(), *local]) if names else np.empty((0, *_shape(filled, plan)))
    return MemberForecasts(plan, names, stacked, _actuals(histories, plan), filled, failures)


def cuts_at(filled: Sequence[Floats], back: int) -> Ints:
    """Length of each history before the origin that stands `back` steps before its end (negative: none)."""
    return np.array([len(y) - back for y in filled], dtype=np.int64)


def _shape(filled: Sequence[Floats], plan: Plan) -> tuple[int, int, int]:
    return len(plan.backs), len(filled), plan.horizon


def _actuals(histories: Sequence[Floats], plan: Plan) -> Floats:
    actuals = np.full(_shape(histories, plan), np.nan)
    for j, back in enumerate(plan.backs):
        for i, y in enumerate(histories):
            cut = len(y) - int(back)
            if cut > 0:
                came = y[cut : cut + plan.horizon]
                actuals[j, i, : len(came)] = came
    return actuals


def _pooled_forecasts(filled: Sequence[Floats], groups: Sequence[str], plan: Plan, run: "Runner") -> dict[str, Floats]:
    places = {group: [i for i, name in enumerate(groups) if name == group] for group in sorted(set(groups))}
    tasks: list[tuple[PooledModel, list[Floats], Plan]] = []
    targets: list[tuple[str, list[int]]] = []
    for members in places.values():
        series = [filled[index] for index in members]
        oldest = max(len(y) for y in series) - int(plan.backs[0])
        for letter, model in zip("abc", pooled_models(plan.seasons, oldest, plan.horizon), strict=False):
            tasks.append((model, series, plan))
            targets.append((f"pooled-{letter}", members))
    answers: dict[str, Floats] = {}
    for (name, members), answer in zip(targets, run(_pooled_task, tasks), strict=True):
        answers.setdefault(name, np.full(_shape(filled, plan), np.nan))[:, members] = answer
    return answers


def _pooled_task(task: tuple[PooledModel, list[Floats], Plan]) -> Floats:
    model, series, plan = task
    answer = np.full(_shape(series, plan), np.nan)
    with threadpool_limits(1):
        fit = PooledFit(model, series, plan.horizon)
        for j, back in enumerate(plan.backs):
            cuts = cuts_at(series, int(back))
            fit.learn(cuts)
            answer[j] = fit.predict(cuts)
    return answer


def _local_forecasts(
    filled: Sequence[Floats], plan: Plan, run: "Runner"
) -> tuple[list[Floats], dict[tuple[int, str], str]]:
    answers = np.full((len(plan.local_names), *_shape(filled, plan)), np.nan)
    failures: dict[tuple[int, str], str] = {}
    size = SERIES_IN_A_TASK
    chunks = [range(start, min(start + size, len(filled))) for start in range(0, len(filled), size)]
    results = run(_local_task, [([filled[i] for i in chunk], plan) for chunk in chunks])
    for chunk, (answer, failed) in zip(chunks, results, strict=True):
        answers[:, :, chunk.start : chunk.stop] = answer
        failures.update({(chunk.start + index, name): reason for (index, name), reason in failed.items()})
    return list(answers), failures


class Runner:
    """Runs independent tasks in order, on one process or several, and tells how many are done."""

    def __init__(self, pool: ProcessPoolExecutor | None, on_progress: OnProgress | None) -> None:
        self.pool, self.on_progress = pool, on_progress
        self.done = 0
        self.total = 0

    def __call__(self, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        """Answers of the tasks, in their order."""
        self.total += len(tasks)
        answers = []
        for answer in self.pool.map(work, tasks) if self.pool else map(work, tasks):
            answers.append(answer)
            self.done += 1
            if self.on_progress is not None:
                self.on_progress(self.done, self.total)
        return answers


Task = tuple[list[Floats], Plan]
Result = tuple[Floats, dict[tuple[int, str], str]]


def _local_task(task: Task) -> Result:
    histories, plan = task
    models = local_models(plan.local_names, plan.seasons)
    answer = np.full((len(models), *_shape(histories, plan)), np.nan)
    failed: dict[tuple[int, str], str] = {}
    for i, y in enumerate(histories):
        for m, model in enumerate(models):
            for j, back in enumerate(plan.backs):
                cut = len(y) - int(back)
                if cut < model.needs and back:
                    continue
                try:
                    answer[m, j, i] = model.forecast(y[:cut], plan.horizon)
                except ModelFailure as failure:
                    failed[i, model.name] = failure.what
    return answer, failed
