"""Folding blocks into state: each act of a block is judged in turn, and its effect is seen by the next.

The same fold runs twice for one act: first into the overlay, when its block is written or arrives, then into the
agreed state, at the anchor that executes the block. An act runs once, at its first place among its author's blocks. A
bad act makes no block invalid: it ends as rejected, with its code, and changes nothing.

Signatures are verified once, when a block comes in, with the keys of the roll. Officers who were appointed later
(`officers.FIRST_NUMBER` and above) have their key in the state, so theirs are verified wherever the act runs.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import NamedTuple

from core import officers
from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.execution import Context, execute
from core.laws.law import Law
from core.laws.offering import REQUESTS_REGISTER, WITHDRAWN
from core.laws.placing import Order
from core.laws.relying import lacking
from core.laws.requests import DECISIONS_REGISTER
from core.laws.signing import NODE_NUMBER
from core.laws.verdict import Accepted, Rejected
from core.ledger.payload import Group, group_signing_message
from core.ledger.record import Change
from core.ledger.request import decode_request
from core.ledger.roll import Roll
from core.ledger.transaction import Signer, Transaction, decode_transaction
from core.store.chain import ActRow
from core.store.pages import label
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from core.voting import is_quorum

REJECTED = "rejected"
Verdict = Accepted | Rejected


class Checked(NamedTuple):
    """A block's acts before they run: those that could be read, and what must be rejected for form or signatures."""

    transactions: Mapping[bytes, Transaction] = MappingProxyType({})  # by id; others are read when they run
    faults: Mapping[bytes, str] = MappingProxyType({})  # id → code


