# Two commands do everything on a bare machine with Python 3.11+ and make:
#   make demo    set up, run the main job on the offline sample, say where the digest is
#   make test    set up, pass the tests
# The others: run (your config.yaml), check (all that a commit must pass), bench, lock, clean.

SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin

# The first Python 3.11+ that *runs*: a shim on the PATH may exist and fail.
PYTHON := $(shell for p in $(TRACKER_PYTHON) python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

.PHONY: help demo run test check lint format bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   set up and show the digest of the offline sample"
	@echo "make test   set up and pass the tests"
	@echo "make run    poll the feeds of config.yaml and write the digest"
	@echo "make check  format, lint, types, import contracts, tests"
	@echo "make bench  figures beside peers and limits"

demo: $(VENV)/.run
	@$(BIN)/tracker demo

run: $(VENV)/.run
	@$(BIN)/tracker poll && $(BIN)/tracker digest

test: $(VENV)/.dev
	@$(BIN)/python -m pytest

check: lint test

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	@for program in parse store rules replay poll; do $(BIN)/python bench/$$program.py || exit 1; done

# Names, versions, hashes; no index address. Needs uv on the PATH.
LOCK := uv pip compile pyproject.toml --extra all --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock:
	$(LOCK) --group build --upgrade -o requirements.lock
	$(LOCK) --group build --group dev --constraint requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) tracker-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist

# --- set-up, once per change of the lock files -------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer runs here; install one, or set TRACKER_PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $(PYTHON) has no venv; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV)

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) ($$($(BIN)/python --version))"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "adding the test tools"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
