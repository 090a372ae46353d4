"""A month of five offices in minutes: real processes in five namespaces, and what an office has to live through.

A partition, a courier, an address change, a restored backup, a stolen computer whose key lies and forks, a hostile neighbour; at the end all
who remain hold the same state, what a second office had seen stands there, and every refusal has its code. n = 5,
f = 1, q = 4; four offices after the theft.
"""

import shutil
from pathlib import Path

import pytest

from tests.lan.offices import asked, command, meet, meet_all, ready, register, settle, start_node, start_offices

pytestmark = pytest.mark.lan
LYING = str(Path(__file__).with_name("hostile_member.py"))
HOSTILE = """
import json, socket, sys
taken = 0
for _ in range(200):
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5) as link:
        try:
            link.sendall(b"\\x16\\x03\\x01\\xff\\xff" + b"\\xff" * 4096)
            taken += bool(link.recv(4096)[:1] not in (b"", b"\\x15"))
        except OSError:
            pass
print(json.dumps({"taken": taken}), flush=True)
"""


class Month:
    """The offices by number, and the acts that somebody else has seen."""

    def __init__(self, make_lan, path):
        self.path, self.secret = path, path / "passphrase"
        self.lan, nodes = start_offices(make_lan, path, 5, places=7)
        self.nodes = dict(enumerate(nodes))
        self.seen = []
        self.parcel = 0

    def data(self, number):
        return self.path / "offices" / f"office-{number}"

    def register(self, number):
        self.parcel += 1
        return register(self.nodes[number], self.parcel, self.secret)["act"]

    def register_and_show(self, number, other):
        """An act that a second office has seen."""
        act = self.register(number)
        meet(self.nodes[number], other)
        self.seen.append(act)

    def stop(self, number):
        self.nodes.pop(number).end()

    def start(self, number):
        self.nodes[number] = ready(start_node(self.lan, number, self.data(number), self.secret))

    def administrator(self):
        return f"2:administrator:{self.secret}"

    def vote(self, number, proposal):
        asked(
            self.nodes[number],
            do="record",
            law="charter",
            procedure="vote",
            records={},
            act={"proposal": {"hex": proposal}, "answer": "yes"},
            officers=[self.administrator()],
        )

    def change(self, proposer, *words):
        """Proposed at one office, voted at all that run; everybody has met until the change is in force."""
        self.stop(proposer)
        told = command(
            self.data(proposer),
            self.secret,
            *("charter", "propose", *words, "--reason", "as it happened", "--officer", self.administrator()),
        )
        self.start(proposer)
        meet_all(self.nodes)
        for number in self.nodes:
            self.vote(number, told["proposal"])
        before = asked(self.nodes[proposer], do="status")["epoch"]
        for _ in range(15):
            meet_all(self.nodes)
            if all(asked(node, do="status")["epoch"] > before for node in self.nodes.values()):
                return
        raise AssertionError("the change never came into force")


@pytest.fixture
def month(make_lan, tmp_path):
    return Month(make_lan, tmp_path)


def test_a_month_of_accidents(month, tmp_path):
    ordinary_days(month)
    a_partition_and_a_stick(month, tmp_path)
    another_address(month)
    a_restored_backup(month, tmp_path)
    a_hostile_neighbour(month)
    late = a_stolen_computer(month, tmp_path)
    standings = settle(month.nodes)
    assert len({one["state_root"] for one in standings}) == 1
    for act in month.seen:
        assert {asked(node, do="act", act=act)["step"] for node in month.nodes.values()} == {"final"}
    for node in month.nodes.values():
        assert node.ask(do="act", act=late)["code"] == "unknown-act"


def ordinary_days(month):
    for number in month.nodes:
        month.register_and_show(number, (number + 1) % 5)


