"""Fixtures every room's tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data sets; tests that ask for it skip where it is not configured."""
    folder = os.environ.get("WATERLINE_DATA")
    if not folder:
        pytest.skip("WATERLINE_DATA is not set")
    return Path(folder).resolve()
