# make demo    sets everything up and puts the sample documents side by side
# make test    sets everything up and runs the tests
# make bench   how fast a batch run over INPUT=… is, stage by stage
# make check   tests, types, style, layers and the gates of eval/
# Needs Python 3.11 to 3.13 and nothing else; everything goes into .venv.

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin

SHIPPED := positions relations frames symmetry attributions claims sample
BASELINE ?= --baseline eval/baseline.json

.PHONY: demo test check gates lint bench clean

demo: $(VENV)/.run
	$(BIN)/stance compare data/sample/kazan --out out/kazan
	$(BIN)/stance compare data/sample/charge --out out/charge
	@echo "Open in a browser: $(CURDIR)/out/kazan/report.html"

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: test lint gates

# suites whose data the repository ships; after a change that is meant: make gates BASELINE="--json eval/baseline.json"
gates: $(VENV)/.dev
	$(BIN)/stance evaluate $(SHIPPED:%=eval/suites/%.toml) $(BASELINE)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# torch first and through pip, held to the version of constraints.txt
$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,query,openvino,ray]' --group dev
	@touch $@

# INPUT: a file or folder of many documents of several sources
INPUT ?= data/sample
bench: $(VENV)/.dev
	$(BIN)/python eval/benchmark.py $(INPUT) out/bench

clean:
	rm -rf $(VENV) out build dist
