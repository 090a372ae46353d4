"""Replaying acts: every verdict and its trace again, from the blocks alone, under the law of the act's day.

A second replica grows in memory from the charter and the blocks that this one holds; what it decides is what any other
computer decides of the same blocks, so nothing that is stored here as derived is believed. It takes as long as judging
all blocks up to the act, and asks for their texts: a replica that joined with a snapshot has not all of them.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass, field, fields

from core.errors import MunimentError
from core.exchange import Exchange
from core.folding import Fold
from core.laws.law import Law
from core.laws.placing import Order
from core.laws.transition import governing
from core.laws.verdict import Accepted, Rejected
from core.ledger.charter import Charter
from core.ledger.transaction import Transaction
from core.store.database import IN_MEMORY, KEY_BYTES, Database
from core.store.replica import ReplicaStore
from core.store.working import WorkingState

BLOCKS_A_STEP = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """One act judged again. `anchor`: the number of the anchor that placed it; 0: none yet, so this is foreseen."""

    transaction: Transaction
    law: Law
    verdict: Accepted | Rejected
    anchor: int


Found = dict[bytes, Replayed]


@dataclass(frozen=True)
class _Tracing(Fold):
    """Judges with a trace, and keeps the last verdict on each act that is asked for; None: on every act."""

    wanted: AbstractSet[bytes] | None = None
    found: Found = field(default_factory=dict)

    def judge(
        self,
        state: WorkingState,
        transaction: Transaction,
        act_id: bytes,
        author: int,
        trace: bool = False,
        order: Order | None = None,
        waiting: AbstractSet[bytes] = frozenset(),
        epoch: int | None = None,
    ) -> Accepted | Rejected:
        asked = self.wanted is None or act_id in self.wanted
        verdict = super().judge(state, transaction, act_id, author, trace or asked, order, waiting, epoch)
        law = self.laws.get(transaction.law)
        if law is not None:
            law = governing(state, transaction, law, self.former.get(law.name, {}))
        if asked and law is not None:
            self.found[act_id] = Replayed(transaction, law, verdict, order.anchor if order is not None else 0)
        return verdict


class _Replay(Exchange):
    """A replica that holds no key and keeps what it judged."""

    def __init__(self, charter: Charter, wanted: AbstractSet[bytes] | None) -> None:
        self._wanted, self.found = wanted, Found()
        super().__init__(ReplicaStore(Database(IN_MEMORY, bytes(KEY_BYTES))), charter)

    def _new_fold(self) -> Fold:
        plain = super()._new_fold()
        said = {one.name: getattr(plain, one.name) for one in fields(Fold)}
        return _Tracing(**said, wanted=self._wanted, found=self.found)


def replay(replica: Exchange, wanted: AbstractSet[bytes] | None = None) -> Iterator[Mapping[bytes, Replayed]]:
    """What every act wanted (None: every act) comes to, by its id; yields between steps, the last time with all.

    Raises `unknown-act`, `payload-not-held`, and what `receive` raises of a block that is not as it was.
    """
    for act in wanted or ():
        if replica.store.chain.act(act) is None:
            raise MunimentError("unknown-act", act=act)
    again = _Replay(replica.charter, wanted)
    with closing(again.store.database):
        position = 0
        while blocks := replica.store.chain.blocks(position, BLOCKS_A_STEP):
            for row in blocks:
                again.receive(row.block.header_bytes, row.block.signature, replica.store.payload(row))
            position = blocks[-1].position
            yield again.found
        yield {act: _placed(again, act, one) for act, one in again.found.items()}


def _placed(again: _Replay, act: bytes, one: Replayed) -> Replayed:
    """A keeper's own act is applied at its anchor as it was foreseen, without being judged twice."""
    row = again.store.chain.act(act)
    if row is None or one.anchor:
        return one
    anchor = again.vertex(again.store.chain.id_at(row.block)).anchor
    return Replayed(one.transaction, one.law, one.verdict, anchor)
