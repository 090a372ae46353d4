"""An office killed at every boundary of its work loses nothing that it acknowledged, and never forks its own chain.

Acknowledgements are lines of the killed process (tests/kills/recorder.py), compared here by another one. After each
kill the office must open without quarantine, hold every acknowledged act and block, hold for each intent that stands
in its file exactly that block, and go on working.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.crypto.keyfile import Cost, open_keys
from core.crypto.signing import SigningKey, verify
from core.folder import Folder, NewOfficer, create_office, enter_network, open_office, open_officer
from core.laws import Law
from core.ledger.charter import decode_card, found
from core.ledger.encoding import Value, encode
from core.ledger.payload import Group
from core.office import Office
from core.store.computer import computer_identity
from core.store.intent import IntentLog
from core.store.intent_format import BOX_AT, HEAD_BYTES, HEADER_BYTES, place_of, read_head
from core.views import Step
from sync.certificate import make_certificate
from tests.kills.cases import ACTS, BATCH_ACTS, CARD_FILE, NEIGHBOUR_FILE, PASSPHRASE
from tests.kills.kept import KeptFolder
from tests.kills.moments import kill_at_random
from tests.ledger.building import FOUNDED_MS, Network
from tests.offices import StepClock, land_law, land_network, open_in_memory, propose_registration, register

RANDOM_KILLS = 30
LAND_HOMES = {"land.parcel": "office"}
PEOPLE = (("Anna", "registrar"), ("Boris", "notary"))
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not hasattr(__import__("os"), "pidfd_open"), reason="the killed process is watched by Linux' pidfd"
)


@dataclass(frozen=True)
class Ending:
    done: list[str]  # acknowledgements, in order
    status: int  # -9: killed; 0: came to its end
    boundaries: int  # that it passed, if it came to its end


class Recorder:
    """The process that runs one case after another."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.kills.recorder"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def run(
        self, folder: Folder, boundary: int = 0, delay_s: float | None = None, first: int = 1, task: str = "work"
    ) -> Ending:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder.path), boundary, delay_s, first, task]) + "\n")
        done = []
        for line in self._process.stdout:
            words = line.split()
            if words[0] == "end":
                return Ending(done, int(words[1]), int(words[2]))
            done.append(line.strip())
        raise AssertionError("the recorder itself has ended")

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(10) == 0


class Desk(KeptFolder):
    """An office on the disk, the first of a network whose others are those of tests/offices.py."""

    def __init__(self, path: Path, law: Law | None = None, homes: Mapping[str, str] = LAND_HOMES) -> None:
        """`law`: of the network, the land law if none is named."""
        folder = Folder(path)
        people = [NewOfficer(name, frozenset({role}), PASSPHRASE) for name, role in PEOPLE]
        cheap = Cost.cheapest()
        own = create_office(folder, "Desk", PASSPHRASE, people, make_certificate, cheap, floor=cheap)
        neighbours = land_network()
        cards, laws = [own, *neighbours.charter.cards[1:]], [(law or land_law()).canonical]
        charter = found("Kills", FOUNDED_MS, cards, laws, dict(homes))
        enter_network(folder, charter.encoded, PASSPHRASE)
        seed = open_keys(folder.node_key.read_bytes(), PASSPHRASE).secrets["node_seed"]
        own_keys = tuple(open_officer(folder, place, PASSPHRASE) for place in range(len(PEOPLE)))
        officers = (own_keys, *neighbours.officers[1:])
        self.network = Network(charter, (SigningKey(seed), *neighbours.nodes[1:]), officers)
        super().__init__(folder)

    def bring(self, blocks: Iterable[Sequence[Value]]) -> None:
        """What the process that is killed takes in as a neighbour's."""
        (self.folder.path / NEIGHBOUR_FILE).write_bytes(encode([list(block) for block in blocks]))
        self.keep()

    def intents(self) -> list[tuple[int, bytes]]:
        """(seq, block id) of the last blocks, two at most, that this office meant to sign, the older first."""
        content = self.folder.intent.read_bytes()
        found = []
        for number in (0, 1):
            place = place_of(number)
            slot = read_head(number, content[place : place + HEAD_BYTES], content[HEADER_BYTES - 32 : HEADER_BYTES])
            if slot and slot.holds(content[place + BOX_AT :][: slot.box_bytes]):  # else it is torn and no intent
                found.append((slot.seq, slot.block_id))
        return sorted(found)


def working_desk(path: Path) -> Desk:
    """With a neighbour's acts to be taken in."""
    desk = Desk(path)
    neighbour = open_in_memory(desk.network, 1)
    for number in (50, 51):
        register(desk.network, neighbour, number)
    desk.bring(neighbour.block(block) for block in neighbour.newer_than([]))
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return working_desk(tmp_path / "office")


