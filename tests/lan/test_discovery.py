"""Nodes find each other by real mDNS between network namespaces, also after a cable or an address changes.

How long it takes is measured in the long run (tests/torture/discovery.py).
"""

from pathlib import Path

import pytest

pytestmark = pytest.mark.lan
DISCOVERING = str(Path(__file__).with_name("discovering.py"))


def finds(*expected):
    return lambda said: said["found"] == sorted([list(neighbour) for neighbour in expected])


def test_three_computers_find_each_other(make_lan):
    lan = make_lan(3)
    first = lan.start(0, DISCOVERING, "network", "7420")
    second = lan.start(1, DISCOVERING, "network", "7420")
    foreign = lan.start(2, DISCOVERING, "another", "7420")
    first.until(finds((lan.address(1), 7420, True), (lan.address(2), 7420, False)))
    second.until(finds((lan.address(0), 7420, True), (lan.address(2), 7420, False)))
    foreign.until(finds((lan.address(0), 7420, False), (lan.address(1), 7420, False)))


def test_another_address_is_found_without_help(make_lan):
    lan = make_lan(2)
    first = lan.start(0, DISCOVERING, "network", "7420")
    lan.start(1, DISCOVERING, "network", "7420")
    first.until(finds((lan.address(1), 7420, True)))
    lan.set_address(1, "10.77.0.99")
    first.until(finds(("10.77.0.99", 7420, True)))


def test_a_cable_put_in_later_is_noticed(make_lan):
    lan = make_lan(2)
    lan.unplug(1)
    first = lan.start(0, DISCOVERING, "network", "7420")
    second = lan.start(1, DISCOVERING, "network", "7420")
    lonely = lan.start(0, DISCOVERING, "network", "7421")
    first.until(finds((lan.address(0), 7421, True)))  # by now the first announcements are over
    lan.plug_in(1)
    lonely.until(finds((lan.address(0), 7420, True), (lan.address(1), 7420, True)))
    second.until(finds((lan.address(0), 7420, True), (lan.address(0), 7421, True)))
