# make demo   set everything up and run the whole line on this machine
# make test   set the tests up and run them against the installed package
# make lint   style, types, layers
# make fuzz  what reads model files, under sanitizers, for FUZZ_SECONDS
# make bench  side by side with LiteRT and the line's latency
.PHONY: demo test lint fuzz bench clean

PYTHON ?= python3
DEMO_ARGUMENTS ?=
TEST_ARGUMENTS ?=
FUZZ_SECONDS ?= 120
SOURCES := $(shell git ls-files aiedge drivers native setup.py pyproject.toml CMakeLists.txt 2>/dev/null)
PIP := -m pip --disable-pip-version-check -q

demo: .venv/installed
	.venv/bin/aiedge demo $(DEMO_ARGUMENTS)

.venv/installed: $(SOURCES)
	$(PYTHON) -m venv .venv
	.venv/bin/python $(PIP) install .
	touch $@

# The tests run against an installed wheel, never against the source tree.
test: .venv-test/installed
	tools/install_test_peers.sh
	.venv-test/bin/pytest $(TEST_ARGUMENTS)

.venv-test/installed: $(SOURCES)
	$(PYTHON) -m venv .venv-test
	.venv-test/bin/python $(PIP) install '.[test]'
	touch $@

lint: .venv-test/installed
	.venv-test/bin/python tools/lint.py

# The fuzzers need clang, and a Python for which atheris is built.
fuzz: .venv-test/installed
	tools/install_test_peers.sh
	.venv-test/bin/python $(PIP) install 'atheris>=2.3'
	.venv-test/bin/python tools/fuzz.py --seconds $(FUZZ_SECONDS)

bench: .venv-test/installed
	.venv-test/bin/python benchmarks/engines.py
	.venv-test/bin/python benchmarks/line_latency.py

clean:
	rm -rf build dist .venv .venv-test demo-output *.egg-info
