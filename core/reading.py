"""Asking: what pages and summaries read. Nothing here writes, but a search first indexes the newest words."""

from collections.abc import Sequence
from dataclasses import astuple
from itertools import groupby

from core.errors import MunimentError
from core.folding import REJECTED
from core.laws.expression_days import Whole
from core.ledger.block import Block, decode_header
from core.ledger.encoding import encode
from core.ledger.merkle import EMPTY_ROOT
from core.ledger.payload import Evidence, Payload, decode_payload
from core.ledger.record import Record
from core.ledger.request import act_of
from core.ledger.transaction import NONCE_BYTES, Transaction, decode_transaction
from core.ledger.vertex import Vertex
from core.replica import Replica
from core.store.chain import ActRow
from core.store.pages import label
from core.views import (
    NOT_HELD,
    ActView,
    AnchorView,
    Draft,
    Ladder,
    LedgerCounts,
    OfficeStanding,
    RecordRow,
    RecordView,
    Step,
    TimelineEntry,
    Today,
)

LIST_LIMIT = 200
UNDECIDED = 1 << 62  # above the number of any anchor
WRITTEN_TWICE = "written-twice"
NOT_IN_THE_ROLL = "not-in-the-roll"
_TODAY = ("not_yet_seen", "not_yet_certified", "not_yet_final", "void")
DECISION_OUTCOMES = ("suspended", "held")
PAYLOAD_NOT_HERE = frozenset({"payload-not-held", "archive-missing", "archive-damaged"})


