"""Links as an office sees them: what acts of other registers ask of the records that it keeps, and its answers.

What an act asks stands in the state (core/laws/questions.py). This office keeps only how far it has looked and what it
found (by act and record), which is worked out again when it is lost. An answer is an act of this office that names the
asking one: by an officer, or by its node where the law marks the procedure `automatic` and nothing that it says stands
in the way. Nothing waits any more once an answer or a dismissal stands, or an act of the procedure asked for has made a
version of the record after the asking act was executed.

A question is looked at again when one of its records has changed, never at each write: execution notes which of the
records that are watched here it has changed (`Execution.watched`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.act_views import Acts
from core.clock import Clock
from core.executing import Execution
from core.laws.conflicts import fits
from core.laws.indexing import groups_from_nothing
from core.laws.law import Asks, Called, Law
from core.laws.placing import DAY_MS
from core.laws.questions import (
    ASKED_OF,
    ASKED_REGISTER,
    Asked,
    answer_id,
    asked_group,
    asked_id,
    find_asked,
    found_by,
    read_asked,
)
from core.ledger.encoding import Value, decode, encode
from core.ledger.record import IndexChange, decode_record
from core.reading import Records
from core.reading_acts import HeldActs
from core.replica import Replica
from core.store.working import WorkingState
from core.views import ActView, TimelineEntry

LOOKED_AT_ONCE = 1_000  # questions, oldest first: under a second; what waits has no limit, the rest is looked at next
ENTERED = ("entered", "warned")
MAX_MADE = 50  # acts that ask, and of their questions as many, are listed: the newest
_LOOKED, _WAITING, _MADE = "links-looked", "links-waiting", "links-made"
_MAX_META_BYTES = 1 << 20
_RECORDS_A_STEP = 2_000
_NAMED_BEFORE = 48  # an act begins with the name of its law (FORMAT.md §2), at most 40 bytes
Pair = tuple[bytes, bytes]  # the asking act and the record


@dataclass(frozen=True, slots=True)
class AskedView:
    """What an act of another register asks of this office. `automatic`: its node answers if nothing is in the way."""

    act: ActView
    called: Called
    automatic: bool


class Linking:
    """What other registers ask of this office, whose number is `number`."""

    _kept: dict[Pair, bool]  # what waits, oldest first, and whether the node has answered and the order refused that
    _ready: dict[Pair, list[tuple[Called, bool]]]  # of these, what can be answered now, and whether by the node
    _stale: set[Pair]  # to be looked at again
    _unready: dict[Pair, int]  # what the node may answer and the law refused, and on which day: tried again on another
    _watchers: defaultdict[bytes, set[Pair]]
    acts_that_ask: list[bytes]  # the newest of this office, oldest first

    def __init__(
        self, replica: Replica, number: int, clock: Clock, held: HeldActs, acts: Acts, records: Records
    ) -> None:
        self._replica, self._number, self._clock, self._store = replica, number, clock, replica.store
        self._held, self._acts, self._records = held, acts, records
        # Another execution: the replica has read its graph again.
        self._looked_with: Execution | None = None
        self._looked_under: Mapping[str, Law] | None = None

    def asked_of_us(self, limit: int | None = None) -> list[AskedView]:
        """What waits for this office to answer, oldest first."""
        found = self.open_questions()[:limit]
        return [AskedView(self._acts.view(called.act), called, automatic) for called, automatic in found]

    def count_asked(self) -> int:
        """How many wait for this office to answer."""
        return len(self.open_questions())

    def open_questions(self, *, whole: bool = False) -> list[tuple[Called, bool]]:
        """What waits, oldest first, and whether for the node; `whole`: however long looking takes."""
        self.look()
        self._look_again()
        while whole and self._stale:
            self._look_again()
        return [one for pair in self._kept for one in self._ready.get(pair, ())]

    def question_of(self, law: str, procedure: str, records: Mapping[str, bytes]) -> bytes | None:
        """The act that asks this office for just such an act, if one waits: its answer names it."""
        for called in self.asked_about_any(records.values()):
            if (called.law, called.procedure) == (law, procedure) and records == records_of(called):
                return called.act
        return None

    def asked_about_any(self, records: Collection[bytes]) -> list[Called]:
        """What can be answered now of what waits about any of these records, oldest first."""
        if not self._replica.execution.fold.asking:
            return []
        self.look()
        pairs = [pair for pair in self._kept if pair[1] in records]
        self._look_again(pairs)
        return [called for pair in pairs for called, _ in self._ready.get(pair, ())]

    # -- what the node may answer -------------------------------------------------------------------------------

    def automatic_links(self) -> list[Called]:
        """What the node may answer by itself and has not tried since something of it changed, or since yesterday."""
        if not self._replica.execution.fold.asking:
            return []
        self.look()
        if not self._kept:
            return []
        self._look_again()
        today = self._clock.now_ms() // DAY_MS
        untried = (ready for pair, ready in self._ready.items() if self._unready.get(pair) != today)
        return [called for ready in untried for called, automatic in ready if automatic]

    def mark_unready(self, called: Called) -> None:
        """The law does not let it in today."""
        self._unready[called.act, called.record] = self._clock.now_ms() // DAY_MS

    def mark_tried(self, called: Called) -> None:
        """What was foreseen otherwise than the order decides would be answered at every anchor, for ever: once."""
        pair = called.act, called.record
        self._kept[pair] = True
        self._stale.add(pair)
        with self._store.database.atomic():
            self._keep()

    # -- whether something waits still --------------------------------------------------------------------------

    def _look_again(self, first: Iterable[Pair] = ()) -> None:
        """Evaluate what has changed since the last time, at most `LOOKED_AT_ONCE`: `first` these, then the oldest."""
        changed = self._replica.execution.changed_watched
        for record in changed:
            self._stale |= self._watchers.get(record, set())
        changed.clear()
        if not self._stale:
            return
        present, agreed = (WorkingState(self._store.state, author) for author in (self._number, None))
        ended, read = [], dict[bytes, tuple[TimelineEntry, ...]]()  # a thousand may ask about one record
        waiting = (pair for pair in dict.fromkeys((*first, *self._kept)) if pair in self._stale)
        looked = list(islice(waiting, LOOKED_AT_ONCE))
        for pair in looked:
            self._unready.pop(pair, None)
            self._ready[pair] = list(self._answerable(pair, present, read))
            asks = [*self._called(*pair, agreed), *self._called(*pair, present)]
            if all(self.answer_to(one, read, foreseen=False) for one in asks):
                ended.append(pair)
        self._stale.difference_update(looked)
        if ended:
            for pair in ended:
                self._forget(pair)
            with self._store.database.atomic():
                self._keep()

    def _answerable(
        self, pair: Pair, state: WorkingState, read: dict[bytes, tuple[TimelineEntry, ...]]
    ) -> Iterator[tuple[Called, bool]]:
        for called in self._called(*pair, state):
            if self.fits(called, state) and not self.answer_to(called, read):
                asked, law = find_asked(state, pair[0]), self._replica.laws[called.law]
                by_node = asked is not None and asked.by_node  # that asks officers alone
                yield called, law.procedures[called.procedure].automatic and not self._kept[pair] and not by_node

    def _called(self, act: bytes, record: bytes, state: WorkingState) -> Iterator[Called]:
        """What the act asks this office about the record."""
        asked, there = find_asked(state, act), state.record(record)
        if asked is None or there is None or self._number != (asked.author if there.keeper is None else there.keeper):
            return  # another office may have taken it over
        for one in asked.asks:
            law = one.procedure.partition(".")[0]
            if law in self._replica.laws and record in found_by(state, one, self._replica.laws[law]):
                yield called_for(act, one, record)

    def fits(self, called: Called, state: WorkingState) -> bool:
        """Whether the procedure can be entered on the records as they stand, as far as their states tell."""
        procedure = self._replica.laws[called.law].procedures.get(called.procedure)
        if procedure is None:
            return False
        named = records_of(called)
        found = {name: state.record(named[name]) for name in procedure.referenced if name in named}
        return found.keys() == procedure.referenced.keys() and all(
            record is not None and fits(procedure, name, record, self._number) for name, record in found.items()
        )

    def answer_to(
        self, called: Called, read: dict[bytes, tuple[TimelineEntry, ...]], *, foreseen: bool = True
    ) -> bytes | None:
        """The act that answers: one that names the asking act or dismisses what it asks, else one of the procedure
        that has made a version of the record since the asking act was executed.

        `read`: timelines of records that were read before; `foreseen`: also one that no anchor has executed yet.
        """
        made = answer_id(called.act, called.link, called.record)
        answer = self._store.state.present(made) if foreseen else self._store.state.agreed(made)
        row = self._store.chain.act_by_prefix(answer.last_act) if answer is not None else None
        if row is not None:
            return row.id
        since, wanted = self._anchor_of(called.act), f"{called.law}.{called.procedure}"
        if called.record not in read:
            read[called.record] = self._records.view(called.record).timeline
        for entry in read[called.record]:
            anchor = entry.ladder.anchor
            if anchor is not None and anchor < since:
                return None
            if entry.procedure == wanted and entry.act != called.act and (foreseen or anchor is not None):
                return entry.act
        return None

    def _anchor_of(self, act: bytes) -> int:
        row = self._store.chain.act(act)
        return self._replica.execution.anchor_of(self._held.vertex(row)) if row is not None else 0

    # -- looking ------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at what anchors have executed since the last time. Durable on return."""
        execution = self._replica.execution
        if self._looked_with is not execution or self._looked_under is not self._replica.laws:
            self._begin(execution)
        if not execution.executed:
            return
        state = WorkingState(self._store.state, self._number)
        asking = [asked for _, position in execution.executed for asked in self._asked_in(position, state)]
        found = [pair for asked in asking for pair in self._ours(asked, state)]
        taken = {record for _, position in execution.executed for record in self._taken_over(position)}
        found += [pair for record in sorted(taken) for pair in self._asked_about(record, state)]
        # Whatever a later anchor executes is open now, or comes after all that is here.
        lowest = self._replica.lace.open_acts.oldest or self._store.chain.newest_position()
        with self._store.database.atomic():
            if self._add(found):
                self._keep()
            if self._note_own(asking):
                self._store.database.set_meta(_MADE, encode(list[Value](self.acts_that_ask)))
            if execution.under_way is None:  # else the rest would be passed over after a restart
                self._store.database.set_meta(_LOOKED, encode([self._replica.finality.count, lowest]))
        execution.executed = []

    def _begin(self, execution: Execution) -> None:
        """Read what is kept; where nothing is, what every act has asked that the agreed state tells of."""
        self._kept, self._ready, self._unready, self._stale = {}, {}, {}, set()
        self._watchers = defaultdict(set)
        execution.watched, execution.changed_watched = self._watchers, set()
        looked, waiting, made = (self._store.database.meta(name) for name in (_LOOKED, _WAITING, _MADE))
        self.acts_that_ask = decode(made, _MAX_META_BYTES) if made else []
        if looked is not None:
            execution.executed = self._store.chain.executed_since(*decode(looked, _MAX_META_BYTES))
        elif execution.fold.asking:
            state = WorkingState(self._store.state, self._number)
            every = list(self._every_asked())
            self._add([pair for asked in every for pair in self._ours(asked, state)])
            self._note_own(every)
        for act, record, tried in decode(waiting, len(waiting)) if waiting else ():
            self._add([(act, record)])
            self._kept[act, record] = tried
        self._looked_with, self._looked_under = execution, self._replica.laws

    def _note_own(self, asking: Iterable[Asked]) -> bool:
        """Whether this office has asked."""
        own = [asked.act for asked in asking if asked.author == self._number]
        self.acts_that_ask = list(dict.fromkeys([*self.acts_that_ask, *own]))[-MAX_MADE:]
        return bool(own)

    def _every_asked(self) -> Iterator[Asked]:
        after = 0
        while rows := self._store.state.agreed_of(ASKED_REGISTER, after, _RECORDS_A_STEP):
            yield from (read_asked(decode_record(body)) for _, body in rows)
            after = rows[-1][0]

    def _add(self, pairs: list[Pair]) -> bool:
        """Whether any of them was not kept before."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._kept]
        for pair in new:
            self._kept[pair] = False
            self._stale.add(pair)
            for watched in self._watched(pair):
                self._watchers[watched].add(pair)
        return bool(new)

    def _watched(self, pair: Pair) -> set[bytes]:
        """The records on which depends whether it waits still."""
        asked = find_asked(WorkingState(self._store.state, self._number), pair[0])
        asks = asked.asks if asked is not None else ()
        answers = {answer_id(pair[0], one.link, pair[1]) for one in asks}
        return {pair[1], *(record for one in asks for record in one.records.values()), *answers}

    def _forget(self, pair: Pair) -> None:
        for watched in self._watched(pair):
            self._watchers[watched].discard(pair)
            if not self._watchers[watched]:
                del self._watchers[watched]
        del self._kept[pair]
        self._stale.discard(pair)
        self._ready.pop(pair, None)
        self._unready.pop(pair, None)

    def _keep(self) -> None:
        rows: list[Value] = [[act, record, tried] for (act, record), tried in self._kept.items()]
        self._store.database.set_meta(_WAITING, encode(rows))

    def _asked_in(self, position: int, state: WorkingState) -> Iterator[Asked]:
        """What the acts of a block ask."""
        _, acts = self._held.opened(position)
        asking = [name.encode() for name in sorted(self._replica.execution.fold.asking)]
        if acts and not any(name in act[:_NAMED_BEFORE] for act in acts for name in asking):
            return  # as almost every block of an import
        for row in self._store.chain.acts_of_block(position):
            if row.outcome in ENTERED and (record := state.record(asked_id(row.id))) is not None:
                yield read_asked(record)

    def _taken_over(self, position: int) -> Iterator[bytes]:
        """Records that an act of this office in a block may have brought it from another office."""
        _, acts = self._held.opened(position)
        rows = self._store.chain.acts_of_block(position) if self._may_take(acts) else ()
        for row in rows:
            if (
                row.author == self._number
                and row.outcome in ENTERED
                and self._may_take(acts[row.place : row.place + 1])
            ):
                yield from row.records

    def _may_take(self, acts: Sequence[bytes]) -> bool:
        """Whether any of them is of a procedure that accepts records, or of the engine, which executes others."""
        accepting = [
            one.name.encode() for law in self._replica.laws.values() for one in law.procedures.values() if one.accepts
        ]
        return bool(accepting) and any(name in act[: 2 * _NAMED_BEFORE] for act in acts for name in (b"#", *accepting))

    def _asked_about(self, record_id: bytes, state: WorkingState) -> Iterator[Pair]:
        """What was asked about a record before it came to this office."""
        record = state.record(record_id)
        law = self._replica.laws.get(record.register.partition(".")[0]) if record is not None else None
        register = law.by_full_name.get(record.register) if law is not None and record is not None else None
        if register is None or record is None or law is None:
            return
        for one in groups_from_nothing(register, record):
            index = law.indexes.get(one.index.partition(".")[2]) if isinstance(one, IndexChange) else None
            if index is None:
                continue
            group = asked_group(index.full_name, dict(zip(index.by, decode(one.group), strict=True)))
            asking = state.find(ASKED_OF, encode(group), state.count(ASKED_OF, encode(group)))
            for found in map(state.record, asking):
                pairs = self._ours(read_asked(found), state) if found is not None else ()
                yield from (pair for pair in pairs if pair[1] == record_id)

    def _ours(self, asked: Asked, state: WorkingState) -> Iterator[Pair]:
        """Of what an act asks, each record that this office answers for."""
        for one in asked.asks:
            law = self._replica.laws.get(one.procedure.partition(".")[0])
            for found in found_by(state, one, law, one.most) if law is not None else ():
                record = state.record(found)
                keeper = record.keeper if record is not None else self._number
                if keeper == self._number or (keeper is None and asked.author == self._number):
                    yield asked.act, found


def called_for(act: bytes, ask: Asks, record: bytes) -> Called:
    """What one link of an act asks about one record."""
    law, _, procedure = ask.procedure.partition(".")
    return Called(act, ask.link, law, procedure, ask.found, record, ask.records, ask.fields)


def records_of(called: Called) -> dict[str, bytes]:
    """The records of the act asked for, by the names that its procedure has for them."""
    return {**called.records, called.found: called.record}
