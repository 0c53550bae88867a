# Any of these may be the first command after cloning; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LITE := .venv-lite
# the archive of the Pyodide release (tools/lite.py says which): where it is there, the site holds
# all of Python for the browser
PYODIDE ?= ../shared/third-party/pyodide-0.27.7.tar.xz
COMPILE := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--no-header --no-annotate
# where the tools, the book and the tests have their Python
CODE := portal tests tools book/_ext notebooks

# our matrices are small: threads would only wait for each other
export OPENBLAS_NUM_THREADS := 1

.PHONY: help install book student teacher pdf offline serve lab pairs course quick test portable \
	check format coverage mutants benchmark lock crosscheck clean
.DEFAULT_GOAL := help

help:
	@echo "make book     build the site into _build/html; PYODIDE=archive"
	@echo "make pdf      the same, and the whole book as one PDF beside it"
	@echo "make offline  the same as one zip that needs no network; PYODIDE=archive"
	@echo "make student  an edition without any solution, into _build/student"
	@echo "make teacher  one with open solutions and notes for teachers, into _build/teacher"
	@echo "make serve    show the built site on this machine"
	@echo "make lab      open the chapters in JupyterLab"
	@echo "make pairs    run the changed chapters and write their .ipynb; FORCE=1 for all"
	@echo "make course   write the problem sets as notebooks for nbgrader"
	@echo "make quick    test the physics, in less than a minute"
	@echo "make test     run all tests, those in a browser too"
	@echo "make portable run chapters and physics tests as other processors would"
	@echo "make check    look for faults of style and type"
	@echo "make format   put the code into its form"
	@echo "make coverage show the lines and branches of portal that no test of physics runs"
	@echo "make mutants  change N=40 operators or constants of portal, one at a time; SEED=..."
	@echo "make benchmark  show times and memory beside their budgets"
	@echo "make lock     choose the newest versions again"
	@echo "make crosscheck  compare the B decays with flavio, in an environment of its own"
	@echo "make clean    remove what was built, the environments too"

# One environment for the book and its tests, another for JupyterLite.
$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(LITE)/installed: requirements-lite.lock
	test -x $(LITE)/bin/python || $(PYTHON) -m venv $(LITE)
	$(LITE)/bin/python -m pip install --quiet -r requirements-lite.lock
	touch $@

install: $(VENV)/installed $(LITE)/installed

book: install
	$(BIN)/python tools/build.py $(patsubst %,--pyodide %,$(wildcard $(PYODIDE)))

student teacher: install
	$(BIN)/python tools/editions.py $@ $(patsubst %,--pyodide %,$(wildcard $(PYODIDE)))

pdf: book
	$(BIN)/python tools/pdf.py

offline: install
	$(BIN)/python tools/build.py --pyodide $(PYODIDE) --zip

serve:
	$(BIN)/python -m http.server --directory _build/html

lab: $(VENV)/installed
	$(BIN)/jupyter lab notebooks

pairs: $(VENV)/installed
	$(BIN)/python tools/pairs.py $(if $(FORCE),--force) $(CHAPTERS)

course: $(VENV)/installed
	$(BIN)/python tools/problem_sets.py

quick: $(VENV)/installed
	$(BIN)/python -m pytest --quiet --hypothesis-profile=quick -n 2 --dist worksteal \
		tests/physics portal --ignore portal/book

# Chromium is Debian's: the tests in a browser say so where it is missing.
test: install
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && apt-get install -qq --no-install-recommends chromium fonts-dejavu; }
	$(BIN)/python -m pytest --nbval --nbval-sanitize-with tests/book/nbval.cfg \
		-n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

portable: $(VENV)/installed
	$(BIN)/python tools/portable.py

# nin: neutrino-induced neutrons; ure: the end of a word for the search
check: $(VENV)/installed
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy portal tools book/_ext
	$(BIN)/codespell -D - -D tools/british.txt -L nin,ure --skip tools/british.txt,book/references.bib \
		portal tests tools book notebooks/*.md *.md

format: $(VENV)/installed
	$(BIN)/python tools/cells.py check
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix --exit-zero $(CODE)
	$(BIN)/python tools/cells.py copy

# the physics alone, as a table of what no test runs
coverage: $(VENV)/installed
	$(BIN)/coverage run -m pytest -q tests/physics portal --ignore portal/book
	$(BIN)/coverage report

mutants: $(VENV)/installed
	$(BIN)/python tools/mutants.py $(N) $(if $(SEED),--seed $(SEED))

benchmark: $(VENV)/installed
	$(BIN)/python tests/benchmarks.py

lock: $(VENV)/installed
	$(COMPILE) --all-extras --no-emit-package portal --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-lite.lock requirements-lite.in

# flavio is a large code for flavour physics; the book and its tests need only its frozen tables.
.venv-flavio/installed:
	test -x .venv-flavio/bin/python || $(PYTHON) -m venv .venv-flavio
	.venv-flavio/bin/python -m pip install --quiet 'flavio==2.7.1' 'particle<1'
	touch $@

crosscheck: .venv-flavio/installed
	PYTHONPATH=. .venv-flavio/bin/python tools/crosscheck_flavio.py

clean:
	rm -rf _build node_modules $(VENV) $(LITE) .venv-flavio
