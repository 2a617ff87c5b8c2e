# Everything a person or CI runs. Each target sets up what it needs; nothing but Python 3.10+ with pip is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test lint bench bench-lineage docs clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[duckdb,databricks,marketplace]' --group dev
	touch $(READY)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

demo: $(READY)
	$(BIN)/python demo/run.py

bench: $(READY)
	$(BIN)/python -m benchmarks

bench-lineage: $(READY)
	$(BIN)/python -m benchmarks lineage check quality

docs: $(READY)
	$(BIN)/python -m docs._generate

clean:
	rm -rf $(VENV) .meshport build dist
