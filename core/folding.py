"""Folding blocks into state: each act of a block is judged in turn, and its effect is seen by the next.

The same fold runs twice for one act: first into the overlay, when its block is written or arrives, then into the
agreed state, at the anchor that executes the block. An act runs once, at its first place among its author's blocks. A
bad act makes no block invalid: it ends as rejected, with its code, and changes nothing.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.execution import Context, execute
from core.laws.law import Law
from core.laws.placing import Order
from core.laws.requests import DECISIONS_REGISTER
from core.laws.verdict import Accepted, Rejected
from core.ledger.payload import Group, group_signing_message
from core.ledger.record import Change, State
from core.ledger.request import decode_request
from core.ledger.roll import Roll
from core.ledger.transaction import Transaction, decode_transaction
from core.store.chain import ActRow
from core.store.pages import label
from core.store.replica import ReplicaStore
from core.store.working import WorkingState

REJECTED = "rejected"
Verdict = Accepted | Rejected


@dataclass(frozen=True)
class Checked:
    """A block's acts before they run: those that could be read, and what must be rejected for form or signatures."""

    transactions: Mapping[bytes, Transaction] = field(default_factory=dict)  # by id; others are read when they run
    faults: Mapping[bytes, str] = field(default_factory=dict)  # id → code


@dataclass
class Place:
    """Where a block's acts run. `already_run`: ids that count as run; it grows. `order`: at an anchor, else None."""

    author: int
    position: int
    already_run: set[bytes]
    waiting: set[bytes] = field(default_factory=set)  # what shared acts of this chain touch that wait for an anchor
    order: Order | None = None


class Ran(NamedTuple):
    """One act that was run: what the store keeps, and the verdict with its changes."""

    row: ActRow
    verdict: Verdict


@dataclass(frozen=True)
class Fold:
    """Judges acts under the laws and the roll of an epoch."""

    network: bytes
    roll: Roll
    laws: Mapping[str, Law]
    homes: Mapping[str, str]

    def judge(
        self,
        state: State,
        transaction: Transaction,
        act_id: bytes,
        author: int,
        trace: bool = False,
        order: Order | None = None,
        waiting: AbstractSet[bytes] = frozenset(),
    ) -> Verdict:
        """The law's verdict on one act in a block of `author`; signatures are not looked at here.

        `order`: its place, at an anchor; `waiting`: what shared acts of the chain touch that still wait for one.
        """
        law = self.laws.get(transaction.law)
        if law is None:
            return Rejected("unknown-law", facts={"law": transaction.law})
        if transaction.addressed_to is not None and self.roll.member(transaction.addressed_to) is None:
            return Rejected("unknown-office-asked", facts={"office": transaction.addressed_to})
        incarnation = self.roll.members[author].incarnation
        context = Context(self.network, author, incarnation, act_id, self.roll.roles, self.homes, order, waiting)
        return execute(state, transaction, law, context, trace)

    def signature_fault(self, group: Group, transactions: Sequence[Transaction]) -> str | None:
        """The code of what is wrong with a group's signatures, or None."""
        signers = transactions[0].signers
        if len(transactions) > 1 and any(transaction.signers != signers for transaction in transactions):
            return "group-of-different-signers"
        if len(signers) != len(group.signatures):
            return "signature-missing"
        message = group_signing_message(self.network, group.root(self.network))
        for signer, signature in zip(signers, group.signatures, strict=True):
            officer = self.roll.officer(signer.office, signer.officer)
            if officer is None or not verify(officer.key, message, signature):
                return "bad-signature"
        return self._request_fault(transactions)

    def _request_fault(self, transactions: Sequence[Transaction]) -> str | None:
        """A request is signed alone, so that the act that decides it can carry it whole; each one carried is verified
        here like the act itself.
        """
        if len(transactions) > 1 and any(transaction.addressed_to is not None for transaction in transactions):
            return "request-in-a-batch"
        for carried in (one for transaction in transactions for one in transaction.requests):
            try:
                signed = decode_request(carried)
                signers = signed.read().signers
            except MunimentError:
                return "malformed-request"
            message = signed.signing_message(self.network)
            for signer, signature in zip(signers, signed.signatures, strict=True):
                officer = self.roll.officer(signer.office, signer.officer)
                if officer is None or not verify(officer.key, message, signature):
                    return "bad-signature"
        return None

    def run_block(
        self,
        working: WorkingState,
        groups: Sequence[Group],
        place: Place,
        checked: Checked,
    ) -> list[Ran]:
        """Judge every act of a block and apply what is accepted; signatures are not looked at again."""
        ran: list[Ran] = []
        for group in groups:
            ids = group.ids(self.network)
            ran.extend(self._run_group(working, group, ids, place, len(ran), checked))
        return ran

    def _run_group(
        self,
        working: WorkingState,
        group: Group,
        ids: Sequence[bytes],
        place: Place,
        first: int,
        checked: Checked,
    ) -> list[Ran]:
        ran = []
        for number, (act_id, encoded) in enumerate(zip(ids, group.transactions, strict=True), first):
            fault = checked.faults.get(act_id)
            verdict: Verdict
            if fault is not None:
                verdict = Rejected(fault)
            elif act_id in place.already_run:
                verdict = Rejected("enclosed-twice")
            else:
                verdict = self._judge_at(working, checked.transactions.get(act_id), encoded, act_id, place)
            if isinstance(verdict, Accepted):
                working.apply(verdict.changes, verdict.index_changes)
            if place.order is None:
                place.waiting.update(verdict.touched)
            place.already_run.add(act_id)
            ran.append(Ran(act_row(verdict, act_id, place.position, number, place.author), verdict))
        return ran

    def _judge_at(
        self, working: WorkingState, read: Transaction | None, encoded: bytes, act_id: bytes, place: Place
    ) -> Verdict:
        try:
            transaction = read or decode_transaction(encoded)
        except MunimentError as error:
            return Rejected(error.code)
        return self.judge(
            working, transaction, act_id, place.author, order=place.order, waiting=frozenset(place.waiting)
        )

    def check(self, groups: Sequence[Group]) -> Checked:
        """Read the acts of a block and verify the signatures of each group."""
        read: dict[bytes, Transaction] = {}
        faults: dict[bytes, str] = {}
        for group in groups:
            ids = group.ids(self.network)
            try:
                transactions = [decode_transaction(encoded) for encoded in group.transactions]
                code = self.signature_fault(group, transactions)
            except MunimentError as error:
                code = error.code
            if code is None:
                read.update(zip(ids, transactions, strict=True))
            else:
                faults.update(dict.fromkeys(ids, code))
        return Checked(read, faults)


