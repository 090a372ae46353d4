"""Nodes at work: real threads, real sockets on loopback, real mDNS where it says so. Blocks of made-up acts."""

import asyncio
import queue
import socket
import ssl
from concurrent.futures import CancelledError
from dataclasses import dataclass
from os import urandom

import pytest

from core.errors import MunimentError
from sync.events import MeetingEnded, MeetingFailed, NeighboursChanged, PeerRefused
from sync.messages import Bye, decode_message
from sync.service import Service, Settings
from tests.sync.graphs import GraphReplica, make_members, same_view, seed

TIMEOUT_S = 30
QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)
NAMED = Settings(port=0, loopback_only=True, announce=True, automatic=False)
BUSY = Settings(port=0, loopback_only=True, announce=True, automatic=True)


class SteadyHand:
    quarantine = None
    new_key_in_force = False


class NothingToCheck:
    def verify_stored(self, after_position, count):
        return None

    def verify_state(self):
        return iter(())


class OwnedGraph(GraphReplica):
    closed = False
    acts_at_once = when_due = None
    hand, checking = SteadyHand(), NothingToCheck()

    def entering(self):
        return None

    def enter_in_order(self):
        return False

    def close(self):
        self.closed = True


@dataclass
class Opened:
    office: OwnedGraph
    node_seed: bytes
    next_seed: bytes | None = None


class Node:
    """A service and what it tells."""

    def __init__(self, number, roll, settings, network):
        self.events = queue.SimpleQueue()
        opened = Opened(OwnedGraph(number, roll, network), seed(number))
        self.service = Service(lambda: opened, settings)
        self.service.listen(self.events.put)
        self.service.start()

    @property
    def office(self):
        return self.service.office

    @property
    def address(self):
        return f"127.0.0.1:{self.service.port}"

    def act(self):
        return self.service.call(self.office.act).result(TIMEOUT_S)

    def until(self, kind, condition=lambda event: True):
        while True:
            event = self.events.get(timeout=TIMEOUT_S)
            if isinstance(event, kind) and condition(event):
                return event


@pytest.fixture
def start():
    """A function of settings and numbers; stops what it started."""
    nodes = []
    roll = make_members(4)
    network = urandom(32)  # other runs of this test on the same computer are another network

    def make(settings, *numbers, members=roll):
        made = [Node(number, members, settings, network) for number in numbers]
        nodes.extend(made)
        return made

    yield make
    for node in nodes:
        node.service.stop()
        assert node.office.closed
        assert not node.service._thread.is_alive()


def test_two_nodes_meet_at_a_typed_address(start):
    first, second = start(QUIET, 0, 1)
    first.act()
    report = second.service.meet_address(first.address).result(TIMEOUT_S)
    assert report["office"] == 0
    assert report["tls"].startswith("TLSv1.3")
    assert report["blocks_new"] == report["blocks_written"] == 1
    assert report["bytes"] < 1200
    answered = first.until(MeetingEnded).report
    assert (answered["office"], answered["initiator"], answered["blocks_new"]) == (1, False, 1)
    assert same_view(first.office, second.office)


def test_an_idle_meeting_costs_less_than_300_bytes(start):
    first, second = start(QUIET, 0, 1)
    first.act()
    second.service.meet_address(first.address).result(TIMEOUT_S)
    report = second.service.meet_address(first.address).result(TIMEOUT_S)
    assert report["bytes"] < 300


def test_a_named_office_is_found_by_mdns_and_met(start):
    first, second = start(NAMED, 0, 1)
    first.act()
    report = second.service.meet_office(0, TIMEOUT_S).result(TIMEOUT_S)
    assert report["address"] == first.address
    assert 0 <= report["discovery_s"] < TIMEOUT_S
    assert same_view(first.office, second.office)
    near = second.service.call(second.service.neighbours).result(TIMEOUT_S)[0]  # members come first
    assert (near.office, near.same_network, near.same_version) == (0, True, True)


def test_four_nodes_left_alone_come_to_one_view_and_to_rest(start):
    """An act at one of them is seen by all and certified, without anybody asking."""
    nodes = start(BUSY, 0, 1, 2, 3)
    act = nodes[3].act()
    for node in nodes:
        node.until(
            MeetingEnded, lambda _, node=node: node.office.holds(act) and node.office.lace.vertices[act].certified
        )
    assert nodes[0].until(MeetingEnded, lambda _: same_view(*(node.office for node in nodes)))


def test_two_who_call_on_each_other_at_once_both_get_a_meeting(start):
    first, second = start(QUIET, 0, 1)
    for _ in range(5):
        first.act()
        second.act()
        ours = first.service.meet_address(second.address)
        theirs = second.service.meet_address(first.address)
        assert ours.result(TIMEOUT_S)["office"] == 1
        assert theirs.result(TIMEOUT_S)["office"] == 0
        assert same_view(first.office, second.office)


