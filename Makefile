# make demo · make test · make lint · make clean; each installs what it needs below .venv first.
.PHONY: demo test lint clean
.DEFAULT_GOAL := demo

HOST ?= 127.0.0.1
PORT ?= 8000

# Fills var/ with invented data, prints address and sign-ins, serves. More options: make demo ARGS="--no-serve --fresh"
demo:
	@tools/bootstrap.sh demo
	@.venv/bin/lianxin demo --host $(HOST) --port $(PORT) $(ARGS)

# Every test that needs no server and no browser. One of them: make test ARGS="tests/cases -k numbers"
test:
	@tools/bootstrap.sh dev
	.venv/bin/python -m pytest -q -n 2 --ignore tests/server --ignore tests/journeys $(ARGS)

lint:
	@tools/bootstrap.sh dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy lianxin
	.venv/bin/lint-imports

# Removes what was made: packages, caches, and var/ if it holds a demonstration and nothing else.
clean:
	@if [ -e var/demo.json ] || [ -e var/demo.json.building ]; then rm -rf var; elif [ -e var/lianxin.sqlite3 ]; then echo "var/ holds data that is no demonstration: kept"; fi
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
