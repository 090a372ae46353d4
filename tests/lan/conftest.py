"""A LAN for a test, or the reason why there is none."""

import pytest

from tests.lan import namespaces


@pytest.fixture(scope="session")
def why_no_lan():
    return namespaces.missing()


@pytest.fixture
def make_lan(why_no_lan):
    """A function of the number of places; what it makes is gone after the test."""
    if why_no_lan:
        pytest.skip(why_no_lan)
    made = []

    def make(places):
        lan = namespaces.Lan(places)
        made.append(lan)
        return lan.__enter__()

    yield make
    for lan in made:
        lan.__exit__()
