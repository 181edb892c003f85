from pathlib import Path

import numpy as np
import pandas as pd

import forecasting
from forecasting.checkpoints import Answer
from service.checkpoint_folder import CheckpointFolder
from tests.forecasting.panels import hourly


class Counting(CheckpointFolder):
    """A folder that counts what it had to be given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.given = 0

    def put(self, name: str, answer: Answer) -> None:
        self.given += 1
        super().put(name, answer)


def test_a_second_backtest_does_no_finished_work_again_and_answers_the_same(tmp_path: Path) -> None:
    options = {"freq": "h", "seasons": [24], "window": "24h", "origins": 2, "effort": "quick"}
    first, second = Counting(tmp_path), Counting(tmp_path)
    panel = hourly(2, 24 * 14)
    one = forecasting.backtest_peaks(panel, store=first, **options)
    two = forecasting.backtest_peaks(panel, store=second, **options)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert first.given > 0
    assert second.given == 0


def test_other_data_are_other_work(tmp_path: Path) -> None:
    options = {"freq": "h", "seasons": [24], "window": "24h", "origins": 1, "effort": "quick"}
    store = Counting(tmp_path)
    forecasting.backtest_peaks(hourly(1, 24 * 14), store=store, **options)
    before = store.given
    forecasting.backtest_peaks(hourly(1, 24 * 14, seed=9), store=store, **options)
    assert store.given == 2 * before


def test_a_broken_file_is_work_not_done(tmp_path: Path) -> None:
    store = CheckpointFolder(tmp_path)
    store.put("a", Answer(np.ones((1, 2)), ((3, "ces", "too short"),)))
    kept = store.get("a")
    assert kept is not None
    assert kept.failures == ((3, "ces", "too short"),)
    (tmp_path / "a.npz").write_bytes(b"broken")
    assert store.get("a") is None
