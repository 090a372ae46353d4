"""Two implementations of the common order, one word for word from the text and one incremental, on random histories."""

from random import Random

import pytest

from core.ledger.anchors import Finality
from core.ledger.blocklace import Blocklace
from core.ledger.roll import Member, Roll
from tests.independent.auditing import rolls
from tests.independent.auditing.deciding import anchors_of
from tests.independent.auditing.ordering import Ordering
from tests.independent.histories import NETWORK, History, Row

SEEDS = range(200)
PART = 50

# number, epoch, round, block, consensus time, spread, blocks in the order of execution, closing
Told = tuple[int, int, int, bytes, int, int, list[bytes], bool]


@pytest.mark.parametrize("first", SEEDS[::PART])
def test_both_implementations_decide_the_same(first: int) -> None:
    decided = closed = 0
    for seed in range(first, first + PART):
        history = History(seed)
        expected = as_verified(history)
        shuffled = Random(seed).sample(history.rows, len(history.rows))
        for rows in (history.rows, shuffled):
            assert as_decided(history, rows) == expected, seed
        decided += len(expected)
        closed += sum(told[-1] for told in expected)
    assert decided > PART
    assert closed > PART // 5


def as_verified(history: History) -> list[Told]:
    graph, ordering = history.graph, Ordering(history.graph, history.rolls)
    told = []
    for anchor in anchors_of(graph, history.rolls, NETWORK):
        executed = ordering.execute(anchor)
        batch = [graph.blocks[one].id for one in executed.batch]
        place = anchor.number, anchor.epoch, anchor.round, graph.blocks[anchor.index].id
        told.append((*place, executed.consensus_ms, executed.spread_ms, batch, anchor.closing))
    return told


def as_decided(history: History, rows: list[Row]) -> list[Told]:
    """By the real graph, each block taken as soon as it can be judged."""
    lace = Blocklace(_core_roll(history.rolls[0]), NETWORK)
    finality, told, waiting = Finality(lace), [], rows
    while waiting:
        left = []
        for row in waiting:
            if lace.waits(row.header):
                left.append(row)
                continue
            lace.check(row.header)
            for anchor in finality.add(lace.add(row.id, row.header, row.has_acts, row.accused).vertex):
                batch = [vertex.id for vertex in anchor.batch]
                place = anchor.number, anchor.epoch, anchor.round, anchor.vertex.id
                told.append((*place, anchor.consensus_ms, anchor.spread_ms, batch, anchor.closing))
                if anchor.closing and anchor.epoch + 1 < len(history.rolls):
                    lace.begin_epoch(_core_roll(history.rolls[anchor.epoch + 1]), anchor.vertex)
                    finality.begin()
        assert len(left) < len(waiting) or lace.epoch + 1 == len(history.rolls)
        waiting = left
    return told


def _core_roll(roll: rolls.Roll) -> Roll:
    members = [
        Member(one.number, one.name, one.key, b"", (), one.incarnation, one.witness, one.removed)
        for one in roll.everybody
    ]
    return Roll(tuple(members), roll.quorum, roll.epoch)
