"""The processes that are killed, or whose disk fails: each is started once for all tests that a process runs."""

from collections.abc import Iterator

import pytest

from tests.kills.faulting import Faulting
from tests.kills.test_kills import Recorder


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.close()


@pytest.fixture(scope="session")
def faulting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulting]:
    made = Faulting(tmp_path_factory.mktemp("faults"))
    yield made
    made.close()
