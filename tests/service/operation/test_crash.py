"""The service killed at random moments under load: nothing that was acknowledged is lost, nothing is done twice."""

from pathlib import Path

from experiments.crash_benchmark import kills


def test_kills_under_load_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    found = kills(database_url, tmp_path, times=5, seed=11).damage
    assert found.is_none, found
    assert found.writes > 0
    assert found.jobs > 0