@dataclass
class Place:
    """Where a block's acts run. `already_run`: ids that count as run; it grows. `order`: at an anchor, else None."""

    author: int
    position: int
    already_run: set[bytes]
    waiting: set[bytes] = field(default_factory=set)  # what shared acts of this chain touch that wait for an anchor
    order: Order | None = None
    epoch: int | None = None  # of the block
    verified: bool = False  # the signatures of appointed officers of the group that runs


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
    former: Mapping[str, Mapping[int, Law]] = field(default_factory=dict)  # core/laws/transition.py
    # Of laws that take acts signed under an earlier version: the epoch in which this one began, and until when (ms).
    late: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def lacking(self) -> AbstractSet[str]:
        """What laws rely on in others that are not so in force."""
        return lacking(self.laws)

    @cached_property
    def asking(self) -> AbstractSet[str]:
        """The laws of which some act asks something of another, also under rules that only finish what was begun."""
        former = (one for versions in self.former.values() for one in versions.values())
        return frozenset(law.name for law in (*self.laws.values(), *former) if law.asks_others)

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
    ) -> Verdict:
        """The law's verdict on one act in a block of `author`; signatures are not looked at here.

        `order`: its place, at an anchor; `waiting`: what shared acts of the chain touch that still wait for one;
        `epoch`: of the block, None for one that is to be written.
        """
        law = self.laws.get(transaction.law)
        if law is None:
            return Rejected("unknown-law", facts={"law": transaction.law})
        if transaction.addressed_to is not None and self.roll.member(transaction.addressed_to) is None:
            return Rejected("unknown-office-asked", facts={"office": transaction.addressed_to})
        incarnation = self.roll.members[author].incarnation
        if officers.LAW not in self.laws:
            context = Context(
                self.network,
                author,
                incarnation,
                act_id,
                self.roll.roles,
                self.homes,
                order,
                waiting,
                agrees=partial(is_quorum, self.roll),
                lacking=self.lacking,
                late=self._is_late(law, epoch, order),
                former=self.former.get(law.name, {}),
            )
            return execute(state, transaction, law, context, trace)
        context = Context(
            self.network,
            author,
            incarnation,
            act_id,
            partial(officers.roles, state, self.roll),
            self.homes,
            order,
            waiting,
            powers_change=True,
            ended_unseen=partial(officers.ended_unseen, state, self.roll, order),
            limits=partial(officers.limits, state, self.roll),
            key=partial(officers.key, state, self.roll),
            agrees=partial(is_quorum, self.roll),
            lacking=self.lacking,
            late=self._is_late(law, epoch, order),
            former=self.former.get(law.name, {}),
        )
        return execute(state, transaction, law, context, trace)

    def _is_late(self, law: Law, epoch: int | None, order: Order | None) -> bool:
        """By the consensus time of the anchor that executes it: who stays in an old epoch on purpose gains no more."""
        if epoch is None or law.name not in self.late:
            return False
        began, until_ms = self.late[law.name]
        return epoch < began and (order is None or order.consensus_ms <= until_ms)

    # -- signatures ---------------------------------------------------------------------------------------------

    def signature_fault(
        self, group: Group, transactions: Sequence[Transaction], state: WorkingState | None = None
    ) -> str | None:
        """The code of what is wrong with a group's signatures, or None.

        Without a state only keys of the roll are known, and nothing is said of officers appointed later.
        """
        signers = transactions[0].signers
        if len(transactions) > 1 and any(transaction.signers != signers for transaction in transactions):
            return "group-of-different-signers"
        if len(signers) != len(group.signatures):
            return "signature-missing"
        message = group_signing_message(self.network, group.root(self.network))
        code = self._keys_fault(signers, group.signatures, message) or self._request_fault(transactions)
        if code is not None or state is None:
            return code
        return self._appointed_fault(state, group, transactions)

    def _keys_fault(self, signers: Sequence[Signer], signatures: Sequence[bytes], message: bytes) -> str | None:
        for signer, signature in zip(signers, signatures, strict=True):
            if signer.officer < officers.FIRST_NUMBER or signer.officer == NODE_NUMBER:
                known = self._roll_key(signer)
                if known is None or not verify(known, message, signature):
                    return "bad-signature"
        return None

    def _roll_key(self, signer: Signer) -> bytes | None:
        """Of an officer of the roll, or of the office's node."""
        if signer.officer == NODE_NUMBER:
            member = self.roll.member(signer.office)
            return member.key if member is not None else None
        officer = self.roll.officer(signer.office, signer.officer)
        return officer.key if officer is not None else None

    def _appointed_fault(self, state: WorkingState, group: Group, transactions: Sequence[Transaction]) -> str | None:
        """What the state says of the signatures of appointed officers, of the group and of requests carried in it."""
        message = group_signing_message(self.network, group.root(self.network))
        code = self._state_keys_fault(state, transactions[0].signers, group.signatures, message)
        return code or self._carried_fault(state, transactions)

    def _carried_fault(self, state: WorkingState, transactions: Sequence[Transaction]) -> str | None:
        for one in (decode_request(carried) for transaction in transactions for carried in transaction.requests):
            code = self._state_keys_fault(state, one.read().signers, one.signatures, one.signing_message(self.network))
            if code is not None:
                return code
        return None

    def _state_keys_fault(
        self, state: WorkingState, signers: Sequence[Signer], signatures: Sequence[bytes], message: bytes
    ) -> str | None:
        for signer, signature in zip(signers, signatures, strict=True):
            if signer.officer >= officers.FIRST_NUMBER and signer.officer != NODE_NUMBER:
                key = officers.key(state, self.roll, signer.office, signer.officer)
                if key is None:
                    return "officer-unknown"
                if not verify(key, message, signature):
                    return "bad-officer-signature"
        return None

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
            code = self._keys_fault(signers, signed.signatures, signed.signing_message(self.network))
            if code is not None:
                return code
        return None

    # -- blocks -------------------------------------------------------------------------------------------------

    def run_block(
        self,
        working: WorkingState,
        groups: Sequence[Group],
        place: Place,
        checked: Checked,
    ) -> list[Ran]:
        """Judge every act of a block and apply what is accepted; of signatures only those that the state verifies."""
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
        place.verified = False
        for number, (act_id, encoded) in enumerate(zip(ids, group.transactions, strict=True), first):
            fault = checked.faults.get(act_id)
            verdict: Verdict
            if fault is not None:
                verdict = Rejected(fault)
            elif act_id in place.already_run:
                verdict = Rejected("enclosed-twice")
            else:
                verdict = self._judge_at(working, checked.transactions.get(act_id), encoded, act_id, place, group)
            if isinstance(verdict, Accepted):
                working.apply(verdict.changes, verdict.index_changes)
            if place.order is None:
                place.waiting.update(verdict.touched)
            place.already_run.add(act_id)
            ran.append(Ran(act_row(verdict, act_id, place.position, number, place.author), verdict))
        return ran

    def _judge_at(
        self,
        working: WorkingState,
        read: Transaction | None,
        encoded: bytes,
        act_id: bytes,
        place: Place,
        group: Group,
    ) -> Verdict:
        try:
            transaction = read or decode_transaction(encoded)
        except MunimentError as error:
            return Rejected(error.code)
        fault = self._late_fault(working, transaction, group, place)
        if fault is not None:
            elsewhere = any(signer.office != place.author for signer in transaction.signers)
            return Rejected(fault, shared=elsewhere or bool(transaction.requests))
        waiting = frozenset(place.waiting)
        return self.judge(
            working, transaction, act_id, place.author, order=place.order, waiting=waiting, epoch=place.epoch
        )

    def _late_fault(self, working: WorkingState, transaction: Transaction, group: Group, place: Place) -> str | None:
        """What is wrong with signatures that only the state can verify; those of the group once."""
        appointed = any(signer.officer >= officers.FIRST_NUMBER for signer in transaction.signers)
        if not appointed or place.verified:
            return self._carried_fault(working, [transaction]) if transaction.requests else None
        fault = self._appointed_fault(working, group, [transaction])
        place.verified = fault is None
        return fault

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


