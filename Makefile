# Everything installs into .venv, from the exact versions in constraints.txt; nothing needs root or a running service.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint types dev constraints clean help

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Kairo needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(INSTALLED)  ## replay twelve days of real front pages and print a brand's board
	$(BIN)/kairo demo

test: $(INSTALLED)  ## all tests but those that drive a browser
	DATABASE_URL=sqlite://:memory: LLM_DISABLED=true $(BIN)/pytest -n 2 --dist loadgroup -m 'not browser'

lint: $(INSTALLED)  ## style, formatting, and which package may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(INSTALLED)  ## types, strictly
	$(BIN)/mypy

dev: $(INSTALLED)  ## the Dagster UI with its daemon on :3000, and the API on :8000
	$(BIN)/kairo dev

constraints:  ## resolve the exact versions of constraints.txt afresh
	rm -rf $(VENV)-constraints
	$(PYTHON) -m venv $(VENV)-constraints
	$(VENV)-constraints/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	{ head -n 1 constraints.txt; $(VENV)-constraints/bin/python -m pip freeze --exclude-editable; } > constraints.new
	mv constraints.new constraints.txt
	rm -rf $(VENV)-constraints

clean:  ## forget the demo's data
	rm -rf var db.sqlite3 db.sqlite3-shm db.sqlite3-wal
