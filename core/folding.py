"""Folding blocks into state: each act of a block is judged in turn, and its effect is seen by the next.

The same fold runs twice for one act: first into the overlay, when its block is written or arrives, then into the
agreed state, when the block is certified. An act runs once, at its first place on its author's chain. A bad act makes
no block invalid: it ends as rejected, with its code, and changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.execution import Context, execute
from core.laws.law import Law
from core.laws.verdict import Accepted, Rejected
from core.ledger.payload import Group, group_signing_message
from core.ledger.record import Change, State
from core.ledger.roll import Roll
from core.ledger.transaction import Transaction, decode_transaction
from core.store.chain import ActRow
from core.store.pages import label
from core.store.replica import ReplicaStore
from core.store.working import WorkingState

REJECTED = "rejected"


@dataclass(frozen=True)
class Checked:
    """A block's acts before they run: those that could be read, and what must be rejected for form or signatures."""

    transactions: Mapping[bytes, Transaction] = field(default_factory=dict)  # by id; others are read when they run
    faults: Mapping[bytes, str] = field(default_factory=dict)  # id → code


@dataclass(frozen=True)
class Fold:
    """Judges acts under the laws and the roll of an epoch."""

    network: bytes
    roll: Roll
    laws: Mapping[str, Law]
    homes: Mapping[str, str]

    def judge(
        self, state: State, transaction: Transaction, act_id: bytes, author: int, trace: bool = False
    ) -> Accepted | Rejected:
        """The law's verdict on one act in a block of `author`; signatures are not looked at here."""
        law = self.laws.get(transaction.law)
        if law is None:
            return Rejected("unknown-law", facts={"law": transaction.law})
        incarnation = self.roll.members[author].incarnation
        context = Context(self.network, author, incarnation, act_id, self.roll.roles, self.homes)
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
        return None

    def run_block(
        self,
        working: WorkingState,
        groups: Sequence[Group],
        author: int,
        position: int,
        already_run: set[bytes],
        checked: Checked,
    ) -> list[ActRow]:
        """Judge every act of a block and apply what is accepted; signatures are not looked at again."""
        rows: list[ActRow] = []
        for group in groups:
            ids = group.ids(self.network)
            rows.extend(self._run_group(working, group, ids, author, position, len(rows), already_run, checked))
        return rows

    def _run_group(
        self,
        working: WorkingState,
        group: Group,
        ids: Sequence[bytes],
        author: int,
        position: int,
        place: int,
        already_run: set[bytes],
        checked: Checked,
    ) -> list[ActRow]:
        rows = []
        for number, (act_id, encoded) in enumerate(zip(ids, group.transactions, strict=True), place):
            fault = checked.faults.get(act_id)
            verdict: Accepted | Rejected
            if fault is not None:
                verdict = Rejected(fault)
            elif act_id in already_run:
                verdict = Rejected("enclosed-twice")
            else:
                transaction = checked.transactions.get(act_id)
                verdict = (
                    self._judge_encoded(working, encoded, act_id, author)
                    if transaction is None
                    else self.judge(working, transaction, act_id, author)
                )
            if isinstance(verdict, Accepted):
                working.apply(verdict.changes, verdict.index_changes)
            already_run.add(act_id)
            rows.append(act_row(verdict, act_id, position, number, author))
        return rows

    def _judge_encoded(self, working: WorkingState, encoded: bytes, act_id: bytes, author: int) -> Accepted | Rejected:
        try:
            transaction = decode_transaction(encoded)
        except MunimentError as error:
            return Rejected(error.code)
        return self.judge(working, transaction, act_id, author)

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


def act_row(verdict: Accepted | Rejected, act_id: bytes, position: int, place: int, author: int) -> ActRow:
    """What the store keeps of a verdict."""
    if isinstance(verdict, Accepted):
        code = verdict.findings[0].code if verdict.findings else None
        facts = dict(verdict.findings[0].facts) if verdict.findings else {}
        records = tuple(change.new.id for change in verdict.changes if "#" not in change.new.register)
        return ActRow(act_id, position, place, author, verdict.outcome, code, facts, records)
    facts = dict(verdict.facts)
    if verdict.winner is not None:
        facts["winner"] = verdict.winner
    if verdict.article:
        facts["article"] = verdict.article
    return ActRow(act_id, position, place, author, REJECTED, verdict.code, facts)


def write_working(store: ReplicaStore, working: WorkingState, overlay_author: int | None) -> list[Change]:
    """Write what a batch of acts changed into its layer. Inside `atomic`."""
    changes, indexes = working.changes, working.index_changes
    labels = {change.new.id: label(change.new) for change in changes}
    if overlay_author is None:
        store.state.write_agreed(changes, indexes, labels)
        store.state.settle_overlay(changes, indexes)
    else:
        store.state.write_overlay(overlay_author, changes, indexes, labels)
    store.state.write_history(working.between)
    searched = [change for change in changes if "#" not in change.new.register]
    if overlay_author is None:
        # Search finds the present state: a version that is newer in the overlay keeps its words.
        searched = [c for c in searched if c.old is None or store.state.overlaid(c.new.id) is None]
    store.pages.index_words((change.old, change.new) for change in searched)
    return changes