def write_foreseen(store: ReplicaStore, working: WorkingState, author: int, position: int) -> None:
    """Write into the overlay what the acts of the block at a position change. Inside `atomic`."""
    changes = working.changes
    shown = _shown(changes)
    between = [one for one in working.between if "#" not in one.register]
    store.state.foreseen.add(position, shown, between)
    store.state.write_overlay(author, changes, working.index_changes, _labels(changes))
    store.state.totals.add_foreseen(working.total_changes)
    store.pages.index_foreseen(shown, position)


def write_agreed(store: ReplicaStore, working: WorkingState) -> None:
    """Write what acts that an anchor executed change into the agreed layer. Inside `atomic`."""
    changes, indexes = working.changes, working.index_changes
    store.state.write_agreed(changes, indexes, _labels(changes), working.encoded)
    store.state.settle_overlay(changes, indexes, working.encoded)
    added = working.total_changes
    store.state.totals.add_agreed(added)
    store.state.totals.settle(added)
    store.state.write_history(working.between)
    new = [change.new for change in changes]
    decided = [one for one in new if one.register == DECISIONS_REGISTER]
    withdrawn = [one for one in new if one.register == REQUESTS_REGISTER and one.state == WITHDRAWN]
    store.chain.drop_requests(one.key["request"] for one in (*decided, *withdrawn))
    # Search finds the present state: a version that is newer in the overlay keeps its words.
    found = [c for c in _shown(changes) if c.old is None or store.state.overlaid(c.new.id) is None]
    store.pages.index_words((change.old, change.new) for change in found)


def _labels(changes: Sequence[Change]) -> dict[bytes, str]:
    return {change.new.id: label(change.new) for change in changes}


def _shown(changes: Sequence[Change]) -> list[Change]:
    """Without the counters of numbers and whatever else is kept for execution alone."""
    return [change for change in changes if "#" not in change.new.register]
