# make demo | test | test-all | test-bench BENCH=~/frappe-bench SITE=test.localhost | bench | bench-site BENCH=... SITE=... | bench-load BENCH=... SITE=... | bench-rush BENCH=... SITE=... |
#   bench-statements BENCH=... SITE=... | proof | proof-bench BENCH=... SITE=... | proof-cluster BENCH=... SITE=... | lint
# Each prepares its own virtual environment in .venv; nothing else is asked of the machine than Python 3.11 to 3.14 and venv.

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
NODE := requirements/node
NODE_TOOLS := $(NODE)/node_modules/.installed

.PHONY: demo test test-all test-bench proof proof-bench proof-cluster bench bench-site bench-load bench-rush bench-statements lint lint-scripts lint-with-node format format-with-node reset clean
.DEFAULT_GOAL := test

$(EMBEDDED): requirements/embedded.txt requirements/app.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/embedded.txt
	@touch $@

$(DEV): $(EMBEDDED) requirements/tests.txt requirements/servers.txt requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

$(NODE_TOOLS): $(NODE)/package.json
	@cd $(NODE) && npm install --silent
	@touch $@

demo: $(EMBEDDED)
	$(BIN)/python -m embedded demo --port $(PORT)

# Compiled tests are kept, whatever the environment says: compiling them takes longer than collecting them.
test test-all: export PYTHONDONTWRITEBYTECODE :=
test: ARGS := -m "not long"
test: $(DEV)
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

# Also the tests marked `long`, and random runs with all their examples.
test-all: export TEST_ALL := 1
test-all: $(DEV)
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

test-bench:
	$(BENCH)/env/bin/python tests/support/bench.py $(BENCH) $(SITE) $(ARGS)

proof: $(DEV)
	PYTHONPATH=.:embedded $(BIN)/python -m proof $(ARGS)

proof-bench:
	$(BENCH)/env/bin/python -m proof $(BENCH) $(SITE) $(ARGS)

proof-cluster:
	$(BENCH)/env/bin/python -m proof.cluster $(BENCH) $(SITE) $(ARGS)

bench: $(DEV)
	$(BIN)/python -m benchmarks $(ARGS)

bench-site:
	$(BENCH)/env/bin/python -m benchmarks.on_bench $(BENCH) $(SITE) $(ARGS)

bench-load:
	$(BENCH)/env/bin/python -m benchmarks.load $(BENCH) $(SITE) $(ARGS)

bench-rush:
	$(BENCH)/env/bin/python -m benchmarks.rush $(BENCH) $(SITE) $(ARGS)

bench-statements:
	$(BENCH)/env/bin/python -m benchmarks.statements $(BENCH) $(SITE)

lint: $(DEV) lint-scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tests/architecture/rules.py

# The pages need no Node. Only the checks of their scripts and style sheets do.
lint-scripts:
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory lint-with-node; \
	else echo "SKIPPED: the scripts and style sheets were not checked, because there is no Node 18 or newer with npm."; fi

lint-with-node: $(NODE_TOOLS)
	$(NODE)/node_modules/.bin/biome check --error-on-warnings scheduler_integration
	$(NODE)/node_modules/.bin/tsc -p jsconfig.json
	$(NODE)/node_modules/.bin/tsc -p jsconfig.desk.json
	$(NODE)/node_modules/.bin/tsc -p jsconfig.worker.json

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory format-with-node; fi

format-with-node: $(NODE_TOOLS)
	$(NODE)/node_modules/.bin/biome check --write scheduler_integration

reset:
	rm -rf .site

clean: reset
	rm -rf $(VENV) .bench .pytest_cache .ruff_cache .mypy_cache $(NODE)/node_modules
