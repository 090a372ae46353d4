"""What every test needs: Qt without a screen, and an order. Fixtures of one part stand in that part's own conftest.

Set before anything imports Qt. One application for the whole process, made before the first test: commands that print
make a smaller one where none is (desktop/fonts.py), and a process can have only one, so the order of the tests would
decide whether windows work.
"""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtWidgets import QApplication

from core.cycles import look_seldom
from tests import drawing

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
look_seldom()
# No test fails because the computer has other work.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

HERE = Path(__file__).parent
# Those of which one test lasts longest come first in each process, so that none is left alone with one at the end. The
# processes take turns with these rows; the first row waits more than it computes, and while it waits others compute.
LONGEST_FIRST = (
    (
        "lan/test_month.py",
        "lan/test_diagnosis.py",
        "lan/test_offices.py",
        "kills/test_kills.py",
        "lan/test_discovery.py",
        "sync/test_service.py",
        "sync/test_discovery.py",
    ),
    (
        "demonstration/test_story.py",
        "simulation/test_seeds.py",
        "importing/test_elections.py",
        "kills/test_meeting_kills.py",
        "kills/test_faults.py",
        "kills/test_custody_kills.py",
        "kills/test_import_kills.py",
    ),
    (
        "simulation/test_more_seeds.py",
        "test_torture.py",
        "test_bench.py",
        "ledger/test_finality.py",
        "stories/test_library.py",
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Process after process is given an even part of the list, in this order; who has done its own takes from others."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    rows = {HERE / name: row for row, names in enumerate(LONGEST_FIRST) for name in names}
    places = {HERE / name: place for names in LONGEST_FIRST for place, name in enumerate(names)}
    others = [item for item in items if item.path not in rows]
    ordered: list[pytest.Item] = []
    for process in range(processes):
        first = [item for item in items if item.path in rows and rows[item.path] % processes == process]
        part = (len(items) - len(ordered)) // (processes - process)
        room = max(0, part - len(first))
        ordered += [*sorted(first, key=lambda item: places[item.path]), *others[:room]]
        del others[:room]
    items[:] = [*ordered, *others]


def pytest_collection_finish() -> None:
    """A million objects that stay to the end: looking through them for waste again and again takes a while."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _one_application(qapp: QApplication) -> None: ...


@pytest.fixture(scope="module", autouse=True)
def _drawn_for_the_module(request: pytest.FixtureRequest) -> None:
    drawing.begin(request.module.__name__)


@pytest.fixture(autouse=True)
def _drawn_for_the_test(request: pytest.FixtureRequest) -> None:
    drawing.begin(request.node.nodeid)
