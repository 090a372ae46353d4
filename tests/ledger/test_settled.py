"""Memory levels off however long a network runs, and what has left it still answers as before.

That no rule knows which blocks have left is compared with the literal rules in test_finality.py and simulated in
tests/simulation; here stand what they do not look at.
"""

import pytest

from core.ledger.anchors import Anchor, Finality
from core.ledger.blocklace import Blocklace
from core.ledger.roll import Member, make_roll
from core.ledger.settled import Approved, SettledRow
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.settled import SettledStore
from tests.bench.finality import gossip
from tests.ledger.shelves import Shelf

OFFICES = 4
KEPT = 50


def decided(block_count: int, shelf: Shelf | None, anchors: list[Anchor]) -> Finality:
    roll = make_roll([Member(n, f"office {n}", n.to_bytes(32, "big"), b"", ()) for n in range(OFFICES)])
    finality = Finality(Blocklace(roll, shelf=shelf))
    for identity, header in gossip(roll, block_count):
        anchors += finality.add(finality.lace.add(identity, header, header.payload is not None).vertex)
        finality.settle(KEPT)
    return finality


def grown(block_count: int, shelf: Shelf | None) -> Blocklace:
    return decided(block_count, shelf, []).lace


def test_memory_levels_off() -> None:
    short, long = grown(400, Shelf([])).settled.in_memory, grown(1_200, Shelf([])).settled.in_memory
    assert long <= short + KEPT
    assert long < 4 * KEPT
    assert grown(400, None).settled.in_memory == 400


def test_what_has_left_answers_as_before() -> None:
    here, away = grown(300, None), grown(300, Shelf([]))
    assert list(away.vertices) == list(here.vertices)
    for block, vertex in here.vertices.items():
        other = away.vertices[block]
        assert other is away.vertices[block]
        assert [one.id for one in other.parents] == [one.id for one in vertex.parents]
        assert [one.id for one in away.at(other.author, 0, other.seq)] == [block]
        assert [tip and tip.id for tip in other.clock] == [tip and tip.id for tip in vertex.clock]
    assert b"none" not in away.vertices


def test_anchors_that_have_left_are_found_by_number() -> None:
    anchors: list[Anchor] = []
    finality = decided(600, Shelf(anchors), anchors)
    assert len(anchors) > 20
    assert anchors[0].vertex.home is not None
    for anchor in anchors:
        assert finality.anchor_vertex(anchor.number) is anchor.vertex
        assert anchor.vertex.leads == anchor.number
        assert finality.newest_in_past(anchor.vertex) == anchor.consensus_ms
    assert finality.count == len(anchors)


@pytest.fixture
def store() -> SettledStore:
    return SettledStore(Database(IN_MEMORY, bytes(KEY_BYTES)))


def row(position: int, block: bytes, approved: Approved) -> SettledRow:
    return SettledRow(position, block, 1, 0, position, b"facts", b"links", approved)


def test_rows_of_another_past_are_no_rows_of_this_one(store: SettledStore) -> None:
    """An old page put back may have left rows behind whose blocks never came again."""
    assert store.position_of(bytes(32)) is None
    store.put([row(1, b"a" * 32, Approved(0, 1, False)), row(2, b"b" * 32, Approved(0, 3, False))], [])
    assert store.approved([(1, b"a" * 32), (2, b"c" * 32)]) == {1: Approved(0, 1, False)}
    store.put([row(2, b"c" * 32, Approved(0, 1, False))], [(1, Approved(2, 1 << 99, True))])
    assert (store.position_of(b"b" * 32), store.position_of(b"c" * 32)) == (None, 2)
    assert store.row(1).approved == Approved(2, 1 << 99, True)
    assert store.positions_at(1, 0, 2) == [2]


def test_an_earlier_run_that_knew_more_changes_nothing_before_its_blocks_are_here() -> None:
    shelf = Shelf([])
    grown(300, shelf)
    again = grown(200, shelf)
    roll = again.roll
    known = [identity for identity, _ in gossip(roll, 300)]
    assert [one in again.vertices for one in known] == [True] * 200 + [False] * 100
    assert [one.id for one in again.vertices.values()] == known[:200]
