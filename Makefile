# One entry to everything: `make demo`, `make test`, `make check`, `make serve`.
# Needs Python 3.11+, make and a package index; no compiler, no uv of your own.
SHELL := /bin/sh
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
STAMP := $(VENV)/.installed
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: install demo test check format serve lock wheel screenshot clean

install: $(STAMP)

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: uv==$(UV_VERSION)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: install
	$(BIN)/waterline demo

test: install
	$(BIN)/python -m pytest -q -n 2 --ignore=tests/test_documented_commands.py tests

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 tests/test_documented_commands.py

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: install
	$(BIN)/waterline serve

screenshot: demo
	$(BIN)/python -m experiments.screenshot waterline-demo docs/report.png

lock: $(BIN)/uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group dev pyproject.toml -o requirements.lock

wheel: install
	rm -rf dist
	$(BIN)/uv build --quiet --python $(BIN)/python --no-build-isolation --wheel --out-dir dist

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis waterline-demo waterline-home
