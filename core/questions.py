"""Questions between offices as pages and commands show them: what waits here, what this office asks, what came of it.

What waits for this office and how it is answered: core/linking.py. A question can also be left with a reason, by
whoever decides in the office that was asked: an act of the engine, so that everybody learns of it (LAWS.md §17).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.act_views import Acts
from core.errors import MunimentError
from core.laws.law import Asks, Called
from core.laws.questions import (
    ANSWERED,
    ANSWERS_ABOUT,
    ANSWERS_TO,
    Asked,
    answer_id,
    answers_to,
    find_asked,
    found_by,
)
from core.ledger.encoding import Value, encode
from core.linking import MAX_MADE, Linking, called_for
from core.people.showing import Showing
from core.reading import Records
from core.replica import Replica
from core.store.working import WorkingState
from core.views import ActView

_LIST_LIMIT = 200
WAITS = "waits"


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What an act of one register asks about one record of another."""

    id: bytes  # 16 bytes: of its answer, once there is one
    act: ActView  # that asks
    procedure: str  # "<law>.<procedure>": what is asked for
    record: bytes
    label: str
    office: int  # that is asked
    how: str  # waits, answered or dismissed
    reason: Value = ""  # of a dismissal, text; `Withheld` where the person may not read it, or has not said why
    answer: ActView | None = None


class Questions:
    """What acts ask of other registers; `number`: of this office."""

    def __init__(
        self, replica: Replica, number: int, linking: Linking, acts: Acts, records: Records, showing: Showing
    ) -> None:
        self._replica, self._number, self._linking, self._store = replica, number, linking, replica.store
        self._acts, self._records, self._showing = acts, records, showing

    def to_us(self) -> list[QuestionView]:
        """What waits for this office to answer, oldest first."""
        state = WorkingState(self._store.state, self._number)
        return [view for called, _ in self._linking.open_questions(whole=True) for view in self._waiting(called, state)]

    def _waiting(self, called: Called, state: WorkingState, about: bytes | None = None) -> Iterator[QuestionView]:
        """What waits here; `about`: only if that record is asked about, or the act that asks is about it."""
        asked = find_asked(state, called.act)
        if asked is not None and about in (None, called.record, *asked.about):
            yield self._question(asked, asked.by_link(called.link), called.record, state)

    def made(self) -> list[QuestionView]:
        """What acts of this office ask of others, answered or not, the newest acts first."""
        self._linking.look()
        state, views = WorkingState(self._store.state, self._number), list[QuestionView]()
        for act in reversed(self._linking.acts_that_ask):
            asked = find_asked(state, act)
            if asked is not None and len(views) < MAX_MADE:
                views += self._questions_of(asked, state)
        return views[:MAX_MADE]

    def about(self, record: bytes) -> list[QuestionView]:
        """What was asked and answered about a record, or because of an act on it, and what of that waits here."""
        state, views = WorkingState(self._store.state, self._number), dict[bytes, QuestionView]()
        for answer in map(state.record, state.find(ANSWERS_ABOUT, encode([record]), _LIST_LIMIT)):
            asked = find_asked(state, answer.key["act"]) if answer is not None else None
            if answer is not None and asked is not None:
                link = asked.by_link(answer.key["link"])
                views[answer.id] = self._question(asked, link, answer.key["record"], state)
        waiting = (
            view for called, _ in self._linking.open_questions() for view in self._waiting(called, state, record)
        )
        for view in (*waiting, *self.made()):
            about = find_asked(state, view.act.id)
            if record == view.record or (about is not None and record in about.about):
                views.setdefault(view.id, view)
        return sorted(views.values(), key=lambda view: (view.act.transaction.claimed_ms, view.id), reverse=True)

    def waiting(self, reference: str) -> QuestionView:
        """The one that waits here whose id begins so, as a list shows it. Raises `unknown-question`."""
        waiting = (called for called, _ in self._linking.open_questions(whole=True))
        ids = ((called, answer_id(called.act, called.link, called.record)) for called in waiting)
        found = [called for called, made in ids if reference and made.hex().startswith(reference)]
        if len(found) != 1:
            raise MunimentError("unknown-question", text=reference)
        return next(self._waiting(found[0], WorkingState(self._store.state, self._number)))

    def _questions_of(self, asked: Asked, state: WorkingState) -> Iterator[QuestionView]:
        for ask in asked.asks:
            law = self._replica.laws.get(ask.procedure.partition(".")[0])
            answers = (state.record(one) for one in state.find(ANSWERS_TO, answers_to(asked.act, ask.link), ask.most))
            records = [answer.key["record"] for answer in answers if answer is not None]
            records += found_by(state, ask, law, ask.most) if law is not None else ()
            for record in dict.fromkeys(records):
                yield self._question(asked, ask, record, state)

    def _question(self, asked: Asked, ask: Asks, record_id: bytes, state: WorkingState) -> QuestionView:
        made = answer_id(asked.act, ask.link, record_id)
        record, answer = state.record(record_id), state.record(made)
        keeper = asked.author if record is None or record.keeper is None else record.keeper
        named = self._records.view(record_id).label if record is not None else ""
        reason = answer.fields.get("reason", "") if answer is not None else ""
        by = self._linking.answer_to(called_for(asked.act, ask, record_id), {}) if record is not None else None
        return QuestionView(
            made,
            self._acts.view(asked.act),
            ask.procedure,
            record_id,
            named,
            keeper,
            WAITS if by is None else ANSWERED if answer is None else answer.state,
            self._showing.reason_about(reason, record_id, *asked.about) if answer is not None else "",
            self._acts.view(by) if by is not None else None,
        )

    # -- leaving one --------------------------------------------------------------------------------------------

    def law_asked(self, act: bytes, record: bytes) -> str:
        """The law that is asked. Raises `unknown-question`."""
        for called in self._linking.asked_about_any([record]):
            if called.act == act:
                return called.law
        raise MunimentError("unknown-question", text=act.hex())
