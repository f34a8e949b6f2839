# make demo | test | check | bench | clean. Each builds .venv once; nothing but Python >= 3.11 with venv is needed before.
#   PYTHON=...      which Python builds the environment (default: the first one found that will do)
#   TORCH_ARGS=...  more arguments for pip when it installs torch, PIP_ARGS=... for every pip install (see README.md)
#   WORKERS=...     processes of the test run (default: 2)
PYTHON ?=
PIP_ARGS ?=
TORCH_ARGS ?=
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
# a log needs no progress bars, a person does
QUIET := $(if $(CI),-q)
NEEDED := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

.PHONY: demo test check lint bench checkpoint clean
.DEFAULT_GOAL := demo

demo: $(READY)
	$(PY) -m replicate run stilts --scale nano --only demo
	@echo
	$(PY) -m replicate results stilts --scale nano --only demo --wide
	@echo
	$(PY) -m synth verify
	@echo
	$(PY) -m synth report --format html,pdf,md

test: lint
	$(PY) -m pytest -q -n $(WORKERS)

check: lint
	$(PY) -m pytest -q tests/test_house.py

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# Every benchmark against its peer: the ratios, and out/bench.json. A quarter of an hour on a busy machine.
bench: $(READY)
	$(PY) -m benchmarks

# A pretrained nano model as it ships in data/checkpoints, from nothing; ten to fifteen minutes on two cores.
#   NAME=typology   that of the experiment with all languages of the world; NAME=mt5 the text-to-text one
NAME ?= xlmr
checkpoint: $(READY)
	$(PY) -m replicate run $(if $(filter typology,$(NAME)),typology,stilts) --scale nano --only baseline,tatoeba --seeds 1 \
	  --fresh --runs runs/checkpoint-$(NAME) $(if $(filter mt5,$(NAME)),--model mt5)
	$(PY) -m replicate.checkpoints runs/checkpoint-$(NAME) $(NAME)

# torch first and by itself: where a CPU build lies at hand pip takes it, and no gigabytes of CUDA come along.
$(READY): pyproject.toml constraints.txt
	@set -e; for python in $(or $(PYTHON),python3 python3.12 python3.11 python3.13 python); do \
	  if "$$python" -c '$(NEEDED)' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo "make: Python 3.11 or newer with venv is missing (tried: $(or $(PYTHON),python3 python3.12 python3.11 python3.13 python));" \
	    "install it (Debian, Ubuntu: apt install python3 python3-venv) or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	echo "building $(VENV) with $$("$$found" --version), once; packages are downloaded now"; \
	"$$found" -m venv $(VENV)
	$(PY) -m pip install $(QUIET) --disable-pip-version-check $(PIP_ARGS) $(TORCH_ARGS) -c constraints.txt torch
	$(PY) -m pip install $(QUIET) --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
