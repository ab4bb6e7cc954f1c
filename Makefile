# The whole of coopwatch's development in a few words. Needs make and Python 3.11 or later; nothing has to be activated.
#
#   make demo    see it work, offline, in under a minute (installs what it needs into .venv first)
#   make test    the tests                      make lint    style, types and floors
#   make drill   the long trials                make bench   what things cost, on this machine
#   make picture what the README shows
#   make lock    write requirements/*.txt anew  make clean   remove .venv and what tools left behind

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3.14 python3 2>/dev/null))
VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin
# What the environment holds is told by a stamp: a changed lock or pyproject.toml installs again, nothing else does.
INSTALL = $(BIN)/python -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test drill lint bench picture lock clean

help:
	@sed -n 's/^#  *make/  make/p' Makefile

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11 or later, or say: make PYTHON=/path/to/python3.11 demo" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11. Say: make PYTHON=/path/to/python3.11 demo" >&2; exit 1; }
	@echo "Making $(VENV) with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv "$(VENV)" || { echo "venv does not work here; on Debian: apt-get install python3-venv" >&2; rm -rf "$(VENV)"; exit 1; }

$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(BIN)/python
	@test -e "$(VENV)/.dev" || { echo "Installing what the demo needs (hashes checked; about half a minute) ..."; \
		$(INSTALL) --require-hashes --only-binary :all: -r requirements/demo.txt; }
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what tests and tools need (hashes checked; about half a minute) ..."
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	@$(BIN)/coopwatch demo $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n auto $(ARGS)

drill: $(VENV)/.dev
	@$(BIN)/python -m pytest -m drill $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(VENV)/.dev
	@$(BIN)/python -m scheduler.demo.bench $(ARGS)

# The picture in the README: what the demo showed, as it was.
picture: $(VENV)/.dev
	@$(BIN)/python -m scheduler.demo.show --picture scheduler/demo/demo.svg

lock: $(VENV)/.dev
	@set -e; compile() { $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml "$$@"; }; \
		compile --output-file requirements/run.txt; \
		compile --extra demo --constraint requirements/run.txt --output-file requirements/demo.txt; \
		compile --extra dev --constraint requirements/demo.txt --output-file requirements/dev.txt

clean:
	@rm -rf "$(VENV)" .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
