"""An office that was alone for long: what nobody has seen yet leaves memory as well, and comes to its end like the rest.

Beside it stands an office that forgets nothing and is told the same.
"""

import gc
import weakref

import pytest

from core.ledger import settled
from core.ledger.blocklace import Blocklace
from core.ledger.vertex import Vertex
from core.office import Office
from tests.independent.confirming import confirm
from tests.offices import hand_over, land_network, make_offices, meet, meet_until_quiet, open_in_memory, register, sell

NETWORK = land_network()
ACTS = 40
KEPT, STEP = 4, 2


@pytest.fixture
def offices(monkeypatch: pytest.MonkeyPatch) -> list[Office]:
    """The first was alone and forgets early, as does the second; rows follow three at a time."""
    monkeypatch.setattr(settled, "_CHANGED_AT_ONCE", 3)
    made = make_offices()
    for office in made[:2]:
        office.store.settled.keep, office.store.settled.step = KEPT, STEP
    for number in range(ACTS // 2):
        parcel = register(NETWORK, made[0], number).records[0]
        sell(NETWORK, made[0], parcel, number)
    return made


def standing(lace: Blocklace) -> list[tuple[object, ...]]:
    """Of each block with acts, in order of ids, what became of it and who has approved it."""

    def of(one: Vertex) -> tuple[object, ...]:
        by = sorted(witness.id for witness in one.approved_by)
        return one.id, one.approvals, one.counted_in, one.certified, one.anchor, by

    return sorted(of(one) for one in lace.vertices.values() if one.has_acts)


def again(office: Office) -> Office:
    return open_in_memory(NETWORK, office.number, office.store, office.hand.journal)


def test_what_nobody_has_seen_leaves_memory(offices: list[Office]) -> None:
    alone = offices[0]
    assert alone.lace.settled.in_memory <= KEPT + STEP
    assert len(alone.lace.open_acts) == len(alone.lace.awaiting()) == ACTS
    assert [one.seq for one in alone.lace.newest_awaiting()] == [ACTS]
    today = alone.standing.today()
    assert today.counts["not_yet_seen"] == len(today.not_yet_seen) == ACTS
    assert [act.ladder.seen_by for act in today.not_yet_seen] == [(0,)] * ACTS
    restarted = again(alone)
    assert restarted.standing.today() == today
    assert restarted.lace.settled.in_memory <= KEPT + STEP


def test_it_is_approved_and_executed_where_it_stands(offices: list[Office]) -> None:
    alone, forgetful, remembering = offices[:3]
    meet(alone, forgetful)
    assert {len(one.lace.open_acts) for one in (alone, forgetful)} == {ACTS}
    hand_over(forgetful, remembering)
    assert standing(alone.lace) == standing(forgetful.lace) == standing(remembering.lace)
    half_way = again(alone)
    assert standing(half_way.lace) == standing(alone.lace)
    assert (
        alone.standing.today().counts["not_yet_certified"]
        == half_way.standing.today().counts["not_yet_certified"]
        == ACTS
    )
    register(NETWORK, remembering, 500)
    meet_until_quiet(offices)
    assert {len(office.lace.open_acts) for office in offices} == {0}
    assert alone.standing.counts().ladder["final"] == ACTS + 1
    assert len({(office.anchor, office.state_root(), office.store.entries.root()) for office in offices}) == 1
    assert standing(alone.lace) == standing(remembering.lace)
    restarted = again(forgetful)
    assert (restarted.anchor, restarted.state_root()) == (alone.anchor, alone.state_root())
    assert standing(restarted.lace) == standing(remembering.lace)
    confirm(alone)


def test_rows_of_a_run_that_knew_more_do_not_foretell(offices: list[Office]) -> None:
    """A start begins with no anchor: who has approved then is asked anew, whatever the rows say already."""
    alone = offices[0]
    meet_until_quiet(offices)
    later = standing(alone.lace)
    for _ in range(2):
        alone = again(alone)
        assert standing(alone.lace) == later
        assert alone.standing.today() == offices[0].standing.today()


def test_an_approval_holds_no_block_that_has_left(offices: list[Office]) -> None:
    """A witness approves its own blocks: each held itself, until somebody looked for such rings."""
    alone, other = offices[:2]
    (block,) = alone.at(alone.number, 0, ACTS // 2)
    held = alone.lace.vertices[block]
    seen = weakref.ref(held)
    gc.disable()
    try:
        meet(alone, other)
        assert held.approvals == 0b11
        del held
        assert seen() is None
    finally:
        gc.enable()
