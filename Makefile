# Every target sets up what it needs: a fresh machine wants only Python 3.11, make and this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check format clean

$(VENV)/core: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/dev: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e '.[dev]'
	touch $@

demo: $(VENV)/core  ## restore the damaged photographs in examples/ and draw a before/after sheet
	$(BIN)/nitido restore examples -o demo --compare --overwrite
	@echo "Look at demo/: every restored picture and its before/after sheet, NAME.compare.png"

test: $(VENV)/dev  ## the whole suite
	$(BIN)/python -m pytest

check: $(VENV)/dev  ## format, lint, types
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

clean:
	rm -rf $(VENV) demo
