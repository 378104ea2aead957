# Two commands matter: `make run` shows the program, `make test` proves it. Both set up all they need on a fresh clone.
.DEFAULT_GOAL := run
.PHONY: install run test soak bench check lock texts clean
SHELL := /bin/sh
ifndef PATH
PATH := /usr/local/bin:/usr/bin:/bin
endif
export PATH

BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 5000
SCALE ?= 1
PO := $(wildcard helpdesk/web/translations/*/LC_MESSAGES/messages.po)

PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$one && break; done)

install: .venv/installed

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with the venv module is needed (Debian: apt install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.lock pyproject.toml $(PO)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable .
	$(if $(PO),$(BIN)/pybabel --quiet compile --directory helpdesk/web/translations)
	@touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	@touch $@

run: .venv/installed
	@export HELPDESK_DEMO=1 HOST=$(HOST) PORT=$(PORT); $(BIN)/helpdesk migrate && $(BIN)/helpdesk demo --live >/dev/null && exec $(BIN)/helpdesk serve

test: .venv/tested
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

soak: .venv/tested
	$(BIN)/python -m tests.soak --scale $(SCALE)

bench: .venv/tested
	$(BIN)/python -m tests.bench

check: .venv/tested
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m tests.check_texts
	$(BIN)/python -m pytest -q tests/test_layers.py tests/test_migrations.py

# For those who change the program: exact versions anew, and texts to translate.
lock: .venv/tested
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock pyproject.toml

texts: .venv/tested
	$(BIN)/python -m tests.check_texts --update

clean:
	rm -rf .venv instance