def act_row(verdict: Verdict, act_id: bytes, position: int, place: int, author: int) -> ActRow:
    """What the store keeps of a verdict."""
    if isinstance(verdict, Accepted):
        code = verdict.findings[0].code if verdict.findings else None
        facts = dict(verdict.findings[0].facts) if verdict.findings else {}
        records = tuple(change.new.id for change in verdict.changes if "#" not in change.new.register)
        return ActRow(act_id, position, place, author, verdict.outcome, code, facts, records, verdict.shared)
    facts = dict(verdict.facts)
    if verdict.winner is not None:
        facts["winner"] = verdict.winner
    if verdict.article:
        facts["article"] = verdict.article
    return ActRow(act_id, position, place, author, REJECTED, verdict.code, facts, (), verdict.shared)


def write_working(store: ReplicaStore, working: WorkingState, overlay_author: int | None) -> list[Change]:
    """Write what a batch of acts changed into its layer. Inside `atomic`."""
    changes, indexes = working.changes, working.index_changes
    labels = {change.new.id: label(change.new) for change in changes}
    if overlay_author is None:
        store.state.write_agreed(changes, indexes, labels)
        store.state.settle_overlay(changes, indexes)
        store.chain.drop_requests(
            change.new.key["request"] for change in changes if change.new.register == DECISIONS_REGISTER
        )
    else:
        store.state.write_overlay(overlay_author, changes, indexes, labels)
    store.state.write_history(working.between)
    searched = [change for change in changes if "#" not in change.new.register]
    if overlay_author is None:
        # Search finds the present state: a version that is newer in the overlay keeps its words.
        searched = [c for c in searched if c.old is None or store.state.overlaid(c.new.id) is None]
    store.pages.index_words((change.old, change.new) for change in searched)
    return changes
