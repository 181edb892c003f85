"""Forecasts of every member model at every past origin and at the end of the history.

Role: plan the origins, cut the histories before each, and collect members' forecasts beside what really came.
Must not know: how members are combined or what is done with the residuals.

A member sees `history[:cut]` and nothing else; what came after stands in a separate array.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from btim.errors import ModelFailure
from forecasting.checkpoints import Answer, Store, task_name
from forecasting.local import local_models
from forecasting.pooled import PooledModel, pooled_forecasts, pooled_models

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OnProgress = Callable[[int, int], None]
SERIES_IN_A_TASK = 4
FEWEST_WHOLE = 2
PARTIAL_ORIGINS = 8
POOLED_NAMES = ("pooled-long", "pooled-mid", "pooled-short")
T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """What to forecast: the longest window, and how far before each series' end the origins stand (oldest first).

    `positive` series are learnt on logarithms by the pooled models; `affordable` bounds the multiplications of one over
    the whole panel.
    """

    horizon: int
    backs: Ints
    seasons: tuple[int, ...]
    local_names: tuple[str, ...]
    positive: tuple[bool, ...]
    affordable: float = 1.5e10
    workers: int = 1


@dataclass(frozen=True)
class Learned:
    """Histories as they are learnt from, one a series: `filled` has no gaps, `seen` is NaN where missing.

    `bounded` marks steps that state only a lower bound of demand: they are no outcome to be judged by.
    """

    filled: tuple[Floats, ...]
    seen: tuple[Floats, ...]
    bounded: tuple[npt.NDArray[np.bool_], ...]

    def outcomes(self) -> list[Floats]:
        """What came, NaN where it is not known."""
        return [np.where(held, np.nan, y) for y, held in zip(self.seen, self.bounded, strict=True)]


PooledTask = tuple[PooledModel, list[Floats], Plan, float]


@dataclass(frozen=True)
class MemberForecasts:
    """Forecasts (member, origin, series, step), NaN where a member does not answer, and what came."""

    plan: Plan
    members: tuple[str, ...]
    forecasts: Floats
    actuals: Floats
    learned: Learned
    failures: dict[tuple[int, str], str] = field(default_factory=dict)


def planned_backs(lengths: Sequence[int], window: int, spacing: int, completed: int, *, least: int) -> Ints:
    """Distances from the end at which origins stand, oldest first and 0 last.

    There are up to `completed` windows wholly inside the longest history after its first `least` steps; where hardly
    one fits, origins stand closer and their windows are known in part.
    """
    room = max(lengths) - least
    possible = (room - window) // spacing + 1 if room >= window else 0
    if possible < FEWEST_WHOLE:
        part = max(1, room // PARTIAL_ORIGINS)
        close = range(part, max(room, 0) + 1, part)
        return np.array(sorted({0, *close, *range(window, room + 1, window)}, reverse=True), dtype=np.int64)
    furthest = window + (min(possible, completed) - 1) * spacing
    nearest = range(spacing, window, spacing)
    return np.array(sorted({0, *nearest, *range(window, furthest + 1, spacing)}, reverse=True), dtype=np.int64)


def member_forecasts(
    learned: Learned,
    groups: Sequence[str],
    plan: Plan,
    on_progress: OnProgress | None = None,
    store: Store | None = None,
) -> MemberForecasts:
    """Forecast every series at every origin with every member.

    Args:
        learned: the histories.
        groups: the pool each series learns in.
        plan: origins, horizon, seasons and members.
        on_progress: called with the work done and the work in all.
        store: keeps finished tasks for another run.
    """
    filled = learned.filled
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(plan.workers)) if plan.workers > 1 else None
        run = Runner(pool, on_progress, store)
        plan = replace(plan, workers=1)
        pooled = _pooled_forecasts(filled, groups, plan, run)
        local, failures = _local_forecasts(filled, plan, run)
    names = (*pooled, *plan.local_names)
    stacked = np.stack([*pooled.values(), *local]) if names else np.empty((0, *_shape(filled, plan)))
    return MemberForecasts(plan, names, stacked, _actuals(learned.outcomes(), plan), learned, failures)


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
    """Pools are a tower's positive series, on logarithms, and its others, as they are."""
    pools: dict[tuple[str, bool], list[int]] = {}
    for index, (group, positive) in enumerate(zip(groups, plan.positive, strict=True)):
        pools.setdefault((group, positive), []).append(index)
    tasks: list[PooledTask] = []
    targets: list[tuple[int, list[int]]] = []
    for (_, logs), members in sorted(pools.items()):
        series = [filled[index] for index in members]
        affordable = plan.affordable * len(members) / len(filled)
        longest = max(map(len, series))
        for place, model in enumerate(pooled_models(plan.seasons, longest, plan.horizon, logs=logs)):
            tasks.append((model, series, plan, affordable))
            targets.append((place, members))
    answers: dict[str, Floats] = {}
    for (place, members), answer in zip(targets, run(_pooled_task, tasks), strict=True):
        name = POOLED_NAMES[place]
        answers.setdefault(name, np.full(_shape(filled, plan), np.nan))[:, members] = answer.forecasts
    return answers


def _pooled_task(task: PooledTask) -> Answer:
    model, series, plan, affordable = task
    with threadpool_limits(1):
        return Answer(pooled_forecasts(model, series, plan.backs, plan.horizon, affordable))


def _local_forecasts(
    filled: Sequence[Floats], plan: Plan, run: "Runner"
) -> tuple[list[Floats], dict[tuple[int, str], str]]:
    answers = np.full((len(plan.local_names), *_shape(filled, plan)), np.nan)
    failures: dict[tuple[int, str], str] = {}
    size = SERIES_IN_A_TASK
    chunks = [range(start, min(start + size, len(filled))) for start in range(0, len(filled), size)]
    results = run(_local_task, [([filled[i] for i in chunk], plan) for chunk in chunks])
    for chunk, result in zip(chunks, results, strict=True):
        answers[:, :, chunk.start : chunk.stop] = result.forecasts
        failures.update({(chunk.start + index, name): reason for index, name, reason in result.failures})
    return list(answers), failures


class Runner:
    """Runs independent tasks in order, on one process or several; keeps finished ones and tells how many are done."""

    def __init__(self, pool: ProcessPoolExecutor | None, on_progress: OnProgress | None, store: Store | None) -> None:
        self.pool, self.on_progress, self.store = pool, on_progress, store
        self.done = 0
        self.total = 0

    def __call__(self, work: Callable[[T], Answer], tasks: Sequence[T]) -> list[Answer]:
        """Answers of the tasks, in their order."""
        self.total += len(tasks)
        names = [task_name(work.__name__, task) for task in tasks] if self.store else [""] * len(tasks)
        kept = [self.store.get(name) if self.store else None for name in names]
        missing = [task for task, answer in zip(tasks, kept, strict=True) if answer is None]
        fresh = iter(self.pool.map(work, missing) if self.pool else map(work, missing))
        answers = []
        for name, old in zip(names, kept, strict=True):
            answer = next(fresh) if old is None else old
            if self.store and old is None:
                self.store.put(name, answer)
            answers.append(answer)
            self.done += 1
            if self.on_progress is not None:
                self.on_progress(self.done, self.total)
        return answers


def _local_task(task: tuple[list[Floats], Plan]) -> Answer:
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
    return Answer(answer, tuple((i, name, reason) for (i, name), reason in failed.items()))
