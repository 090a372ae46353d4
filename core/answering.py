"""Answers in the block of the act that asks, by the node of the office: on records that all offices keep together.

Nobody else is asked about such a record, and the law that marks the procedure `automatic` leaves nothing to decide: so
the office encloses the answer behind the act that asks for it, signed by its node, in the same block. One anchor
executes both, in this order, or neither (5-laws, Links). The answer is an act like any other: where the order refuses
the asking act there is nothing to answer, and it is refused too; where only the answer meets something there, the
question stays open (core/linking.py).
"""

from collections.abc import Callable, Iterator

from core.clock import Clock
from core.crypto.signing import Signer as Key
from core.folding import Ran, act_row
from core.laws.law import Called
from core.laws.questions import ASKED_REGISTER, found_by, read_asked
from core.laws.signing import NODE_NUMBER, NODE_ROLE
from core.laws.verdict import Accepted
from core.ledger.payload import Group, group_root, group_signing_message
from core.ledger.transaction import (
    NONCE_BYTES,
    RecordRef,
    Signer,
    Transaction,
    decode_transaction,
    encode_transaction,
    transaction_id,
)
from core.linking import ENTERED, Linking, called_for, records_of
from core.replica import Judged, Replica
from core.store.working import WorkingState
from core.writing import payload_of


class Answering:
    """By the node of an office, with this number and key."""

    def __init__(
        self,
        replica: Replica,
        number: int,
        key: Key,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        linking: Linking,
    ) -> None:
        self._replica, self._number, self._key, self._linking = replica, number, key, linking
        self._clock, self._random_bytes = clock, random_bytes

    def with_answers(self, group: Group, judged: Judged) -> tuple[tuple[Group, ...], Judged]:
        """What a block encloses with a group of this office's acts, and all verdicts on it."""
        asked = [called for ran in judged.ran for called in self._asked_at_once(ran, judged.working)]
        if not asked:
            return (group,), judged
        groups, ran, transactions = [group], list(judged.ran), dict(judged.transactions)
        waiting = self._replica.store.waiting.of(self._number).union(*(one.verdict.touched for one in ran))
        for called in asked:
            transaction = self._answer_to_self(called, judged.working)
            encoded = encode_transaction(transaction)
            act_id = transaction_id(self._replica.network, encoded)
            verdict = self._replica.fold.judge(judged.working, transaction, act_id, self._number, waiting=waiting)
            message = group_signing_message(self._replica.network, group_root([act_id]))
            with_it = [*groups, Group((encoded,), (self._key.sign(message),))]
            fits = payload_of(with_it) is not None
            if not fits or not isinstance(verdict, Accepted) or verdict.outcome not in ENTERED:
                continue
            judged.working.apply(verdict.changes, verdict.index_changes)
            waiting |= verdict.touched
            groups, transactions[act_id] = with_it, transaction
            ran.append(Ran(act_row(verdict, act_id, 0, len(ran), self._number), verdict))
        return tuple(groups), judged._replace(ran=ran, transactions=transactions)

    def _asked_at_once(self, ran: Ran, state: WorkingState) -> Iterator[Called]:
        """What an act asks of records that all offices keep together, and its law lets a node enter."""
        verdict = ran.verdict
        if not isinstance(verdict, Accepted) or verdict.outcome not in ENTERED:
            return
        for asked in (read_asked(one.new) for one in verdict.changes if one.new.register == ASKED_REGISTER):
            for ask in asked.asks if not asked.by_node else ():
                law = self._replica.laws.get(ask.procedure.partition(".")[0])
                procedure = law.procedures.get(ask.procedure.partition(".")[2]) if law is not None else None
                if law is None or procedure is None or not procedure.automatic:
                    continue
                for found in found_by(state, ask, law, ask.most):
                    record, called = state.record(found), called_for(asked.act, ask, found)
                    if record is not None and record.keeper is None and self._linking.fits(called, state):
                        yield called

    def _answer_to_self(self, called: Called, state: WorkingState) -> Transaction:
        there = {name: state.record(record) for name, record in records_of(called).items()}
        refs = {name: RecordRef(one.id, one.version, one.last_act) for name, one in there.items() if one is not None}
        made = Transaction(
            called.law,
            self._replica.laws[called.law].version,
            called.procedure,
            refs,
            dict(called.fields),
            (Signer(self._number, NODE_NUMBER, NODE_ROLE),),
            self._clock.now_ms(),
            self._random_bytes(NONCE_BYTES),
            answers=called.act,
        )
        return decode_transaction(encode_transaction(made), encoded_here=True)
