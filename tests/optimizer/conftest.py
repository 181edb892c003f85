"""Solver children shared by the room's tests, and small problems to solve."""

import time
from collections.abc import Iterator

import pytest

from optimizer.race import SolverCrew


@pytest.fixture(scope="session")
def crew() -> Iterator[SolverCrew]:
    with SolverCrew(time.perf_counter) as shared:
        yield shared
