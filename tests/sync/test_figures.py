"""What a meeting costs on the socket, the handshake included: counted by a relay between two nodes."""

import socket
import threading

from sync.compact import compress
from tests.sync.graphs import make_members, same_view
from tests.sync.test_service import QUIET, TIMEOUT_S, start  # noqa: F401  # a fixture

OFFICES = 20


class Relay:
    """Passes one connection on to a port, and counts what goes by, both ways."""

    def __init__(self, port):
        self.bytes = 0
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        here, _ = self._listening.accept()
        there = socket.create_connection(("127.0.0.1", self._port))
        pumps = [threading.Thread(target=self._pump, args=pair) for pair in ((here, there), (there, here))]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        here.close()
        there.close()

    def _pump(self, source, target):
        try:
            while data := source.recv(65536):
                self.bytes += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return  # either side has gone

    def close(self):
        self._listening.close()
        for thread in self._threads:
            thread.join(TIMEOUT_S)


def met_through(relay_to, caller):
    relay = Relay(relay_to.service.port)
    report = caller.service.meet_address(relay.address).result(TIMEOUT_S)
    relay.close()
    return report, relay.bytes


def test_a_day_of_sixty_acts_and_nothing_new_on_the_socket(start):  # noqa: F811  # the fixture
    first, second = start(QUIET, 0, 10, members=make_members(OFFICES))
    for _ in range(30):
        first.service.call(lambda: first.office.act(600)).result(TIMEOUT_S)
        second.service.call(lambda: second.office.act(600)).result(TIMEOUT_S)
    report, on_socket = met_through(first, second)
    assert same_view(first.office, second.office)
    blocks = list(first.office.blocks.values())
    payloads = sum(len(compress(block.payload)) for block in blocks if block.payload)
    assert report["bytes"] <= 45_000
    assert on_socket <= 48_000
    assert on_socket <= 1.15 * payloads + 100 * len(blocks) + 3_000  # of which the handshake is half
    report, on_socket = met_through(first, second)
    assert report["bytes"] <= 300
    assert on_socket <= 3_000
