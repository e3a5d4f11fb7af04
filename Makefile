# Every verb sets up what it needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
CONFIG ?= configs/cdnow.yaml
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

.venv/.stamp: requirements.lock.txt pyproject.toml
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -c 'import sys; assert sys.version_info[:2] >= (3, 11), "ltvkit needs Python 3.11 or newer, got " + sys.version.split()[0] + ": call make PYTHON=/path/to/python3.11"'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 2> >(grep -v "is ignored" >&2 || true)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.PHONY: setup
setup: .venv/.stamp ## make the environment (the other verbs do it by themselves)

.PHONY: lock
lock: ## resolve pyproject.toml into requirements.lock.txt (hashed, without hosts)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --all-extras pyproject.toml -o requirements.lock.txt

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
