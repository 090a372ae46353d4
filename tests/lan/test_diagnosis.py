"""Every cause that keeps offices from finding each other, made in fact between namespaces, and named by the diagnosis."""

import shutil
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.lan
HERE = Path(__file__).parent
WAIT_S = 1.0  # instead of a quarter of a minute
NEEDS_IPTABLES = pytest.mark.skipif(shutil.which("iptables") is None, reason="firewall rules are set by `iptables`")


def node(lan, place, automatic=False):
    started = lan.start(place, str(HERE / "meeting.py"), str(place), "7420", str(automatic))
    started.until(lambda said: "port" in said)
    return started


def causes(started, wait_s=WAIT_S):
    started.order(do="diagnose", wait_s=wait_s)
    return started.until(lambda said: "causes" in said)["causes"]


def call(started, address):
    started.order(do="meet", address=address)
    return started.until(lambda said: "office" in said or "refused" in said)


def test_an_office_that_answers_is_told(make_lan):
    lan = make_lan(2)
    first, _ = node(lan, 0), node(lan, 1)
    assert causes(first, 15.0) == [["office-answers", {"offices": [1]}]]


def until(started, wanted):
    """Asked again and again: interfaces are looked at every two seconds, others need a moment to begin."""
    while causes(started) != wanted:
        pass


def test_nobody_there_then_no_network_then_a_private_tunnel(make_lan):
    lan = make_lan(1)
    alone = node(lan, 0)
    assert causes(alone) == [["nobody-announced", {}]]
    lan.unplug(0)
    until(alone, [["no-network", {}]])
    lan.plug_in(0)
    lan.add_tunnel(0, "wg0", "10.99.0.1")
    until(alone, [["vpn", {"interfaces": ["wg0"]}]])


@NEEDS_IPTABLES
def test_a_firewall_here_that_holds_announcements_back(make_lan):
    lan = make_lan(2)
    for way in ("INPUT", "OUTPUT"):
        lan.drop(0, way, "-p", "udp", "--dport", "5353")
    _, first = node(lan, 1), node(lan, 0)
    assert ["multicast-blocked", {"where": "here", "addresses": [lan.address(0)]}] in causes(first)


def test_a_network_that_lets_no_announcement_pass(make_lan):
    """The address is typed; from then on the office is called on although nothing announces it."""
    lan = make_lan(2)
    lan.hold_back_multicast()
    first, _ = node(lan, 0), node(lan, 1)
    assert call(first, lan.address(1)) == {"office": 1}
    found = [["office-answers", {"offices": [1]}], ["multicast-blocked", {"where": "between"}]]
    assert causes(first) == found


@NEEDS_IPTABLES
def test_nothing_takes_calls_there_or_a_firewall_holds_them_back(make_lan):
    lan = make_lan(2)
    first, second = node(lan, 0), node(lan, 1)
    assert call(first, lan.address(1)) == {"office": 1}
    second.end()
    where = {"office": 1, "address": lan.address(1)}
    assert ["port-refused", where] in causes(first)
    lan.drop(1, "INPUT", "-p", "tcp", "--dport", "7420")
    assert ["port-silent", where] in causes(first)


def test_another_network_and_another_version(make_lan):
    lan = make_lan(3)
    lan.start(1, str(HERE / "discovering.py"), "another", "7420")
    lan.start(2, str(HERE / "discovering.py"), "network", "7420", "99")
    first = node(lan, 0)
    until(first, [["other-version-near", {"count": 1}], ["other-network-near", {"count": 1}]])


def test_meetings_go_on_by_themselves_within_twenty_seconds(make_lan):
    """After a cable was out for a while, and under another address."""
    lan = make_lan(2)
    first, second = node(lan, 0, automatic=True), node(lan, 1, automatic=True)
    first.order(do="act")
    second.until(lambda said: said.get("new"))
    lan.unplug(1)
    first.order(do="act")
    first.until(lambda said: "acted" in said)
    causes(first)  # takes its time, in which nobody answers
    lan.plug_in(1)
    assert seconds_until_news(second) <= 20
    lan.set_address(1, "10.77.0.99")
    first.order(do="act")
    assert seconds_until_news(second) <= 20


def seconds_until_news(started):
    begun_s = time.monotonic()
    started.until(lambda said: said.get("new"))
    took_s = time.monotonic() - begun_s
    print(f"news after {took_s:.1f} s")
    return took_s


def test_a_typed_link_local_address_of_ipv6_is_called(make_lan):
    lan = make_lan(2)
    lan.add_ipv6(0)
    there = lan.add_ipv6(1)
    first, _ = node(lan, 0), node(lan, 1)
    assert call(first, f"[{there}%lan0]:7420") == {"office": 1}
