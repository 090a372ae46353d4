"""What every test needs: Qt without a screen. Fixtures of one part stand in that part's own conftest.

Set before anything imports Qt. One application for the whole process, made before the first test: commands that print
make a smaller one where none is (desktop/fonts.py), and a process can have only one, so the order of the tests would
decide whether windows work.
"""

import os

import pytest
from PySide6.QtWidgets import QApplication

from tests import drawing

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def _one_application(qapp: QApplication) -> None: ...


@pytest.fixture(scope="module", autouse=True)
def _drawn_for_the_module(request: pytest.FixtureRequest) -> None:
    drawing.begin(request.module.__name__)


@pytest.fixture(autouse=True)
def _drawn_for_the_test(request: pytest.FixtureRequest) -> None:
    drawing.begin(request.node.nodeid)
