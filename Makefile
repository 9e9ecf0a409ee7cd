# make run | test | check | miniature | bench: each makes .venv and installs what it needs on first use.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
ARGS ?=

.PHONY: run test check miniature bench browser clean help

help:
	@echo "make run    start the pages at http://localhost:7860   (ARGS='--port 8000' passes options on)"
	@echo "make test   run all tests                              (ARGS='-k dialogue' passes options on)"
	@echo "make check  style, types, import contracts"
	@echo "make miniature  the two models of models/miniature, made again from nothing in minutes"
	@echo "make bench  measurements, each against the plain alternative"

run: $(RUN_STAMP)
	$(BIN)/python -m app $(ARGS)

test: $(DEV_STAMP) browser
	$(BIN)/python -m pytest $(ARGS)

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

miniature: $(RUN_STAMP)
	$(BIN)/python -m train miniature $(ARGS)

bench: $(DEV_STAMP)
	@for file in bench/[a-z]*.py; do \
		echo "== $$file"; $(BIN)/python -m bench.$$(basename $$file .py) || exit 1; done

# A folder that an interrupted run left half made has no working pip and is made anew.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python" >&2; exit 2; }
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUN_STAMP): requirements.txt | $(VENV)/.made
	@echo "Installing what the app needs. The first time this fetches about 5 GB, most of it torch."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements-dev.txt
	@touch $@

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Chromium for the browser tests."; \
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null \
			|| echo "Chromium could not be installed: the browser tests will be skipped."; \
	else echo "No Chromium here: the browser tests will be skipped. Install the package chromium to run them."; fi

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
