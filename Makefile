# The first command after cloning may be any of these.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help book test check format pairs lab lock clean crosscheck
.DEFAULT_GOAL := help

help:
	@echo "make book     build the site into _build/html"

# One environment for the book and its tests.
$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

book: $(VENV)/installed
	$(BIN)/python tools/build.py

lock:
	$(BIN)/uv pip compile --universal --fork-strategy fewest --python-version 3.11 --all-extras \
		--no-header --no-annotate --no-emit-package portal --output-file requirements.lock pyproject.toml

# The executed .ipynb beside each changed chapter; FORCE=1 redoes all, CHAPTERS=... only those.
pairs: $(VENV)/installed
	$(BIN)/python tools/pairs.py $(if $(FORCE),--force) $(CHAPTERS)

# portal.flavour against flavio, a large code of its own that the book does not depend on.
.venv-flavio/installed: tools/crosscheck_flavio.py
	test -x .venv-flavio/bin/python || $(PYTHON) -m venv .venv-flavio
	.venv-flavio/bin/python -m pip install --quiet 'flavio==2.7.1' 'particle<1'
	touch $@

crosscheck: .venv-flavio/installed
	PYTHONPATH=. .venv-flavio/bin/python tools/crosscheck_flavio.py