def record_one_more(desk: Desk, office: Office) -> None:
    proposal = propose_registration(office, 999)
    signature = desk.network.officers[0][0].sign(office.signing_message([proposal.encoded]))
    assert office.record(Group((proposal.encoded,), (signature,)))[0].ladder.step is Step.RECORDED


def check(desk: Desk, ending: Ending, why: str, passphrase: str = PASSPHRASE) -> Counter[int]:
    """The office opens, and nothing that it acknowledged is missing; how many blocks of each author it holds."""
    intended = desk.intents()
    office = open_office(desk.folder, passphrase, StepClock()).office
    try:
        assert office.hand.quarantine is None, why
        record_one_more(desk, office)
        for done in ending.done:
            kind, _, name = done.partition(" ")
            if kind == "act":
                assert office.acts.view(bytes.fromhex(name)).ladder.step in (Step.RECORDED, Step.WITNESSED), why
            elif kind == "block":
                assert bytes.fromhex(name) in office.lace.vertices, why
        for seq, block in intended:
            assert office.at(0, 0, seq) == [block], why
        assert office.forkers() == frozenset(), why
        newest = max((seq for seq, _ in intended), default=0)
        assert len(office.at(0, 0, newest + 1)) == 1, why
        assert office.at(0, 0, newest + 2) == [], why
        assert office.checking.verify_stored(0, 1000) is not None, why
        acts = sum(office.standing.counts().ladder.values())
        assert len(office.records.page("land.parcel")) == acts, why
        return Counter({tip.author: tip.seq for tip in office.vector()})
    finally:
        office.close()


def test_the_whole_day_without_a_kill(recorder: Recorder, desk: Desk) -> None:
    ending = recorder.run(desk.put_back())
    assert ending.status == 0
    assert sum(done.startswith("act") for done in ending.done) == ACTS + BATCH_ACTS
    assert ending.boundaries > 45
    check(desk, ending, "no kill")


def test_killed_at_every_boundary_nothing_acknowledged_is_lost(recorder: Recorder, desk: Desk) -> None:
    whole = recorder.run(desk.put_back())
    reached = set()
    for boundary in range(1, whole.boundaries + 1):
        ending = recorder.run(desk.put_back(), boundary)
        assert ending.status == -9
        check(desk, ending, f"killed at boundary {boundary} of {whole.boundaries}")
        reached.add(len(ending.done))
    assert reached >= set(range(len(whole.done)))


def test_killed_at_every_boundary_of_a_new_key_the_office_goes_on_and_makes_one_key(
    recorder: Recorder, desk: Desk
) -> None:
    """The crash windows: before the key file, before its intent file, before it is noted, before its card."""
    whole = recorder.run(desk.put_back(), task="renew")
    assert (whole.status, len(whole.done)) == (0, 2)
    for boundary in range(1, whole.boundaries + 1):
        ending = recorder.run(desk.put_back(), boundary, task="renew")
        why = f"killed at boundary {boundary} of {whole.boundaries}"
        assert ending.status == -9, why
        check(desk, ending, why)  # the old key goes on, and forks nothing
        again = recorder.run(desk.folder, task="renew")
        (named,) = {done.split()[1] for done in [*ending.done, *again.done]}
        key = bytes.fromhex(named)
        card = decode_card((desk.folder.path / CARD_FILE).read_bytes(), verify)
        intent = IntentLog(desk.folder.later_intent(key), key, computer_identity())
        assert (card.node_key, intent.computer_matches(), intent.last()) == (key, True, None), why
        intent.close()


def test_killed_again_while_it_finishes_what_was_interrupted(recorder: Recorder, desk: Desk) -> None:
    """The first kill falls between the intent and the commit; the second at each boundary of the next start."""
    whole = recorder.run(desk.put_back())
    interrupted = next(
        boundary
        for boundary in range(1, whole.boundaries)
        if recorder.run(desk.put_back(), boundary).status == -9 and desk.intents()
    )
    assert recorder.run(desk.put_back(), interrupted + 3).done == ["open"]
    desk.keep()
    (intent,) = desk.intents()
    boundary, ending = 0, Ending([], -9, 0)
    while not ending.done:
        boundary += 1
        ending = recorder.run(desk.put_back(), boundary, first=10)
        assert ending.status == -9
        assert desk.intents()[0] == intent
        check(desk, ending, f"killed again at boundary {boundary}")
    assert boundary >= 4


def test_killed_anywhere_thirty_times(recorder: Recorder, desk: Desk) -> None:
    def run(delay_s: float | None) -> bool:
        ending = recorder.run(desk.put_back(), delay_s=delay_s)
        check(desk, ending, f"random kill after {delay_s} s")
        return ending.status == -9

    kill_at_random(7, RANDOM_KILLS, run)
