"""What a witness says of a checkpoint before its anchor is decided here is weighed when it is, like what comes later."""

from dataclasses import replace

import pytest

from core.crypto.signing import verify
from core.ledger.checkpoint import Checkpoint
from core.office import Office
from core.store.checkpoints import CheckpointStore, Counted
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.writing import Hand
from tests.ledger.checkpoints import checkpoint, cosigned, witnesses
from tests.offices import DATABASE_KEY, StepClock, land_network, meet, open_in_memory, register


class LyingHand(Hand):
    """Its first two blocks carry words on first checkpoints that no office will ever come to; no other word follows.

    Which of the two first anchors executes an act hangs on hashes.
    """

    def _cosignatures_due(self) -> list[Checkpoint]:
        tips = self._replica.lace.tips(self._number)
        number = max((vertex.seq for vertex in tips), default=0) + 1
        stated = Checkpoint(self._replica.network, 0, number, bytes(32), 1, 1, bytes(32), bytes(32))
        return [stated] if number <= 2 else []


class Liar(Office):
    hand_class = LyingHand


@pytest.mark.parametrize(("count", "liars", "stops"), [(2, 1, True), (3, 1, True), (4, 1, False), (4, 2, True)])
def test_more_contradictions_than_liars_are_possible_stop_finality(count: int, liars: int, stops: bool) -> None:
    network = land_network(count)
    honest = [open_in_memory(network, number) for number in range(count - liars)]
    lying = [
        Liar(
            ReplicaStore(Database(IN_MEMORY, DATABASE_KEY)),
            network.charter,
            number,
            network.nodes[number],
            MemoryJournal(),
            StepClock(),
        )
        for number in range(count - liars, count)
    ]
    for liar in lying:
        register(network, liar, liar.number)
    for _ in range(12):
        for one in (*honest, *lying):
            for other in (*honest, *lying):
                if one is not other:
                    meet(one, other)
    first = next(anchor.number for anchor in honest[0].store.chain.anchors(0, 2) if anchor.acts)
    for office in honest:
        contradicting = office.store.checkpoints.contradicting(first)
        assert [one.witness for one in contradicting] == [liar.number for liar in lying]
    assert [office.finality_stopped for office in honest] == [first if stops else None] * len(honest)
    again = open_in_memory(network, 0, honest[0].store, honest[0].hand.journal)
    assert (again.finality_stopped, again.anchor) == (honest[0].finality_stopped, honest[0].anchor)


def test_an_old_key_keeps_no_place_from_its_successor() -> None:
    """Stolen, it cosigns numbers to come in the epoch in which it counted; the new key speaks in the next one."""
    store, roll = CheckpointStore(Database(IN_MEMORY, DATABASE_KEY)), witnesses(4, epoch=1)
    true = replace(checkpoint(), epoch=1)
    for stated in (checkpoint(), true, checkpoint()):
        assert store.take(cosigned(stated, 2), None, verify) is Counted.EARLY
    assert store.add(true, roll, verify) == []
    assert [one.witness for one in store.cosignatures(12)] == [2]
