# make demo | test | test-bench BENCH=~/frappe-bench SITE=test.localhost | bench | bench-site BENCH=... SITE=... | lint
# Each prepares its own virtual environment in .venv; nothing else is asked of the machine than Python 3.11 and venv.

RECENT := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(RECENT)' 2> /dev/null && echo $$p && break; done)
PORT ?= 8000
BENCH ?= ~/frappe-bench
SITE ?= test.localhost
VENV := .venv
BIN := $(VENV)/bin
EMBEDDED := $(VENV)/.embedded
DEV := $(VENV)/.dev

.PHONY: demo test test-bench bench bench-site lint format reset clean
.DEFAULT_GOAL := test

$(EMBEDDED): requirements/embedded.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/embedded.txt
	@touch $@

$(DEV): $(EMBEDDED) requirements/tests.txt requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

demo: $(EMBEDDED)
	$(BIN)/python -m embedded demo --port $(PORT)

test: $(DEV)
	$(BIN)/python -m pytest $(ARGS)

test-bench:
	$(BENCH)/env/bin/python tests/support/bench.py $(BENCH) $(SITE) $(ARGS)

bench: $(DEV)
	$(BIN)/python -m benchmarks $(ARGS)

bench-site:
	$(BENCH)/env/bin/python -m benchmarks.on_bench $(BENCH) $(SITE) $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reset:
	rm -rf .site

clean: reset
	rm -rf $(VENV) .bench .pytest_cache .ruff_cache