def test_a_call_that_crosses_ours_waits_for_its_end(start):
    """Ours hangs at an address where somebody listens and says nothing: theirs must not fail for that."""
    first, second = start(QUIET, 0, 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = f"127.0.0.1:{silent.getsockname()[1]}"
        ours = first.service._submit(first.service._meetings._call_on([hanging], expected=1))
        connection, _ = silent.accept()
        first.act()
        theirs = second.service.meet_address(first.address)
        while not first.service.call(lambda: first.service._meetings._serving).result(TIMEOUT_S):
            assert not theirs.done()
        connection.close()
    with pytest.raises(MunimentError):
        ours.result(TIMEOUT_S)
    assert theirs.result(TIMEOUT_S)["office"] == 0
    assert same_view(first.office, second.office)


def test_a_stranger_and_a_removed_node_are_refused_on_both_sides(start):
    (first,) = start(QUIET, 0)
    (stranger,) = start(QUIET, 3, members=make_members(4))
    (removing,) = start(QUIET, 1, members=make_members(3))
    with pytest.raises(MunimentError, match="peer-refused-us"):
        stranger.service.meet_address(removing.address).result(TIMEOUT_S)
    assert removing.until(PeerRefused).code == "unknown-peer"
    with pytest.raises(MunimentError, match="unknown-peer"):
        removing.service.meet_address(stranger.address).result(TIMEOUT_S)
    assert stranger.until(PeerRefused).code == "peer-refused-us"
    assert first.service.meet_address(stranger.address).result(TIMEOUT_S)["office"] == 3


def test_members_of_two_networks_with_the_same_keys_part_politely(start):
    (first,) = start(QUIET, 0)
    other = Opened(OwnedGraph(1, make_members(4), network=b"o" * 32), seed(1))
    service = Service(lambda: other, QUIET)
    service.start()
    try:
        with pytest.raises(MunimentError, match="other-network"):
            service.meet_address(first.address).result(TIMEOUT_S)
        assert first.until(MeetingFailed).code == "other-network"
    finally:
        service.stop()


def test_a_copy_of_the_same_computer_is_told_apart_from_a_stranger(start):
    first, copy = start(QUIET, 0, 0)
    with pytest.raises(MunimentError, match="own-key"):
        copy.service.meet_address(first.address).result(TIMEOUT_S)
    assert first.until(PeerRefused).code == "own-key"


def test_another_office_than_the_expected_one(start):
    first, second = start(QUIET, 0, 1)
    meeting = second.service._submit(second.service._meetings._call_on([first.address], expected=2))
    with pytest.raises(MunimentError, match="other-office-there") as error:
        meeting.result(TIMEOUT_S)
    assert error.value.facts == {"office": 2, "found": 0}


@pytest.mark.parametrize(("number", "code"), [(9, "unknown-office"), (0, "unknown-office"), (1, "office-not-found")])
def test_offices_that_cannot_be_met(start, number, code):
    (node,) = start(QUIET, 0)
    with pytest.raises(MunimentError, match=code):
        node.service.meet_office(number, 0.05).result(TIMEOUT_S)


def test_nobody_there_and_bad_addresses(start):
    (node,) = start(QUIET, 0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MunimentError, match="port-refused"):
        node.service.meet_address(f"127.0.0.1:{port}").result(TIMEOUT_S)
    with pytest.raises(MunimentError, match="bad-address"):
        node.service.meet_address("127.0.0.1:").result(TIMEOUT_S)


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = Service(
            lambda: Opened(OwnedGraph(0, make_members(4)), seed(0)),
            Settings(port=taken.getsockname()[1], loopback_only=True),
        )
        with pytest.raises(MunimentError, match="port-taken"):
            service.start()
    assert service.office.closed


def test_what_opening_raises_reaches_whoever_starts():
    def locked():
        raise MunimentError("wrong-passphrase")

    with pytest.raises(MunimentError, match="wrong-passphrase"):
        Service(locked, QUIET).start()


def test_a_stopped_service_takes_no_calls(start):
    (node,) = start(QUIET, 0)
    node.service.stop()
    with pytest.raises(MunimentError, match="service-stopped"):
        node.service.call(lambda: None)


def test_what_a_call_raises_reaches_the_caller(start):
    (node,) = start(QUIET, 0)
    with pytest.raises(MunimentError, match="unknown-block"):
        node.service.call(lambda: (_ for _ in ()).throw(MunimentError("unknown-block"))).result(TIMEOUT_S)


def test_stopping_in_the_middle_of_a_meeting(start):
    """The peer has shaken hands and then says nothing."""
    (node,) = start(QUIET, 0)
    member = Opened(OwnedGraph(1, node.office.roll), seed(1))

    async def shake_and_wait():
        from sync.link import connect
        from sync.tls import Credentials

        trusted = [one.certificate for one in node.office.roll.members]
        link = await connect(Credentials(member.node_seed), trusted, "127.0.0.1", node.service.port)
        assert decode_message(await link.receive()).network == node.office.network
        await asyncio.to_thread(node.service.stop)
        with pytest.raises(MunimentError, match="link-lost"):
            await link.receive()
        link.abort()

    asyncio.run(shake_and_wait())


def test_courier_files_there_and_back(start, tmp_path):
    first, second = start(QUIET, 0, 1)
    first.act()
    path = tmp_path / "for-office-1.courier"
    written = first.service.write_courier(path, [1]).result(TIMEOUT_S)
    assert (written["blocks"], written["recipients"]) == (1, [1])
    read = second.service.read_courier(path).result(TIMEOUT_S)
    assert (read["sender"], read["blocks_new"], read["blocks_written"]) == (0, 1, 1)
    assert read["chains"] == [[0, 0, 1, 1]]
    back = tmp_path / "back.courier"
    second.service.write_courier(back, [read["sender"]]).result(TIMEOUT_S)
    assert first.service.read_courier(back).result(TIMEOUT_S)["blocks_new"] == 1
    assert same_view(first.office, second.office)
    with pytest.raises(MunimentError, match="courier-repeated"):
        first.service.read_courier(back).result(TIMEOUT_S)
    with pytest.raises(MunimentError, match="file-not-found"):
        first.service.read_courier(tmp_path / "none").result(TIMEOUT_S)


def ends(connection):
    """Read to the end, which a closed connection reaches one way or another."""
    try:
        while connection.recv(1000):
            pass
    except (ssl.SSLError, ConnectionError):
        pass
    return True


# -- whoever may come -----------------------------------------------------------------------------------


def test_strangers_who_hold_connections_open_do_not_keep_members_out(start):
    first, second = start(QUIET, 0, 1)
    with socket.create_connection(("127.0.0.1", first.service.port)) as silent:
        assert second.service.meet_address(first.address).result(TIMEOUT_S)["office"] == 0
        assert silent.fileno() > 0


def test_more_than_four_handshakes_from_one_address_are_not_heard(start):
    (node,) = start(QUIET, 0)
    held = [socket.create_connection(("127.0.0.1", node.service.port)) for _ in range(5)]
    try:
        held[4].settimeout(TIMEOUT_S)
        assert held[4].recv(1) == b""  # closed unheard
        assert node.service._listener.refused_unheard == 1
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", bytes(600), b"\x16\x03\x01\xff\xff" + bytes(70_000)])
def test_noise_instead_of_a_handshake(start, noise):
    (node,) = start(QUIET, 0)
    with socket.create_connection(("127.0.0.1", node.service.port)) as connection:
        connection.sendall(noise)
        assert node.until(PeerRefused).code in {"bad-handshake", "other-protocol-version", "peer-refused-us"}


def test_a_member_that_comes_anew_takes_the_place_of_its_dead_connection(start):
    first, second = start(QUIET, 0, 1)
    context = second.service._meetings._credentials.context(False, [m.certificate for m in first.office.roll.members])
    with (
        socket.create_connection(("127.0.0.1", first.service.port)) as plain,
        context.wrap_socket(plain) as dead,
    ):
        assert dead.recv(4)
        assert second.service.meet_address(first.address).result(TIMEOUT_S)["office"] == 0
        assert ends(dead)


def test_a_session_error_is_told_to_the_peer_as_a_code(start):
    (node,) = start(QUIET, 0)

    async def speak_nonsense():
        from sync.link import connect
        from sync.tls import Credentials

        trusted = [one.certificate for one in node.office.roll.members]
        link = await connect(Credentials(seed(1)), trusted, "127.0.0.1", node.service.port)
        await link.receive()
        await link.send(b"\xff\xff")
        answer = decode_message(await link.receive())
        await link.close()
        return answer

    assert asyncio.run(speak_nonsense()) == Bye("not-canonical")
    assert node.until(MeetingFailed).code == "not-canonical"


def test_neighbours_that_leave_are_told(start):
    first, second = start(NAMED, 0, 1)
    assert first.until(NeighboursChanged, lambda event: 1 in {near.office for near in event.neighbours})
    second.service.stop()
    assert first.until(NeighboursChanged, lambda event: 1 not in {near.office for near in event.neighbours})


def test_unfinished_work_is_cancelled_when_the_service_stops(start):
    (node,) = start(QUIET, 0)
    waiting = node.service.meet_office(1, 60)
    node.service.stop()
    with pytest.raises((CancelledError, MunimentError)):
        waiting.result(TIMEOUT_S)


def test_an_address_once_typed_is_called_on_although_nothing_announces_it(start):
    first, second = start(QUIET, 0, 1)
    second.service.meet_address(first.address).result(TIMEOUT_S)
    assert second.service.call(lambda: second.office.encounters.addresses).result(TIMEOUT_S) == {0: [first.address]}
    first.act()
    report = second.service.meet_office(0, 0.0).result(TIMEOUT_S)
    assert (report["office"], report["blocks_new"], report["discovery_s"]) == (0, 1, None)
