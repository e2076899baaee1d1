# `make demo` runs the main job, `make test` the tests. Each makes its own environment first, once.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# The mobile runtime that Android devices of 2023 carry needs numpy<2 and a process without TensorFlow: an environment of its own.
MOBILE := .venvs/tflite_runtime
# MediaPipe brings packages of its own versions.
MEDIAPIPE := .venvs/mediapipe
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo fonts clients certify debian test test-fast test-times lint docs dist bench translator figures clean install

help: ## what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,dev,docs]'
	touch $@

$(MOBILE)/.installed:
	$(PYTHON) -m venv $(MOBILE)
	$(MOBILE)/bin/python -m pip install --quiet tflite-runtime==2.14.0 numpy==1.26.4
	touch $@

$(MEDIAPIPE)/.installed:
	$(PYTHON) -m venv $(MEDIAPIPE)
	$(MEDIAPIPE)/bin/python -m pip install --quiet mediapipe==1.2.3
	touch $@

install: $(VENV)/.installed $(MOBILE)/.installed fonts ## both environments

# Pictures of texts need fonts of their scripts: Debian's, where apt-get and the right to use it are there. Without them
# tags stand for names.
NOTO = /usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf
fonts:
	@test -e $(NOTO) || ! command -v apt-get > /dev/null || test "$$(id -u)" != 0 \
		|| apt-get install -y -qq --no-install-recommends fonts-noto-core fonts-noto-cjk > /dev/null 2>&1 \
		|| echo "no fonts were installed: make debian does, as root"

demo: $(VENV)/.installed ## train on English, answer in every language, leave with one small file
	$(BIN)/keras-i18n demo

# The clients of examples/, each with the packages that its own folder pins; what a machine has no tool for is left out,
# and its tests say so.
examples/%/node_modules/.installed: examples/%/package-lock.json
	cd examples/$* && npm ci --silent
	touch $@

HAS = $(if $(shell command -v $(1)),$(2))
clients: $(VENV)/.installed $(MEDIAPIPE)/.installed $(call HAS,npm,examples/node/node_modules/.installed examples/web/node_modules/.installed) ## what the clients of examples/ need
	$(call HAS,$(CC),$(MAKE) -s -C examples/c PYTHON=$(CURDIR)/$(BIN)/python)
	$(call HAS,$(CC),$(call HAS,javac,$(MAKE) -s -C examples/jvm PYTHON=$(CURDIR)/$(BIN)/python))

# Python for 64-bit Arm, run by QEMU; packages and wheels are fetched, nothing is installed.
build/aarch64/.made: $(VENV)/.installed constraints.txt examples/aarch64/make_root.sh
	examples/aarch64/make_root.sh build/aarch64 $(BIN)/python

certify: install clients build/aarch64/.made ## each kind of file in every runtime, emulated Arm too; an hour. Pages: build/certificates
	$(BIN)/python benchmarks/every_runtime.py --folder build/every_runtime --pages build/certificates

debian: ## Debian's packages that the tests of examples/ use: a browser, Node.js, a JDK; as root
	apt-get update -qq && apt-get install -y -qq --no-install-recommends $$(cat examples/debian-packages.txt)

# one worker a file: tests of a file share what is costly to make
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test: install clients ## every test
	$(PYTEST)

TESTS ?= tests
test-fast: install clients ## before each commit: all but the slow tests; of one room: make test-fast TESTS=tests/export
	$(PYTEST) -m "not slow" $(TESTS)

test-times: install clients ## every test, with the CPU seconds of each folder; writes down which are slow, and which files long
	KERAS_I18N_WRITE_SLOW_TESTS=1 $(PYTEST) -p tests.cpu_seconds

lint: $(VENV)/.installed ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.installed fonts ## the documentation, build/site/index.html; no page without its links
	$(BIN)/python -m docs.generate build/pages
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

dist: $(VENV)/.installed ## wheel and source package in dist/, each tried in a bare environment of every Python that is here
	rm -rf dist
	mkdir -p build
	$(BIN)/python -m build --outdir dist . > build/dist.log || (cat build/dist.log; exit 1)
	$(BIN)/python tests/bare_environments.py dist

bench: $(VENV)/.installed ## how to run the benchmarks
	@cat benchmarks/README.md

NAMES ?=
TRANSLATOR = build/en-de.keras
translator: $(VENV)/.installed ## train the small translator of saved_models, an hour of a core; needs the open data
	mkdir -p build
	$(BIN)/python benchmarks/translation.py train $(TRANSLATOR) --minutes 57 --hidden 512 --decoder-layers 2 --dropout 0.2 --cooldown 0.3
	$(BIN)/python benchmarks/translation.py ship $(TRANSLATOR)

figures: $(VENV)/.installed ## run every benchmark, hours; some of them: make figures NAMES="zero_shot optimizers"
	$(BIN)/python benchmarks/figures.py $(NAMES)

clean: ## remove the environments and everything exported
	rm -rf $(VENV) .venvs build examples/*/build examples/*/node_modules dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
