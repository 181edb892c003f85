"""The problem as named rows and columns: the one statement of what every solver is given.

Role: turn a `Problem` into a sparse linear model whose rows remember which limit or rule they stand for.
Must not know: which solver reads it. Candidates and options are put in the order of their ids, so the order in the
input changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from btim.portfolio import Candidate, Limit, Option, Problem, Rule
from optimizer.worth import discount_factors, money_value, worth_of

Floats = npt.NDArray[np.float64]
INFINITY = float("inf")
MANDATORY = "mandatory:"
MIN_SPEND = "objective.min_spend"


@dataclass(frozen=True)
class Row:
    """A linear condition `low <= row <= high`; without its `owner` it is `free_low <= row <= free_high`."""

    name: str
    owner: str | None
    low: float
    high: float
    free_low: float = -INFINITY
    free_high: float = INFINITY


@dataclass(frozen=True)
class LinearModel:
    """Maximise `gain @ x + offset` under the rows; the first `choices` columns are binary option choices.

    `candidate_of` and `option_of` index the sorted candidates and their options for the choice columns; the columns
    after them are the continuous 0..1 columns of synergies.
    """

    problem: Problem
    candidates: tuple[Candidate, ...]
    options: tuple[Option, ...]
    candidate_of: npt.NDArray[np.int64]
    first_column: npt.NDArray[np.int64]
    gain: Floats
    offset: float
    spend: Floats
    rows: tuple[Row, ...]
    matrix: sparse.csr_array

    @property
    def choices(self) -> int:
        """Number of binary columns."""
        return len(self.options)

    @property
    def low(self) -> Floats:
        """Lower bounds of the rows."""
        return np.array([row.low for row in self.rows])

    @property
    def high(self) -> Floats:
        """Upper bounds of the rows."""
        return np.array([row.high for row in self.rows])

    def columns_of(self, candidate: int) -> range:
        """Columns of a sorted candidate's options."""
        return range(int(self.first_column[candidate]), int(self.first_column[candidate + 1]))

    def column_name(self, column: int) -> str:
        """Readable name of a column: candidate and option, or the synergy rule."""
        if column < self.choices:
            return f"{self.candidates[int(self.candidate_of[column])].id}/{self.options[column].id}"
        return f"synergy {column - self.choices}"


