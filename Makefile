# Everything a person or CI runs. Each target sets up what it needs; nothing but Python 3.10+ with pip is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

UNITY_CLIENT := .unity/client/.ready
ISSUER := tests/marketplace/issuer

.PHONY: setup demo demo-databricks demo-operations test test-faults test-live test-browser lint bench bench-lineage bench-databricks bench-marketplace docs clean databricks-double unity-client unity-jars unity-server issuer

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[duckdb,databricks,postgres,marketplace]' --group dev
	touch $(READY)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint $(UNITY_CLIENT) $(ISSUER)/node_modules/.ready
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# Every fault at every call of a publish to the double of Databricks: an hour on two idle cores. EVERY=10 runs a tenth.
EVERY ?= 1

test-faults: $(READY)
	MESHPORT_TESTS_HURT_EVERY=$(EVERY) $(BIN)/pytest tests/databricks/publish/test_faults.py tests/domains/test_faults.py

# The tests that publish, on a real workspace: tests/live/README.md says what it needs.
test-live: $(READY)
	$(BIN)/pytest tests/live

# The marketplace in a real Chromium, which the system brings (`apt-get install chromium`). Part of `make test`, too.
test-browser: $(READY)
	$(BIN)/pytest tests/browser

# The official client of Unity Catalog, with which a test checks what `meshport unity` writes.
unity-client: $(UNITY_CLIENT)

$(UNITY_CLIENT): tests/unity/official.txt
	$(PYTHON) -m venv .unity/client
	.unity/client/bin/python -m pip install --quiet --no-compile --requirement tests/unity/official.txt
	touch $(UNITY_CLIENT)

# The OpenID Connect issuer that the tests of signing in run on loopback: it is written for Node. Without Node these
# tests are skipped, and say so; CI has it.
issuer: $(ISSUER)/node_modules/.ready

$(ISSUER)/node_modules/.ready: $(ISSUER)/package.json $(ISSUER)/package-lock.json
	if command -v npm >/dev/null; then cd $(ISSUER) && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.ready; \
	else echo "no npm: signing in is not tested"; fi

# The open-source Unity Catalog server: needs Maven and Java 17, and a registry that serves it. Once it is there, the
# tests use it in place of its double. No other target depends on it.
unity-jars: $(READY)
	$(BIN)/python -m tools.unity_server fetch

unity-server: $(READY)
	$(BIN)/python -m tools.unity_server run

demo: $(READY)
	$(BIN)/python -m demo

# The same story on Databricks: a loopback double that the real adapter, connector and SDK talk to.
demo-databricks: $(READY)
	$(BIN)/python -m demo databricks

# What comes after publishing: a domain from a file, a broken promise and its alert, costs, a backup.
demo-operations: $(READY)
	$(BIN)/python -m demo operations

databricks-double: $(READY)
	$(BIN)/python -m tests.databricks_double

bench: $(READY)
	$(BIN)/python -m benchmarks

bench-lineage: $(READY)
	$(BIN)/python -m benchmarks lineage check quality

bench-databricks: $(READY)
	$(BIN)/python -m benchmarks databricks --ports 2000

bench-marketplace: $(READY)
	$(BIN)/python -m benchmarks marketplace

docs: $(READY)
	$(BIN)/python -m docs._generate

clean:
	rm -rf $(VENV) .unity .meshport build dist $(ISSUER)/node_modules
