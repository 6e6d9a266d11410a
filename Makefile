# Two commands for a newcomer: `make demo` and `make test`. `make help` lists all.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check lint bench docs lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.runtime ## a simulated company, imported, linked, computed and served
	$(BIN)/regard demo --home demo

test: check ## everything that must hold before a change goes in
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not slow"

test-slow: $(VENV)/.develop ## what takes minutes: scale, many kills, many seeds
	$(BIN)/pytest -q -n 2 --dist loadfile -m slow

check: $(VENV)/.develop lint ## style, types, import order
	$(BIN)/mypy
	$(BIN)/lint-imports

lint: $(VENV)/.develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(VENV)/.develop ## the figures that docs/performance.md quotes
	for file in benchmarks/bench_*.py; do $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

docs: $(VENV)/.runtime ## pages generated from the code
	$(BIN)/python -m regard.ledger.catalogue_page > docs/events.md
	$(BIN)/python -m regard.project.configuration > docs/settings.md
	$(BIN)/python -m regard.cli.commands_page > docs/commands.md

lock: ## pin the dependencies anew
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet . && build/lock/bin/pip freeze --exclude regard --exclude pip > requirements/runtime.txt
	build/lock/bin/pip install --quiet '.[test,lint]' -c requirements/runtime.txt && build/lock/bin/pip freeze --exclude regard --exclude pip > requirements/develop.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install -r requirements/runtime.txt
	$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.develop: requirements/develop.txt $(VENV)/.runtime
	$(PIP) install -r requirements/develop.txt
	@touch $@

clean: ## remove what these commands made
	rm -rf $(VENV) build demo .mypy_cache .ruff_cache .pytest_cache