class _Builder:
    """Collects triplets row by row."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.starts: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []

    def add(self, row: Row, entries: Mapping[int, float]) -> None:
        self.rows.append(row)
        kept = entries if all(entries.values()) else {column: amount for column, amount in entries.items() if amount}
        self.index.extend(kept.keys())
        self.value.extend(kept.values())
        self.starts.append(len(self.index))

    def matrix(self, columns: int) -> sparse.csr_array:
        arrays = (np.array(self.value), np.array(self.index, dtype=np.int32), np.array(self.starts, dtype=np.int32))
        return sparse.csr_array(arrays, shape=(len(self.rows), columns))


def linear_model(problem: Problem) -> LinearModel:
    """Build the rows and columns of a checked problem."""
    candidates = tuple(sorted(problem.candidates, key=lambda candidate: candidate.id))
    options: list[Option] = []
    candidate_of: list[int] = []
    first: list[int] = []
    for position, candidate in enumerate(candidates):
        first.append(len(options))
        options.extend(sorted(candidate.options, key=lambda option: option.id))
        candidate_of.extend([position] * len(candidate.options))
    first.append(len(options))
    factors = discount_factors(problem)
    discounted = problem.discount_rate is not None
    worths = [
        worth_of(option, factors, discounted=discounted).value if option.value is None else option.value
        for option in options
    ]
    spend = np.zeros(len(options))
    if problem.objective.kind == "roi":
        spend[:] = [money_value(option.uses, factors, discounted=discounted) or 0.0 for option in options]
    synergies = [rule for rule in problem.rules if rule.kind == "synergy"]
    gain, offset = _gain(problem, candidates, options, worths, first, synergies)
    net = [option.net_uses() for option in options]
    builder = _Builder()
    _choice_rows(builder, candidates, first)
    _limit_rows(builder, problem, candidates, first, net)
    _rule_rows(builder, problem, candidates, first, net, len(options))
    if problem.objective.kind == "roi":
        builder.add(Row(MIN_SPEND, MIN_SPEND, problem.objective.min_spend, INFINITY), dict(enumerate(spend.tolist())))
    return LinearModel(
        problem=problem,
        candidates=candidates,
        options=tuple(options),
        candidate_of=np.array(candidate_of, dtype=np.int64),
        first_column=np.array(first, dtype=np.int64),
        gain=gain,
        offset=offset,
        spend=np.append(spend, np.zeros(len(synergies))),
        rows=tuple(builder.rows),
        matrix=builder.matrix(len(options) + len(synergies)),
    )


def _gain(
    problem: Problem,
    candidates: tuple[Candidate, ...],
    options: list[Option],
    worths: list[float],
    first: list[int],
    synergies: list[Rule],
) -> tuple[Floats, float]:
    gain = np.array(worths + [rule.value for rule in synergies], dtype=np.float64)
    offset = 0.0
    penalty = problem.baseline.change_penalty if problem.baseline else 0.0
    if penalty == 0.0 or problem.baseline is None:
        return gain, offset
    for position, candidate in enumerate(candidates):
        columns = slice(first[position], first[position + 1])
        before = problem.baseline.funded.get(candidate.id)
        if before is None:
            gain[columns] -= penalty
        else:
            offset -= penalty
            names = [option.id for option in options[columns]]
            gain[first[position] + names.index(before)] += penalty
    return gain, offset


def _choice_rows(builder: _Builder, candidates: tuple[Candidate, ...], first: list[int]) -> None:
    for position, candidate in enumerate(candidates):
        columns = range(first[position], first[position + 1])
        entries = dict.fromkeys(columns, 1.0)
        if candidate.mandatory:
            owner = MANDATORY + candidate.id
            builder.add(Row(owner, owner, 1.0, 1.0, free_high=1.0), entries)
        elif len(columns) > 1:
            builder.add(Row(f"one option of {candidate.id}", None, -INFINITY, 1.0, free_high=1.0), entries)


def _limit_rows(
    builder: _Builder,
    problem: Problem,
    candidates: tuple[Candidate, ...],
    first: list[int],
    net: list[Mapping[str, float]],
) -> None:
    users = _columns_by_key(net)
    owner_of = np.repeat(np.arange(len(candidates)), np.diff(first)).tolist()
    leavers = [(position, candidate) for position, candidate in enumerate(candidates) if candidate.exit]
    for limit in problem.limits:
        taken = _matching(candidates, limit.where) if limit.where else set()
        entries: dict[int, float] = {}
        for key, weight in limit.of.items():
            columns = users.get(key, [])
            if limit.where:
                columns = [column for column in columns if owner_of[column] in taken]
            if entries:
                for column in columns:
                    entries[column] = entries.get(column, 0.0) + weight * net[column][key]
            else:
                entries = {column: weight * net[column][key] for column in columns}
        fixed = committed_use(problem, limit)
        for position, candidate in leavers:
            leaving = 0.0
            if not limit.where or position in taken:
                leaving = sum(limit.of[key] * amount for key, amount in candidate.exit.items() if key in limit.of)
            if leaving:
                fixed += leaving
                for column in range(first[position], first[position + 1]):
                    entries[column] = entries.get(column, 0.0) - leaving
        builder.add(Row(limit.id, limit.id, -INFINITY, limit.max - fixed), entries)


def _columns_by_key(net: list[Mapping[str, float]]) -> dict[str, list[int]]:
    users: dict[str, list[int]] = {}
    for column, uses in enumerate(net):
        for key in uses:
            users.setdefault(key, []).append(column)
    return users


def committed_use(problem: Problem, limit: Limit) -> float:
    """Use of a limit that is decided already; what is committed belongs to no candidate, so a `where` excludes it."""
    if limit.where:
        return 0.0
    return sum(
        limit.of[key] * amount for item in problem.committed for key, amount in item.uses.items() if key in limit.of
    )


def _matching(candidates: tuple[Candidate, ...], where: Mapping[str, str]) -> set[int]:
    return {position for position, candidate in enumerate(candidates) if candidate.matches(where)}


def _rule_rows(
    builder: _Builder,
    problem: Problem,
    candidates: tuple[Candidate, ...],
    first: list[int],
    net: list[Mapping[str, float]],
    choices: int,
) -> None:
    position = {candidate.id: index for index, candidate in enumerate(candidates)}

    def funded(name: str, factor: float) -> dict[int, float]:
        index = position[name]
        return dict.fromkeys(range(first[index], first[index + 1]), factor)

    synergy = choices
    for rule in problem.rules:
        if rule.kind == "requires":
            for need in rule.needs:
                entries = funded(str(rule.candidate), 1.0) | funded(need, -1.0)
                builder.add(Row(f"{rule.id} {need}", rule.id, -INFINITY, 0.0), entries)
        elif rule.kind in {"exclusive", "count"}:
            together = {column: 1.0 for name in rule.candidates for column in funded(name, 1.0)}
            low, high = (-INFINITY, 1.0) if rule.kind == "exclusive" else _count_bounds(rule)
            builder.add(Row(rule.id, rule.id, low, high), together)
        elif rule.kind == "forbid":
            taken = _matching(candidates, rule.where)
            columns = {column: 1.0 for index in taken for column in range(first[index], first[index + 1])}
            builder.add(Row(rule.id, rule.id, -INFINITY, 0.0), dict(sorted(columns.items())))
        elif rule.kind == "share":
            _share_rows(builder, rule, candidates, first, net)
        else:
            _synergy_rows(builder, rule, funded, synergy)
            synergy += 1


def _count_bounds(rule: Rule) -> tuple[float, float]:
    return -INFINITY if rule.min is None else rule.min, INFINITY if rule.max is None else rule.max


def _share_rows(
    builder: _Builder, rule: Rule, candidates: tuple[Candidate, ...], first: list[int], net: list[Mapping[str, float]]
) -> None:
    taken = _matching(candidates, rule.where)
    for sign, bound in ((1.0, rule.min), (-1.0, rule.max)):
        if bound is None:
            continue
        entries: dict[int, float] = {}
        for index in range(len(candidates)):
            for column in range(first[index], first[index + 1]):
                use = sum(net[column].get(key, 0.0) for key in rule.of)
                if use:
                    entries[column] = sign * (bound - (1.0 if index in taken else 0.0)) * use
        builder.add(Row(f"{rule.id} {'min' if sign > 0 else 'max'}", rule.id, -INFINITY, 0.0), entries)


def _synergy_rows(builder: _Builder, rule: Rule, funded: Callable[[str, float], dict[int, float]], column: int) -> None:
    if rule.value > 0:
        for name in rule.candidates:
            builder.add(
                Row(f"{rule.id} {name}", None, -INFINITY, 0.0, free_high=0.0), {column: 1.0} | funded(name, -1.0)
            )
        return
    together = {entry: -1.0 for name in rule.candidates for entry in funded(name, 1.0)}
    spare = float(len(rule.candidates) - 1)
    builder.add(Row(rule.id, None, -spare, INFINITY, free_low=-spare), {column: 1.0} | together)
