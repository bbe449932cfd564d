# Every target works on a machine that has git, make and python3-venv; nothing else is needed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete

# As the reading processes have it: threads for sums as small as the network's wait for each other.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: setup run demo test test-long check score train bench fuzz

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

run: setup
	$(BIN)/tipline serve

demo: setup
	$(BIN)/tipline demo

# One more than there are processors: tests of whole programs wait for the most part.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)

# What pytest makes of the test files is kept: without, each worker works it out again at each run.
unexport PYTHONDONTWRITEBYTECODE

test: setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# What has a shorter form in "make test": hostile mails of their full size, all mails of the corpus.
test-long: setup
	$(BIN)/python -m pytest -n $(WORKERS) -m long

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# ARGUMENTS="--half first --misses" and the like: python -m tests.scoring --help
score: setup
	$(BIN)/python -m tests.scoring $(ARGUMENTS)

# Learns what clues to the role of an account weigh; see training/README.md.
train: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	$(BIN)/python -m training

bench: setup
	$(BIN)/python benchmarks/run.py

# As long as FUZZ_SECONDS says; what breaks a promise is kept in fuzz/found.
fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	FUZZ_SECONDS=$${FUZZ_SECONDS:-60} $(BIN)/python fuzz/reading.py
