"""Menus that import their names when first used."""

import subprocess
import sys

import pytest

import forecasting
from btim.lazy_menu import lazy_menu


def test_a_name_is_found_where_it_is_defined() -> None:
    assert forecasting.peaks.__module__ == "forecasting.answers"


def test_a_name_that_the_menu_does_not_have_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'here' has no attribute 'soup'"):
        lazy_menu("here", {"bread": "somewhere"})("soup")


def test_the_server_starts_without_models() -> None:
    heavy = ["statsforecast", "spacy", "mlflow", "matplotlib", "sklearn", "alembic"]
    code = f"import sys, service.operation.server_process; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"
