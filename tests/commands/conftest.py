"""One founded network for tests that only read it, and a new one for each test that writes."""

from pathlib import Path

import pytest

from tests.commands.places import Founded, Place, found_network


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Four offices; the first has registered parcels 1 and 2, the second has them too. Nobody may write to it."""
    network = found_network(tmp_path_factory.mktemp("founded"))
    network.places[0].record(1, 2)
    network.hand_over(0, 1)
    return network


@pytest.fixture
def network(tmp_path: Path) -> Founded:
    """Two offices with nothing recorded, for the test alone."""
    return found_network(tmp_path, count=2)


@pytest.fixture
def office(network: Founded) -> Place:
    return network.places[0]
