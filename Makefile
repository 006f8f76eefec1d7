# Each command makes its own virtual environment the first time and installs what it needs there,
# at the versions in requirements/pins.txt. `make PYTHON=python3.13 test` picks the interpreter.

PYTHON ?= python3
VENV ?= .venv
# Test processes: auto is one for each core.
JOBS ?= auto
# A checkout of the test suite of the array API standard, and the examples it tries in each test.
SUITE ?=
EXAMPLES ?= 100

BIN := $(VENV)/bin
PINS := requirements/pins.txt
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --constraint $(PINS)
SPHINX := $(BIN)/sphinx-build -W --keep-going -n -q -d build/doctrees docs build/docs

# A peer that has no build for this machine is left out. On Linux the torch of the package
# registry brings gigabytes of GPU libraries, so only a CPU build is taken there.
TORCH := $(shell test "$$(uname)" = Linux && echo torch==2.13.0+cpu || echo torch==2.13.0)
# The PyTensor named is the newest that works with the pinned llvmlite.
PEERS := autograd jax $(TORCH) casadi==3.8.2 pytensor==2.38.2

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check bench coverage-table array-api docs wheel lock clean

help:
	@echo "make demo    fit a real table three ways, check the gradient, write a report"
	@echo "make test    the whole test suite"
	@echo "make check   lint, format, types, doctests, documentation in strict mode"
	@echo "make bench   speed and memory beside NumPy, C and the peers"
	@echo "make coverage-table   call every name of NumPy in every mode, and write docs/coverage.md"
	@echo "make array-api SUITE=path   the public test suite of the array API standard, from a checkout"
	@echo "make docs    the documentation, in build/docs"
	@echo "make wheel   the wheel, in dist"
	@echo "make lock    choose the versions in $(PINS) anew"
	@echo "make clean   remove everything that the commands above have made"

demo: $(VENV)/ready-show
	@$(BIN)/autodiff demo

# The test processes have the cores; NumPy's own threads would stand in their way.
test: export OPENBLAS_NUM_THREADS ?= 1
test: $(VENV)/ready-test
	@echo "test: the whole suite"
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --maxprocesses 8

check: $(VENV)/ready-check
	@echo "check: lint"
	@$(BIN)/ruff check .
	@echo "check: format"
	@$(BIN)/ruff format --check .
	@echo "check: types"
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@echo "check: examples in docstrings"
	@$(BIN)/python -m pytest --doctest-modules --quiet autodiff
	@echo "check: documentation"
	@$(SPHINX)

bench: $(VENV)/ready-bench
	@echo "bench: a few minutes; each ratio is taken within one run"
	@$(BIN)/python -m benchmarks

coverage-table: export OPENBLAS_NUM_THREADS ?= 1
coverage-table: $(VENV)/ready-test
	@echo "coverage-table: half a minute"
	@$(BIN)/python tests/coverage_table.py

array-api: export OPENBLAS_NUM_THREADS ?= 1
array-api: export ARRAY_API_TESTS_MODULE = autodiff.numpy
array-api: export ARRAY_API_TESTS_VERSION = 2024.12
array-api: $(SUITE)/conftest.py $(VENV)/ready-test
	@echo "array-api: a few minutes"
	@$(INSTALL) --quiet --requirement $(SUITE)/requirements.txt
	@cd $(SUITE) && $(abspath $(BIN))/python -m pytest array_api_tests --quiet --disable-deadline \
		--max-examples $(EXAMPLES) --numprocesses $(JOBS) --maxprocesses 8 \
		--xfails-file $(CURDIR)/tests/array_api_exceptions.txt

$(SUITE)/conftest.py:
	@echo "make array-api needs a checkout of the suite:" \
		"git clone --recurse-submodules https://github.com/data-apis/array-api-tests," \
		"then make array-api SUITE=array-api-tests"; exit 1

docs: $(VENV)/ready-docs
	@echo "docs: building"
	@$(SPHINX)
	@echo "docs: open build/docs/index.html"

wheel: $(VENV)/ready-wheel
	@$(BIN)/python -m hatchling build -t wheel -d dist

clean:
	rm -rf $(VENV) autodiff-demo.html build dist .hypothesis .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

lock: $(BIN)/python
	@$(BIN)/python -m pip --disable-pip-version-check install uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --upgrade --quiet \
		--no-emit-package autodiff-numpy --annotation-style line --custom-compile-command "make lock" \
		--output-file $(PINS) pyproject.toml

# ---------------------------------------------------------------- the virtual environment

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed and $(PYTHON) is older or missing;" \
			"name another one, as in: make PYTHON=python3.13"; exit 1; }
	@echo "making the virtual environment $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)

# The build backend stands in the environment itself: nothing unpinned is fetched to build with.
$(VENV)/ready-wheel: $(BIN)/python pyproject.toml $(PINS)
	@echo "installing the build backend into $(VENV)"
	@$(INSTALL) hatchling
	@touch $@

$(VENV)/ready-%: $(VENV)/ready-wheel
	@echo "installing autodiff[$*] into $(VENV), a minute or two the first time"
	@$(INSTALL) --no-build-isolation --editable '.[$*]'
	@touch $@

$(VENV)/ready-bench: $(VENV)/ready-jit
	@for peer in $(PEERS); do echo "installing $$peer into $(VENV)"; \
		$(INSTALL) --only-binary :all: "$$peer" || echo "bench: $$peer is left out," \
			"it could not be installed here"; done
	@touch $@
