# Two commands matter: `make run` and `make test`. Both do all set-up first (packaging/setup.sh).
# `make test ARGS="tests/core -x"` passes words on to pytest (`-n 0`: one process, for a debugger);
# `make torture SECONDS=60` gives it a minute. `make public` imports the public files whole, from the folder FILES.

python := .venv/bin/python
ARGS ?=
SECONDS ?= 600
FILES ?= ../shared/data
# Hundreds of processes of ours are started; without its compiled modules each would compile them all.
export PYTHONDONTWRITEBYTECODE =
# Folders of tests lie in memory where that is roomy and may hold programs: no test cuts the power, and what is said to
# be durable waits for the disk each time.
roomy = awk '$$2 == "/dev/shm" && $$4 !~ /noexec/' /proc/mounts 2>/dev/null | grep -q . \
    && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 3000000 {print "/dev/shm"}'

# Three processes at once, on two cores as well: while some wait (meetings, kills, windows) others compute.
.PHONY: run test check format package bench torture public demo clean setup lock
.DEFAULT_GOAL := run

run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" = Darwin ]; then \
	    .venv/bin/muniment; \
	else \
	    echo "There is no screen here, so the demonstration runs without one and writes to build/demo/."; \
	    .venv/bin/muniment demo --out build/demo --headless; \
	fi

demo: setup
	.venv/bin/muniment demo --out build/demo

test: setup
	TMPDIR=$${TMPDIR:-$$($(roomy))} $(python) -m pytest -n 3 --dist worksteal $(ARGS)

check: setup
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

format: setup
	$(python) -m ruff check --fix .
	$(python) -m ruff format .

package: setup
	$(python) packaging/build.py
	$(python) packaging/smoke_test.py

bench: setup
	$(python) -m tests.bench $(ARGS)

torture: setup
	$(python) -m tests.torture --seconds $(SECONDS) $(ARGS)

public: setup
	MUNIMENT_PUBLIC_FILES=$(FILES) $(python) -m pytest -n 0 tests/importing/test_public_files.py

setup:
	@sh packaging/setup.sh

# For developers: writes requirements.lock anew after a change of pyproject.toml.
lock:
	python3 -m venv build/lock
	build/lock/bin/pip install --quiet uv==0.13.9
	build/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --group dev --custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
