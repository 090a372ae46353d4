"""Discovery over real multicast on loopback. Between computers: tests/lan."""

import asyncio
from contextlib import asynccontextmanager
from random import sample

import pytest

from sync import discovery as discovery_module
from sync.discovery import Discovery, Neighbour, network_tag, node_tag
from sync.interfaces import interface_addresses

NETWORK, OTHER_NETWORK = b"n" * 32, b"o" * 32
PORTS = sample(range(20_000, 60_000), 7)  # nobody listens there; they are only announced
TIMEOUT_S = 15


class Watcher:
    """A Discovery and what it told."""

    def __init__(self, network, key, port, ports):
        self._changed = asyncio.Event()
        self._ports = ports  # others on this computer may announce themselves too
        self.discovery = Discovery(network, key, port, self._on_change, loopback_only=True)

    def _on_change(self, neighbours):
        self._changed.set()

    async def until(self, condition):
        async with asyncio.timeout(TIMEOUT_S):
            while not condition(self.seen):
                self._changed.clear()
                await self._changed.wait()
        return self.seen

    @property
    def seen(self):
        return tuple(one for one in self.discovery.neighbours if one.port in self._ports)


@asynccontextmanager
async def watching(*facts):
    ports = {port for _, port in facts}
    watchers = [Watcher(network, bytes([port % 256]) * 32, port, ports) for network, port in facts]
    try:
        await asyncio.gather(*(watcher.discovery.start() for watcher in watchers))
        yield watchers
    finally:
        await asyncio.gather(*(watcher.discovery.close() for watcher in watchers))


def test_nodes_find_each_other_and_know_a_foreign_network():
    async def run():
        async with watching((NETWORK, PORTS[0]), (NETWORK, PORTS[1]), (OTHER_NETWORK, PORTS[2])) as watchers:
            seen = await watchers[0].until(lambda neighbours: len(neighbours) == 2)
            by_port = {neighbour.port: neighbour for neighbour in seen}
            assert by_port[PORTS[1]].matches_network
            assert by_port[PORTS[1]].is_node(NETWORK, bytes([PORTS[1] % 256]) * 32)
            assert not by_port[PORTS[1]].is_node(NETWORK, bytes([PORTS[2] % 256]) * 32)
            assert by_port[PORTS[1]].addresses == ("127.0.0.1",)
            assert by_port[PORTS[1]].protocol_version == 2
            assert not by_port[PORTS[2]].matches_network

    asyncio.run(run())


def test_a_node_that_says_goodbye_is_gone():
    async def run():
        async with watching((NETWORK, PORTS[3]), (NETWORK, PORTS[4])) as (first, second):
            await first.until(lambda neighbours: [n.port for n in neighbours] == [PORTS[4]])
            await second.discovery.close()
            await first.until(lambda neighbours: neighbours == ())

    asyncio.run(run())


def test_another_set_of_interfaces_starts_anew(monkeypatch):
    """Polled, because zeroconf does not notice: here both computers get another address."""
    monkeypatch.setattr(discovery_module, "POLL_S", 0.05)
    available = [("127.0.0.1",)]
    monkeypatch.setattr(discovery_module, "announced_addresses", lambda loopback_only: available[0])

    async def run():
        async with watching((NETWORK, PORTS[5]), (NETWORK, PORTS[6])) as (first, second):
            await first.until(lambda neighbours: len(neighbours) == 1)
            available[0] = ("127.0.0.2",)
            for watcher in (first, second):
                await watcher.until(lambda found: [n.addresses for n in found] == [("127.0.0.2",)])

    asyncio.run(run())


def neighbour(number, matches):
    return Neighbour(f"name-{number}", ("192.0.2.1",), 7420, 1, matches, b"salt", b"tag")


def test_a_storm_of_names_is_bounded_and_displaces_no_member():
    discovery = Discovery(NETWORK, b"k" * 32, 7420, lambda neighbours: None)
    member = neighbour(0, matches=True)
    assert discovery._remember(member)
    for number in range(1, 10_000):
        discovery._remember(neighbour(number, matches=False))
    late_member = neighbour(10_000, matches=True)
    assert discovery._remember(late_member)
    assert len(discovery.neighbours) == discovery_module.MAX_NEIGHBOURS
    assert {member, late_member} <= set(discovery.neighbours)


def test_tags_say_nothing_without_the_network_id():
    assert network_tag(b"1", NETWORK) != network_tag(b"2", NETWORK)
    assert node_tag(b"1", NETWORK, b"k" * 32) != node_tag(b"1", OTHER_NETWORK, b"k" * 32)


def test_loopback_is_an_address_only_where_there_is_no_other():
    addresses = interface_addresses()
    assert addresses == ("127.0.0.1",) or "127.0.0.1" not in addresses
    assert interface_addresses(loopback_only=True) == ("127.0.0.1",)


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"v": "x", "salt": "00" * 8, "net": "00" * 8, "node": "00" * 8},
        {"v": "1", "salt": "zz", "net": "00" * 8, "node": "00" * 8},
        {"v": "1", "salt": "00" * 9, "net": "00" * 8, "node": "00" * 8},
    ],
)
def test_a_malformed_announcement_is_no_neighbour(texts):
    discovery = Discovery(NETWORK, b"k" * 32, 7420, lambda neighbours: None)
    service = discovery_module.AsyncServiceInfo(
        discovery_module.SERVICE_TYPE,
        f"x.{discovery_module.SERVICE_TYPE}",
        port=7420,
        addresses=[b"\x7f\0\0\x01"],
        properties=texts,
    )
    assert discovery._neighbour("x", service) is None
