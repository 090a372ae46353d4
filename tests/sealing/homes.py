"""Offices that keep children's files under the law of this folder; they meet with the keys that travel with blocks."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.laws import Law, parse_law
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import Journal, MemoryJournal
from core.store.replica import ReplicaStore
from core.views import ActView
from tests.drawing import draw
from tests.independent.confirming import confirm
from tests.ledger.building import Network, make_network
from tests.offices import DATABASE_KEY, StepClock, hand_over, sign

NAME, REPORT = "Alesia Novik", "Found alone on the road to Pinsk"
BLOCKS_A_SIDE = 4


@cache
def children_law() -> Law:
    return parse_law((Path(__file__).parent / "children.yaml").read_text(encoding="utf-8"))


@cache
def children_network(office_count: int = 4) -> Network:
    return make_network(office_count, (children_law().canonical,))


def open_home(
    network: Network, number: int, store: ReplicaStore | None = None, journal: Journal | None = None
) -> Office:
    stored = store or ReplicaStore(Database(IN_MEMORY, DATABASE_KEY))
    return Office(stored, network.charter, number, network.nodes[number], journal or MemoryJournal(), StepClock(), draw)


def make_homes(office_count: int = 4) -> list[Office]:
    return [open_home(children_network(office_count), number) for number in range(office_count)]


def act(office: Office, procedure: str, records: dict[str, bytes], fields: dict[str, Value]) -> ActView:
    network = children_network(len(office.charter.cards))
    proposal = office.propose("children", procedure, records, fields, [Signer(office.number, 0, "registrar")])
    return office.record(sign(network, office, [proposal]))[0]


def entry(number: int, court: int = 1) -> dict[str, Value]:
    return {"file": f"AB-{number}", "entered": [2020, 1, 15], "name": NAME, "court": court, "report": REPORT}


def enter(office: Office, number: int, court: int = 1) -> ActView:
    return act(office, "enter", {}, entry(number, court))


def order_erasure(office: Office, child: bytes) -> ActView:
    fields: dict[str, Value] = {"ground": "court_order", "ordered_by": "Court of Pinsk, 2-17/2026"}
    return act(office, "erase", {"child": child}, fields)


def sign_in(office: Office, officer: int = 0) -> None:
    network = children_network(len(office.charter.cards))
    office.people.sign_in(officer, network.officers[office.number][officer])


def read(office: Office, record: bytes, officer: int = 0) -> dict[str, Value]:
    """What an officer reads of a record's sealed fields, with a purpose."""
    sign_in(office, officer)
    office.people.look(record, "check")
    return office.sealed.open_record(record)


def give_keys(giver: Office, taker: Office, blocks: Sequence[bytes]) -> int:
    taken = sum(taker.keys.take(giver.keys.of_block(block)) for block in blocks)
    return taken + taker.keys.take(giver.keys.for_member(taker.number, taker.keys.wanted()))


def hand_on(giver: Office, taker: Office) -> None:
    """Blocks that the taker lacks, each with its keys."""
    lacking = giver.newer_than([tip.id for tip in taker.vector()])
    hand_over(giver, taker)
    give_keys(giver, taker, lacking)


def meet(one: Office, other: Office) -> int:
    written = 0
    hand_on(one, other)
    hand_on(other, one)
    for _ in range(BLOCKS_A_SIDE):
        wrote = 0
        for writer, reader in ((one, other), (other, one)):
            wrote += writer.write() is not None
            hand_on(writer, reader)
        written += wrote
        if not wrote:
            break
    return written


def settle(offices: Sequence[Office], most_rounds: int = 20, verify: bool = True) -> None:
    """Everybody meets everybody until nobody has a reason to write; a second implementation verifies what came of it."""
    for _ in range(most_rounds):
        written = sum(meet(one, other) for index, one in enumerate(offices) for other in offices[index + 1 :])
        if not written and all(one.vector() == offices[0].vector() for one in offices):
            if verify:
                confirm(offices[0])
            return
    raise AssertionError("the offices do not come to rest")
