"""What the picture of the ledger asks: blocks in pages of arrival, one block read, what a fork has done."""

from itertools import combinations, permutations

import pytest

from core.errors import MunimentError
from core.exchange import SignedHeader
from core.office import Office
from core.views import BlockView, Step
from tests.ledger.building import Network
from tests.offices import (
    hand_over,
    land_network,
    make_offices,
    meet,
    open_in_memory,
    register,
)


@pytest.fixture
def network() -> Network:
    return land_network()


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def meet_around(offices: list[Office]) -> None:
    """Everybody meets everybody three times, then hands over what was written last."""
    for _ in range(3):
        for one, other in combinations(offices, 2):
            meet(one, other)
    for one, other in permutations(offices, 2):
        hand_over(one, other)


def all_blocks(office: Office, page: int = 3) -> list[BlockView]:
    found: list[BlockView] = []
    while rows := office.ledger.blocks(found[-1].position if found else 0, page):
        assert len(rows) <= page
        found.extend(rows)
    return found


def test_blocks_come_in_pages_with_their_parents_before_them(network: Network, offices: list[Office]) -> None:
    register(network, offices[0], 1)
    register(network, offices[2], 2)
    meet_around(offices)
    for office in offices:
        blocks = all_blocks(office)
        extent = office.ledger.extent()
        assert [block.position for block in blocks] == list(range(1, extent.blocks + 1))
        assert (extent.blocks, extent.forkers) == (office.standing.counts().blocks, ())
        known: set[bytes] = set()
        for block in blocks:
            assert known.issuperset(block.parents)
            known.add(block.id)
        assert sum(block.acts for block in blocks) == 2
        assert {block.seq for block in blocks if block.author == 0} == set(
            range(1, sum(b.author == 0 for b in blocks) + 1)
        )
        assert {len(block.parents) > 0 for block in blocks if block.round} == {True}
    graphs = [{block.id: block.parents for block in all_blocks(office)} for office in offices]
    assert all(graph == graphs[0] for graph in graphs)
    newest = offices[0].ledger.blocks(offices[0].ledger.extent().blocks - 2, 100)
    assert newest == all_blocks(offices[0])[-2:]
    assert offices[0].ledger.blocks(10_000, 5) == []


def test_a_block_climbs_with_its_acts(network: Network, offices: list[Office]) -> None:
    first = offices[0]
    act = register(network, first, 1)
    (alone,) = first.ledger.blocks(0, 10)
    assert (alone.step, alone.seen_by, alone.acts, alone.opener, alone.entered) == (Step.RECORDED, (0,), 1, True, 0)
    meet(first, offices[1])
    assert first.ledger.blocks(0, 1)[0].step is Step.WITNESSED
    assert first.ledger.blocks(0, 1)[0].seen_by == (0, 1)
    meet_around(offices)
    block = first.ledger.blocks(0, 1)[0]
    assert block.step is first.acts.view(act.id).ladder.step
    detail = first.ledger.block_detail(block.id)
    assert (detail.block, [one.id for one in detail.acts]) == (block, [act.id])
    with pytest.raises(MunimentError, match="unknown-block"):
        first.ledger.block_detail(bytes(32))


def forked(network: Network, offices: list[Office]) -> tuple[bytes, bytes]:
    """Office 3 signs two blocks at its second place; the acts of both."""
    fourth = offices[3]
    register(network, fourth, 1)
    meet_around(offices)
    twin = open_in_memory(network, 3)
    hand_over(fourth, twin)
    twin.hand.journal.prepare(fourth.hand.journal.last(), b"")  # type: ignore[arg-type]  # it has written
    left, right = register(network, fourth, 2), register(network, twin, 3)
    hand_over(fourth, offices[0])
    hand_over(twin, offices[1])
    meet(offices[0], offices[1])
    return left.id, right.id


def test_a_fork_is_told_with_what_stands_and_what_does_not(network: Network, offices: list[Office]) -> None:
    left, right = forked(network, offices)
    first = offices[0]
    view = first.ledger.fork_of(3)
    assert {act.id for branch in view.branches for act in branch.acts} == {left, right}
    assert all(branch.held for branch in view.branches)
    assert (view.standing_count, view.void_count, {act.id for act in view.void}) == (1, 2, {left, right})
    assert first.ledger.extent().forkers == (3,)
    at_one_place = [block for block in all_blocks(first) if block.forked]
    assert {(block.author, block.seq) for block in at_one_place} == {(3, view.seq)}
    assert {block.id for block in at_one_place} == {branch.block for branch in view.branches}
    assert {block.step for block in at_one_place} == {Step.REJECTED}


def test_a_fork_known_by_its_proof_alone_is_told_too(network: Network, offices: list[Office]) -> None:
    forked(network, offices)
    third = offices[2]
    evidence = offices[0].ledger.evidence_against(3)
    assert evidence is not None
    third.add_evidence(
        SignedHeader(evidence.first, evidence.first_signature), SignedHeader(evidence.second, evidence.second_signature)
    )
    view = third.ledger.fork_of(3)
    assert [branch.held for branch in view.branches] == [False, False]
    assert (view.standing_count, view.void_count) == (1, 0)
    with pytest.raises(MunimentError, match="no-evidence"):
        third.ledger.fork_of(1)
