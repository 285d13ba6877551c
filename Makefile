# The commands of this repository; CONTRIBUTING.md shows what each one runs.
# Another interpreter: make PYTHON=python3.12 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEPENDS := pyproject.toml constraints.txt tools/install.py package-lock.json

.DEFAULT_GOAL := help
.PHONY: help demo lab panel wheel vsix test test-long lint format bench schema clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: $(VENV)/.installed-lab $(VENV)/.installed-demo ## track real notebooks in a scratch repository under .demo, promote the best run
	@$(BIN)/python tools/demo.py

lab: $(VENV)/.installed-lab $(VENV)/.installed-demo ## open JupyterLab on the scratch repository
	@$(BIN)/python tools/panel.py
	@test -d .demo/project/.git || $(BIN)/python tools/demo.py --only-make
	cd .demo/project && ../../$(BIN)/jupyter lab

panel: $(VENV)/.installed-lab ## build the panel when its sources changed
	@$(BIN)/python tools/panel.py

wheel: $(VENV)/.installed-test ## build sdist and wheel, the panel in them, into dist
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist .

vsix: $(VENV)/.installed-lint ## package the extension for VS Code
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent build --workspace=ui
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent package --workspace=extension/vscode

test: $(VENV)/.installed-test ## run the tests
	@$(BIN)/python tools/panel.py
	@status=0; export PATH="$$PATH:$(CURDIR)/$(BIN)"; \
	npm run --silent test || status=1; \
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long" || status=$$?; \
	exit $$status

test-long: $(VENV)/.installed-test ## run the tests with the longer sweeps
	@PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.installed-lint ## check style, types, layers and the schema
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	PYTHONPATH=kernel_side $(BIN)/lint-imports --no-logo || status=1; \
	$(BIN)/python tools/schema.py --check || status=1; \
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent lint || status=1; \
	! grep -nE '"resolved": "[a-z]+:' package-lock.json || status=1; \
	exit $$status

format: $(VENV)/.installed-lint ## let ruff put the code in order
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npx prettier --write --log-level warn .

bench: $(VENV)/.installed-test ## measure beside the peers and write docs/benchmarks.md
	@$(BIN)/python -m benchmarks

schema: $(VENV)/.installed-lint ## write docs/schema from contract.py
	@$(BIN)/python tools/schema.py

clean: ## remove what the commands made, the environment too
	rm -rf $(VENV) .demo .bench build dist node_modules ui/lib labextension/lib labextension/trackside_labextension labextension/.built extension/vscode/dist extension/vscode/dist-tests extension/vscode/.vscode-test extension/vscode/*.vsix extension/server/trackside_server/static kernel_side/trackside/display/static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

$(VENV)/.installed-%: $(DEPENDS)
	@$(PYTHON) tools/install.py $*