class Reading(Replica):
    """The questions of an office's window; `number` is its own number in the roll."""

    number: int
    _last_opened: tuple[int, Block, list[bytes]] | None = None

    # -- acts ---------------------------------------------------------------------------------------------------

    def act_view(self, act_id: bytes) -> ActView:
        """Raises `unknown-act`."""
        return self._view(self._act_row(act_id))

    def _act_row(self, act_id: bytes) -> ActRow:
        row = self.store.chain.act(act_id)
        if row is None:
            raise MunimentError("unknown-act", act=act_id)
        return self._place_of_signers(row) if row.outcome == REJECTED else row

    def _place_of_signers(self, refused: ActRow) -> ActRow:
        """Of an act that stands nowhere: its place in a block of its signers' office, if it is here.

        Anybody may copy it into a block of their own. Why it was refused there, sooner or later, says nothing of it.
        """
        rows = self.store.chain.places_of_act(refused.id)
        if len(rows) < 2 or not (acts := self._opened(refused.block)[1]):
            return refused
        offices = {signer.office for signer in decode_transaction(acts[refused.place]).signers}
        own = [row for row in rows if row.author in offices]
        return min(own, key=self._when_executed) if own else refused

    def _when_executed(self, row: ActRow) -> tuple[int, int]:
        """Number of the anchor, later than any while there is none; and the author, where one executes two."""
        vertex = self.vertex(self.store.chain.id_at(row.block))
        return self.execution.anchor_of(vertex) or UNDECIDED, row.author

    def _view(self, row: ActRow) -> ActView:
        newest = self.newest_taken
        if newest is not None and newest[0] == row.block and row.id in newest[1].acts.transactions:  # read already
            block, transaction = newest[1].block, newest[1].acts.transactions[row.id]
        else:
            block, acts = self._opened(row.block)
            transaction = decode_transaction(acts[row.place]) if acts else self._not_held(row, block)
        ladder = self._ladder(row, block.id)
        written = row.records if ladder.step is not Step.REJECTED else ()
        return ActView(row.id, transaction, block.id, row.author, block.header.seq, ladder, written)

    def _not_held(self, row: ActRow, block: Block) -> Transaction:
        """Stands for an act of which only the outcome is known: to a snapshot its text was settled."""
        written = (self.store.state.present(record) for record in row.records)
        law = next((record.register.partition(".")[0] for record in written if record is not None), "")
        version = self.laws[law].version if law in self.laws else 0
        return Transaction(law, version, NOT_HELD, {}, {}, (), block.header.claimed_ms, bytes(NONCE_BYTES))

    def _opened(self, position: int) -> tuple[Block, list[bytes]]:
        """A block and its encoded acts. The last one is kept: lists show act after act of one import."""
        if self._last_opened is None or self._last_opened[0] != position:
            block, payload = self._stored(position)
            groups = payload.groups if payload else []
            acts = [act for group in groups for act in group.transactions]
            self._last_opened = (position, block, acts)
        return self._last_opened[1:]

    def _stored(self, position: int) -> tuple[Block, Payload | None]:
        if self.newest_taken is not None and self.newest_taken[0] == position:
            return self.newest_taken[1].block, self.newest_taken[1].payload
        row = self.store.chain.block_at(position)
        try:
            payload = self.store.payload(row)
        except MunimentError as error:
            if error.code not in PAYLOAD_NOT_HERE:
                raise
            payload = None
        return row.block, decode_payload(payload) if payload else None

    def _ladder(self, row: ActRow, block: bytes) -> Ladder:
        vertex = self.lace.vertices[block]
        seen_by = self._seen_by(vertex)
        code, facts = row.code, row.facts
        standing = self._vertex_step(vertex)
        step = Step.REJECTED if row.outcome == REJECTED else standing
        if standing is Step.REJECTED:  # whatever the law would have said of it
            code = WRITTEN_TWICE if self.lace.is_forked(vertex.chain) else NOT_IN_THE_ROLL
        anchor = self.execution.anchor_of(vertex) or None
        return Ladder(step, seen_by, self.roll.quorum, code, facts, row.outcome, anchor, row.shared)

    def _vertex_step(self, vertex: Vertex) -> Step:
        """How far a block has climbed, whatever became of its single acts."""
        if self.execution.anchor_of(vertex):
            return Step.FINAL
        if self.lace.is_void(vertex):
            return Step.REJECTED
        if vertex.certified:
            return Step.CERTIFIED
        if self.lace.is_forked(vertex.chain):
            return Step.REJECTED  # uncertified, and its author proven to have written twice: no effect here
        return Step.WITNESSED if vertex.approvals.bit_count() > 1 else Step.RECORDED

    def _seen_by(self, vertex: Vertex) -> tuple[int, ...]:
        return tuple([n for n in range(len(self.roll.members)) if vertex.approvals >> n & 1])

    # -- records ------------------------------------------------------------------------------------------------

    def search(self, text: str, limit: int = 50) -> list[RecordRow]:
        """Records that match each word typed as a beginning of one of theirs."""
        found = self.store.pages.search(text, limit)
        return [row for row in (self._row(record_id) for record_id in found) if row]

    def list_records(self, register: str, after: bytes | None = None, limit: int = 100) -> list[RecordRow]:
        """One page in the order of (label, id), after the record with this id."""
        return [self._record_row(record, pending) for record, pending in self.store.pages.page(register, after, limit)]

    def list_by_day(self, index: str, first: Whole, last: Whole, limit: int = 100) -> list[RecordRow]:
        """Records in the order of the days of such an index ("<law>.<index>"), both days counted."""
        found = self.store.pages.between(index, encode([list(first)]), encode([list(last)]), limit)
        return [row for row in (self._row(record_id) for record_id in found) if row]

    def count_records(self, register: str) -> int:
        return self.store.pages.count(register)

    def _row(self, record_id: bytes) -> RecordRow | None:
        pending = self.store.state.overlaid(record_id)
        record = pending or self.store.state.agreed(record_id)
        return self._record_row(record, pending is not None) if record else None

    def _record_row(self, record: Record, pending: bool) -> RecordRow:
        """A summary has free texts only: the words of choices have labels, which belong to the window."""
        law = self.laws.get(record.register.partition(".")[0])
        register = law.by_full_name.get(record.register) if law else None
        fields = register.fields.items() if register else ()
        held = (record.fields.get(name) for name, field in fields if field.type.kind == "text")
        summary = " · ".join([said for said in held if type(said) is str][:2])  # what is withheld is no text
        ladder = self._ladder_of(record) if pending else None
        return RecordRow(record.id, record.register, label(record), summary, record.state, record.keeper, ladder)

    def _ladder_of(self, record: Record) -> Ladder | None:
        """Of the act that made this version, which no anchor has executed yet."""
        row = self.store.chain.act_by_prefix(record.last_act)
        return self._ladder(row, self.store.chain.id_at(row.block)) if row else None

    def record_view(self, record_id: bytes) -> RecordView:
        """The present version and what made each version, newest first. Raises `unknown-record`."""
        record = self.store.state.present(record_id)
        if record is None:
            raise MunimentError("unknown-record", record=record_id)
        earlier = [one for one in self.store.state.history(record_id) if one.version < record.version]
        versions = [record, *earlier]
        before: Sequence[Record | None] = [*earlier, None]
        entries = [self._timeline_entry(after, old) for after, old in zip(versions, before, strict=True)]
        return RecordView(record, label(record), tuple(entry for entry in entries if entry))

    def _timeline_entry(self, after: Record, before: Record | None) -> TimelineEntry | None:
        row = self.store.chain.act_by_prefix(after.last_act)
        if row is None:
            return None
        view = self._view(row)
        transaction = act_of(view.transaction)
        procedure = f"{transaction.law}.{transaction.procedure}"
        return TimelineEntry(row.id, procedure, view.transaction.claimed_ms, row.author, view.ladder, before, after)

    # -- standing -----------------------------------------------------------------------------------------------

    def today(self) -> Today:
        """What waits for this office, each list with at most 200 acts, newest first."""
        waits: dict[str, list[ActView]] = {}
        counts: dict[str, int] = {}
        for name, positions in self._own_open().items():
            waits[name], counts[name] = [], self.store.chain.act_count_at(positions)
            for position in reversed(positions[-LIST_LIMIT:]):
                if not (room := LIST_LIMIT - len(waits[name])):
                    break
                waits[name].extend(self._view(row) for row in self.store.chain.acts_of_block(position, room))
        refused = self._unusual((REJECTED,))
        waiting, waiting_count = self._needs_decision()
        ended = self.store.chain.unusual_counts(self.number)
        counts |= {"refused": ended.get(REJECTED, 0), "needs_decision": waiting_count}
        members = range(len(self.roll.members))
        return Today(
            tuple(waits["not_yet_seen"]),
            tuple(waits["not_yet_certified"]),
            tuple(waits["not_yet_final"]),
            tuple(waits["void"]),
            refused,
            waiting,
            counts,
            tuple(n for n in members if self.lace.forkers >> n & 1),
            tuple(n for n in members if not self.lace.tips(n)),
        )

    def _own_open(self) -> dict[str, list[int]]:
        """Positions of own blocks that no anchor has executed, by today's list of their acts, in order of arrival."""
        found: dict[str, list[int]] = {name: [] for name in _TODAY}
        own = [chain for (author, _), chain in self.lace.chains.items() if author == self.number]
        for chain in own:
            for name, positions in self.lace.open_acts.told_apart(chain, self._waits_for, self.lace.is_forked(chain)):
                found[name] += positions
        for vertex in self.execution.rest():
            if vertex.chain in own:
                found[self._waits_for(vertex)].append(vertex.position)
        return found

    def _waits_for(self, vertex: Vertex) -> str:
        """In which of today's lists the acts of an own block stand that no anchor has executed."""
        step = self._vertex_step(vertex)
        if step is Step.REJECTED:
            return "void"
        if step is Step.CERTIFIED:
            return "not_yet_final"
        return "not_yet_certified" if step is Step.WITNESSED else "not_yet_seen"

    def _needs_decision(self) -> tuple[tuple[ActView, ...], int]:
        """Own acts that are suspended or held, the newest of them, and how many there are."""
        counted = self.store.chain.unusual_counts(self.number)
        return self._unusual(DECISION_OUTCOMES), sum(counted.get(outcome, 0) for outcome in DECISION_OUTCOMES)

    def _unusual(self, outcomes: Sequence[str]) -> tuple[ActView, ...]:
        rows = self.store.chain.unusual_acts(self.number, outcomes, LIST_LIMIT)
        return tuple(self._view(row) for row in rows)

    def offices(self) -> list[OfficeStanding]:
        acts, earlier = self.store.chain.act_counts(), dict[int, int]()
        for tip in self.lace.all_tips():  # of keys that have left the roll, too
            earlier[tip.author] = max(tip.claimed_ms, earlier.get(tip.author, 0))
        return [
            OfficeStanding(
                member.number,
                member.office,
                member.number == self.number,
                sum(tip.seq for tip in self.lace.tips(member.number)[:1]),
                acts.get(member.number, 0),
                max((tip.claimed_ms for tip in self.lace.tips(member.number)), default=earlier.get(member.number)),
                bool(self.lace.forkers >> member.number & 1),
            )
            for member in self.roll.members
        ]

    def counts(self) -> LedgerCounts:
        """Records, blocks and acts held here, acts by step of the ladder, and the state root."""
        blocks, acts = self.store.chain.counts()
        ladder = dict.fromkeys((step.value for step in Step), 0)
        refused, open_acts = self.store.chain.refused_counts(), self.lace.open_acts
        ladder[Step.REJECTED.value] = sum(refused.values())
        ladder[Step.FINAL.value] = acts - sum(refused.values())
        standing = [
            told
            for chain in open_acts.chains()
            for told in open_acts.told_apart(chain, self._told_step, self.lace.is_forked(chain))
        ]
        for step, rest in groupby(self.execution.rest(), self._told_step):
            standing.append((step, [vertex.position for vertex in rest]))
        for step, positions in standing:
            count = self.store.chain.act_count_at(positions) - sum(refused.get(one, 0) for one in positions)
            ladder[step] += count
            ladder[Step.FINAL.value] -= count
        return LedgerCounts(self.store.state.record_count(), blocks, acts, ladder, self.state_root())

    def _told_step(self, vertex: Vertex) -> str:
        return self._vertex_step(vertex).value

    def anchors(self, after: int = 0, count: int = LIST_LIMIT) -> list[AnchorView]:
        """At most so many points of the common order after a number, in order."""
        return [AnchorView(*astuple(row)) for row in self.store.chain.anchors(after, count)]

    def state_root(self) -> bytes:
        """32 bytes that commit to every record of the agreed state after the last anchor executed whole."""
        newest = self.store.checkpoints.newest()
        if self.execution.under_way is not None:
            return newest.state_root if newest is not None else EMPTY_ROOT
        root: bytes = self.store.state.state_root()
        return root

    def entering(self) -> tuple[int, int] | None:
        """(executed, all) acts of the anchor that is being executed in portions; None while none is."""
        under = self.execution.under_way
        return (under.acts, under.all_acts) if under is not None else None

    # -- evidence and drafts ------------------------------------------------------------------------------------

    def evidence(self) -> list[tuple[int, Evidence]]:
        """(number of the office, evidence) of every known fork."""
        return self.store.chain.evidence()

    def evidence_against(self, author: int) -> Evidence | None:
        for evidence in (found for number, found in self.evidence() if number == author):
            if decode_header(evidence.first).author == author:
                return evidence
        return None

    def drafts(self) -> list[Draft]:
        return self.store.drafts()

    def put_draft(self, draft: Draft) -> None:
        """Durable on return. Raises `draft-erased`."""
        if any(law.seals for law in self.laws.values()):
            self.store.database.overwrite()  # what the draft said before shall not stay on a free page
        self.store.put_draft(draft)

    def mirrors_of(self, draft_id: bytes) -> list[bytes]:
        """What other offices have of a shared draft, to be merged into it."""
        return self.store.sharing.mirrors(draft_id)

    def delete_draft(self, draft_id: bytes) -> None:
        self.store.delete_draft(draft_id)
