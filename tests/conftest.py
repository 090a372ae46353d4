"""What every test needs: Qt without a screen, and an order. Fixtures of one part stand in that part's own conftest.

Set before anything imports Qt. One application for the whole process, made before the first test: commands that print
make a smaller one where none is (desktop/fonts.py), and a process can have only one, so the order of the tests would
decide whether windows work.
"""

import gc
import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from core.cycles import look_seldom
from tests import drawing

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
look_seldom()

HERE = Path(__file__).parent
# Those of which one test lasts longest come first, so that no processor is left alone with one of them at the end.
LONGEST_FIRST = (
    "demonstration/test_story.py",
    "lan/test_month.py",
    "lan/test_diagnosis.py",
    "lan/test_offices.py",
    "simulation/test_seeds.py",
    "simulation/test_more_seeds.py",
    "importing/test_elections.py",
    "test_torture.py",
    "kills/test_kills.py",
    "kills/test_meeting_kills.py",
    "kills/test_faults.py",
    "kills/test_custody_kills.py",
    "test_bench.py",
    "ledger/test_finality.py",
    "stories/test_library.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {HERE / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


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
