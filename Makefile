# `make help` lists what there is. Everything runs in .venv, which the first target that needs it makes.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8000
ROOMS := mentors notes planner planning portal reports roads students thuisbezoek visits
SLOWEST := $(if $(CI),--durations=20)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-fast test-planner check format texts lock bench bench-planner planner-wheel clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 of nieuwer is nodig (Python 3.11 or newer is needed)."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.run

node_modules/.made: package-lock.json package.json
	@command -v npm >/dev/null || { echo "npm is not on this machine: install Node.js 18.18 or newer, with npm."; exit 1; }
	npm ci --silent
	@touch $@

demo: .venv/.run  ## build a demo school and serve it at http://127.0.0.1:8000, with worker and schedule
	@THUISBEZOEK_DATA=$(CURDIR)/var/demo exec $(BIN)/python manage.py demo --port $(PORT)

demo-reset: .venv/.run  ## throw the demo school away and begin anew
	@THUISBEZOEK_DATA=$(CURDIR)/var/demo exec $(BIN)/python manage.py demo --reset --port $(PORT)

test: .venv/.dev  ## pass every test: on SQLite, and where they are present on PostgreSQL, Redis, Chromium and Node.js
	$(BIN)/python -m tests.on_node
	$(BIN)/python -c "from planner import compile_loops; compile_loops()"
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(SLOWEST)
	$(BIN)/python -m tests.on_postgresql -n 2 --dist loadgroup $(SLOWEST)

test-fast: .venv/.dev  ## the tests without browser, services and the longest
	$(BIN)/python -m tests.on_node
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser and not services and not long"

test-planner: .venv/.dev  ## the planner's tests, without Django
	$(BIN)/python -m pytest -c tests/planner/pytest.ini -n 2 --dist loadgroup tests/planner

check: .venv/.dev node_modules/.made  ## lint, types, walls between rooms, templates, migrations, deployment, duplicate code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	npm run --silent check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.deploy_check
	$(BIN)/python -m tests.texts_check
	$(BIN)/pylint --disable=all --enable=duplicate-code --min-similarity-lines=8 --ignore-imports=y \
		--ignore-signatures=y --ignore-patterns='^0.*' $(ROOMS)

format: .venv/.dev node_modules/.made  ## put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm run --silent format

texts: .venv/.dev  ## collect the texts on screen for translation, and compile the catalogue (needs gettext)
	$(BIN)/python manage.py makemessages -l en --no-location --no-obsolete \
		--ignore .venv --ignore var --ignore tests --ignore benchmarks --ignore staticfiles --ignore node_modules
	$(BIN)/python manage.py compile_texts

bench: .venv/.dev  ## measure: planner, roads, pages, messages
	@for bench in benchmarks/*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

.venv-peers/.made: requirements-bench.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

bench-planner: .venv/.dev .venv-peers/.made  ## measure the planner beside PyVRP, OR-Tools and VROOM (under an hour)
	$(BIN)/python benchmarks/planner.py --peers .venv-peers/bin/python

planner-wheel: .venv/.dev  ## build the planner as a package of its own, in dist/
	@$(BIN)/python packages/build_wheel.py

lock: .venv/.dev  ## write the locks from requirements*.in
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		-c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		requirements-bench.in -o requirements-bench.txt

clean:  ## remove what the targets made, except the demo's data
	rm -rf .venv .venv-peers dist node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
