# Every verb sets up what it needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
CONFIG ?= configs/cdnow.yaml
MODEL ?= models:/cdnow@champion
PORT ?= 5000
TRACKER := $(or $(MLFLOW_TRACKING_URI),sqlite:///$(CURDIR)/mlflow.db)
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

.venv/.stamp: requirements.lock.txt pyproject.toml
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11) and "ltvkit needs Python 3.11 or newer, got " + sys.version.split()[0] + ": call make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 2> >(grep -v "is ignored" >&2 || true)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.PHONY: setup
setup: .venv/.stamp ## make the environment (the other verbs do it by themselves)

.PHONY: train
train: .venv/.stamp ## train on CONFIG (configs/cdnow.yaml): lists, report, model, experiment
	@$(BIN)/ltv train $(CONFIG)

.PHONY: score
score: .venv/.stamp ## score with MODEL (the champion); TRANSACTIONS=file for a newer log, whole
	@$(BIN)/ltv score $(MODEL) $(if $(TRANSACTIONS),--transactions $(TRANSACTIONS))

.PHONY: report
report: .venv/.stamp ## build the report of RUN (runs/cdnow) again and name the page
	@$(BIN)/ltv report $(or $(RUN),runs/cdnow)

.PHONY: app
app: .venv/.stamp ## a local page to search customers and build lists from runs/
	@$(BIN)/ltv app runs

.PHONY: ui
ui: .venv/.stamp ## MLflow on localhost:PORT, with the address of the experiments
ifneq ($(filter http%,$(TRACKER)),)
	@echo "Experiments: $(TRACKER)/#/experiments?workflowType=machine_learning"
else
	@echo "Experiments: http://127.0.0.1:$(PORT)/#/experiments?workflowType=machine_learning (up in about 15 s; Ctrl-C ends it)"
	@MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false $(BIN)/mlflow server --workers 1 --host 127.0.0.1 --port $(PORT) --backend-store-uri "$(TRACKER)"
endif

.PHONY: test
test: .venv/.stamp browser ## the whole test suite
	@OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(BIN)/pytest -n 2 --dist loadscope -q

.PHONY: browser
browser: .venv/.stamp # a Chromium for the tests that open pages: the system's, or Playwright's
	@command -v chromium chromium-browser google-chrome > /dev/null \
	  || $(BIN)/playwright install chromium > /dev/null 2>&1 \
	  || { echo "Installing chromium, for the tests that open pages"; apt-get update -qq && apt-get install -y -qq chromium > /dev/null; } \
	  || echo "No Chromium: install one, or the browser tests will say so."

.PHONY: check
check: .venv/.stamp ## what CI runs: lint, format, types, tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory test

.PHONY: bench
bench: .venv/.stamp ## speed against the peers, in the same run
	@$(BIN)/python -m benchmarks.speed

.PHONY: bench-accuracy
bench-accuracy: .venv/.stamp ## accuracy against the peers on a folder of logs, LOGS=folder, or on simulated shops
	@$(if $(LOGS),,$(BIN)/python -m benchmarks.shops runs/shops)
	@$(BIN)/python -m benchmarks.accuracy $(or $(LOGS),runs/shops)

.PHONY: notebooks
notebooks: .venv/.stamp ## run the notebooks in place
	@$(BIN)/python notebooks/execute.py

.PHONY: lock
lock: .venv/.stamp ## resolve pyproject.toml into requirements.lock.txt (hashed, without hosts)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --all-extras pyproject.toml -o requirements.lock.txt

.PHONY: clean
clean: ## remove what runs left behind; the environment and trained models stay
	@rm -rf runs mlruns mlartifacts mlflow.db .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
