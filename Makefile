# One line for each thing to do: `make`. Everything happens in .venv, made at first use from a lock file.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
SPEED ?= 600
# Seconds after which the fake phones pick up by themselves; ANSWER= leaves them to you.
ANSWER ?= 8
SHARED ?= ../shared
BIN := .venv/bin
LOCK_COMMAND := pip compile pyproject.toml --extra embedded --universal --python-version 3.11 --generate-hashes --no-emit-index-url
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes

.PHONY: help run test product browser chaos check demo-real manage translations bench quality lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/.run ## Start everything on this machine (DEMO=yes|no, MAINSTAY_PORT=8000); Ctrl-C stops it
	@exec $(BIN)/python -m deploy.run

test: .venv/.dev ## Run the tests but product, browser and chaos, on a PostgreSQL and Redis of its own (TESTS=tests/incidents)
	@bash deploy/test_packages.sh
	$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder -m "not chaos and not browser and not product" $(TESTS)

product: .venv/.dev ## Start the whole product as `make run` does, kill it, stop it, feed it a recorded day
	$(BIN)/python -m pytest -m product tests/deploy tests/scenarios

browser: .venv/.dev ## Drive every page in Chromium: whole, silent, within a phone's width, accessible
	@bash deploy/test_packages.sh
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m browser $(TESTS)

chaos: .venv/.dev ## Kill programs, servers and carriers while they page (N=20 random runs, FIRST=1; SEED=7 repeats one)
	CHAOS_RUNS=$(N) CHAOS_FIRST=$(FIRST) CHAOS_SEED=$(SEED) $(BIN)/python -m pytest -m chaos tests/chaos tests/scenarios $(if $(SEED),-k loses_nothing)

check: .venv/.dev ## Formatting, lint, types, migrations, architecture, deployment, licences, vendored files
	@bash deploy/check.sh

demo-real: .venv/.run ## Feed a recorded day (DATA=folder, SPEED=600, ANSWER=8) into the running product
	@test -n "$(DATA)" || { echo "Say where the recording is: make demo-real DATA=folder [SPEED=$(SPEED)]"; exit 2; }
	@file=$$(ls $(DATA)/transactions_*.csv 2>/dev/null | head -n 1); \
	test -n "$$file" || { echo "There is no transactions_*.csv in $(DATA)."; exit 2; }; \
	bash deploy/with_run.sh $(BIN)/python manage.py replay "$$file" --profile cloudwalk --speed $(SPEED) $(if $(ANSWER),--answer $(ANSWER))

manage: .venv/.run ## Run manage.py against the running product (ARGS="shell")
	@bash deploy/with_run.sh $(BIN)/python manage.py $(ARGS)

translations: .venv/.dev ## Collect strings and compile translations (needs the package gettext)
	MAINSTAY_SECRET_KEY=unused $(BIN)/python manage.py makemessages --locale zh_Hans --no-obsolete --add-location file --ignore .venv --ignore var --ignore tests --ignore static
	$(BIN)/python -m deploy.translations

bench: .venv/.dev ## Measure (bench/README.md)
	$(BIN)/python -m bench $(ARGS)

quality: .venv/.dev ## Score the learned baseline on labelled series (SHARED=../shared holds data and scorers)
	$(BIN)/python -m bench.quality $(SHARED)

lock: .venv-lock/bin/uv ## Write the lock files anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	.venv-lock/bin/uv --quiet $(LOCK_COMMAND) $(UPGRADE) -o requirements.lock
	.venv-lock/bin/uv --quiet $(subst --extra embedded,--extra embedded --group dev,$(LOCK_COMMAND)) $(UPGRADE) -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was built here; the data in var stay
	rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis var/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Mainstay needs Python 3.11 or newer; PYTHON=python3.12 make $(MAKECMDGOALS) names another."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "This Python has no venv: install the package python3-venv."; exit 1; }
	@echo "making .venv"
	@$(PYTHON) -m venv .venv

# The stamps: an installation is repeated when its lock file changes. The development lock holds everything of the other.
.venv/.run: requirements.lock | .venv/bin/python
	@echo "installing the packages of requirements.lock"
	@$(PIP) -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock requirements.lock | .venv/bin/python
	@echo "installing the packages of requirements-dev.lock"
	@$(PIP) -r requirements-dev.lock
	@touch .venv/.run $@

.venv-lock/bin/uv:
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip --disable-pip-version-check --quiet install uv
