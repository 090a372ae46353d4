"""Papers and windows of one process share one application: it is made for windows before a paper asks for letters."""

import pytest

from desktop.qt_application import make_application


@pytest.fixture(autouse=True, scope="session")
def _dressed(qapp: object) -> None:
    make_application()
