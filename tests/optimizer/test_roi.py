"""Beliefs about business cases."""

import math

import numpy as np
import pytest

from btim.errors import InputError
from optimizer.roi import Claim, believe


def claims(seed: int, noise: float) -> tuple[list[Claim], np.ndarray]:  # type: ignore[type-arg]
    draw = np.random.default_rng(seed)
    category = np.repeat(np.arange(4), 15)
    truth = draw.normal(np.array([-0.4, 0.0, 0.3, 0.6])[category], 0.3)
    history = draw.integers(1, 31, 60)
    seen = truth + noise / np.sqrt(history) * draw.standard_normal(60)
    made = [Claim(f"P{i}", str(category[i]), math.exp(seen[i]), float(history[i])) for i in range(60)]
    return made, np.exp(truth)


def test_beliefs_are_nearer_to_the_truth_than_claims_and_promise_less_at_the_top() -> None:
    better, claimed_top, believed_top, true_top = 0, 0.0, 0.0, 0.0
    for seed in range(6):
        made, truth = claims(seed, 1.5)
        believed = np.array([belief.mean for belief in believe(made)])
        claimed = np.array([claim.ratio for claim in made])
        better += np.mean((np.log(believed / truth)) ** 2) < np.mean((np.log(claimed / truth)) ** 2)
        top = np.argsort(-believed)[:10]
        claimed_top += claimed[np.argsort(-claimed)[:10]].sum()
        believed_top += believed[top].sum()
        true_top += truth[top].sum()
    assert better == 6
    assert claimed_top > 1.15 * true_top
    assert believed_top == pytest.approx(true_top, rel=0.1)


def test_a_long_history_is_believed_more_than_a_short_one() -> None:
    made, _ = claims(1, 1.5)
    found = believe([*made, Claim("short", "1", 3.0, 1), Claim("long", "1", 3.0, 30)])
    short, long = found[-2], found[-1]
    assert long.weight > short.weight + 0.2
    assert short.category_ratio < short.mean < long.mean <= 3.3
    assert short.category_claims == 17
    assert short.claimed == 3.0


def test_the_order_of_claims_changes_nothing() -> None:
    made, _ = claims(2, 1.0)
    forward = {belief.candidate: belief.mean for belief in believe(made)}
    backward = {belief.candidate: belief.mean for belief in believe(made[::-1])}
    assert forward == pytest.approx(backward)


def test_a_ratio_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="ratio"):
        believe([Claim("a", "x", 0.0)])
    assert believe([]) == ()