def a_partition_and_a_stick(month, tmp_path):
    """Office 1 is cut off; a stick carries its act to office 2, and the return file what the others had seen."""
    month.lan.unplug(1)
    act = month.register(1)
    there, back = str(tmp_path / "there.courier"), str(tmp_path / "back.courier")
    asked(month.nodes[1], do="courier-write", file=there, to=[2])
    assert asked(month.nodes[2], do="courier-read", file=there)["sender"] == 1
    asked(month.nodes[2], do="courier-write", file=back, to=[1])
    asked(month.nodes[1], do="courier-read", file=back)
    assert 2 in asked(month.nodes[1], do="act", act=act)["seen_by"]
    month.seen.append(act)
    month.lan.plug_in(1)


def another_address(month):
    month.lan.set_address(2, "10.77.0.77")
    met = month.nodes[0].ask(do="meet", office=2, wait_s=20)
    while not met["ok"]:  # until the new address has been announced
        met = month.nodes[0].ask(do="meet", office=2, wait_s=20)
    assert met["address"].startswith("10.77.0.77:")


def a_restored_backup(month, tmp_path):
    """Office 3 loses its disk: what it had shown to office 4 comes back from there, and it signs with a new key."""
    backup, card = tmp_path / "backup", tmp_path / "card"
    month.stop(3)
    command(month.data(3), month.secret, "backup", str(backup))
    month.start(3)
    month.register_and_show(3, 4)
    month.stop(3)
    shutil.rmtree(month.data(3))
    command(month.data(3), month.secret, "restore", str(backup))
    month.start(3)
    assert asked(month.nodes[3], do="status")["quarantine"]
    with pytest.raises(AssertionError, match="quarantine"):
        month.register(3)
    month.stop(3)
    command(month.data(3), month.secret, "renew", str(card), "--officer", month.administrator())
    month.change(0, "incarnation", "--office", "Office 3", "--file", str(card))
    month.start(3)
    meet(month.nodes[3], 0)  # refused under the old key, it shows the new one, and hears that it is in force
    while asked(month.nodes[3], do="status")["quarantine"] == "renewed":
        pass  # it opens itself again with the new key
    meet_all(month.nodes)
    assert not asked(month.nodes[3], do="status")["quarantine"]
    month.register_and_show(3, 0)


def a_hostile_neighbour(month):
    """A computer of nobody's at the sixth place; the office that it bothers goes on."""
    port = asked(month.nodes[0], do="status")["port"]
    stranger = month.lan.start(5, "-c", HOSTILE, month.lan.address(0), str(port))
    assert stranger.until(lambda said: "taken" in said)["taken"] == 0
    month.register_and_show(0, 1)


def a_member_that_lies(month):
    """Whoever has the stolen computer's key uses it at the seventh place (the sixth has called too often in vain)."""
    port = asked(month.nodes[0], do="status")["port"]
    liar = month.lan.start(6, LYING, str(month.data(4)), str(month.secret), month.lan.address(0), str(port))
    lies = liar.until(lambda said: "lies" in said)["lies"]
    assert lies.pop("length") in ("message-too-large", "closed")  # the word may be lost where it closes at once
    assert lies == {
        "noise": "not-canonical",
        "signature": "bad-block-signature",
        "bomb": "bad-compression",
        "count": "blocks-lost",
        "fork": "taken",
    }
    assert asked(month.nodes[0], do="status")["forked"] == [4]
    month.register_and_show(0, 1)


def a_stolen_computer(month, tmp_path):
    """Office 4's computer goes on writing after the others have voted it out; an act that only it has."""
    month.lan.unplug(4)
    late = month.register(4)
    a_member_that_lies(month)
    thief = month.nodes.pop(4)
    month.change(0, "remove", "--office", "Office 4")
    stick = str(tmp_path / "stolen.courier")
    asked(thief, do="courier-write", file=stick, to=[0])
    assert month.nodes[0].ask(do="courier-read", file=stick)["code"] == "unknown-author"
    month.lan.plug_in(4)
    refused = thief.ask(do="meet", office=1, wait_s=20)
    assert refused["code"] == "peer-refused-us"
    return late
