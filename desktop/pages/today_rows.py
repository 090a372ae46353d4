"""The lists of *Today*: own acts on their way, what others ask, and drafts; a row each, with what can be done."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.casefile.view import SUBJECT_PREFIX
from core.ledger.transaction import Transaction
from core.linking import AskedView
from core.outcomes import DECISION_OUTCOMES
from core.views import ActView, Draft, RequestView, Step
from desktop.desk import Desk
from desktop.pages.today_reading import SHOWN
from desktop.widgets.status import Shape, StatusLine, ladder_shape
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.ladder import ladder_words, rejection_sentence, step_words
from desktop.wording.values import claimed_text

T = TypeVar("T")


class TodayLists(QObject):
    record_wanted = Signal(bytes)
    draft_wanted = Signal(object)
    again_wanted = Signal(object)  # ActView: to be entered again
    act_wanted = Signal(str, object)  # the procedure, and what is known of the act
    decision_wanted = Signal(object)  # RequestView
    resolving_wanted = Signal(object)  # ActView
    dismissal_wanted = Signal(object, str, str)  # AskedView, what is asked and why, in words
    taking_back_wanted = Signal(object, str)  # RequestView, what is requested of whom, in words
    more_wanted = Signal()

    def __init__(
        self, desk: Desk, labels: Mapping[bytes, str], resolved: Mapping[bytes, Transaction], parent: QObject
    ) -> None:
        """`labels`, `resolved`: of what was read (today_reading.py)."""
        super().__init__(parent)
        self._desk, self._labels, self._resolved = desk, labels, resolved

    def group(self, parent: QWidget, name: str, shape: Shape, acts: Sequence[ActView], count: int) -> QWidget:
        frame, layout = card(parent)
        layout.addWidget(label(say(f"today.{name}", count=count), frame, "heading"))
        rows = _rows(layout)
        for act in acts[:SHOWN]:
            self._add_act(rows, frame, act, shape)
        if count > SHOWN:
            layout.addWidget(label(say("today.more", count=count - SHOWN), frame, "quiet"))
        return frame

    def _add_act(self, rows: QGridLayout, parent: QWidget, act: ActView, shape: Shape) -> None:
        about = self._labels.get(act.records[0], "") if act.records else ""
        if act.id in self._resolved:
            about = self._desk.act_title(self._resolved[act.id])
        title = self._desk.act_title(act.transaction)
        words = " · ".join(filter(None, (title, about, claimed_text(act.transaction.claimed_ms))))
        step = step_words(act.ladder, len(self._desk.offices))
        if act.ladder.step is Step.REJECTED:
            step = f"{step}. {rejection_sentence(act.ladder)}"
        last: QPushButton | None = None
        if shape is Shape.HELD and self._may_be_resolved(act):
            last = button(say("resolve.open"), parent)
            last.clicked.connect(partial(self.resolving_wanted.emit, act))
        elif act.records:
            last = self._open_button(parent, act)
        elif self._may_enter_again(act):
            last = button(say("today.again"), parent)
            last.setAccessibleName(say("today.again.which", act=title))
            last.clicked.connect(partial(self.again_wanted.emit, act))
        _add_row(rows, parent, shape, words, step, last)

    def _may_be_resolved(self, act: ActView) -> bool:
        """What met another act on one record is ended by an act of the law itself."""
        ladder = act.ladder
        waits = ladder.outcome in DECISION_OUTCOMES and ladder.step is not Step.REJECTED
        return waits and ladder.code != "held-together" and act.text_is_held

    def _may_enter_again(self, act: ActView) -> bool:
        """A void act of this office that still fits the rules; of a decision the request stands again itself."""
        law = self._desk.laws.get(act.transaction.law)
        void = act.ladder.step is Step.REJECTED and act.ladder.outcome != "rejected"
        return void and law is not None and act.transaction.procedure in law.procedures

    def _open_button(self, parent: QWidget, act: ActView) -> QPushButton:
        made = button(say("today.open"), parent)
        made.clicked.connect(partial(self.record_wanted.emit, act.records[0]))
        return made

    def _list(
        self,
        parent: QWidget,
        name: str,
        shown: Sequence[T],
        count: int,
        add: Callable[[QGridLayout, QWidget, T], None],
    ) -> QWidget:
        """`shown`: of so many."""
        frame, layout = card(parent)
        layout.addWidget(label(say(f"today.{name}", count=count), frame, "heading"))
        rows = _rows(layout)
        for request in shown:
            add(rows, frame, request)
        if count > len(shown):
            more = button(say("today.show-more", count=count - len(shown)), frame)
            more.clicked.connect(self.more_wanted)
            layout.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def to_decide(self, parent: QWidget, shown: Sequence[RequestView], count: int) -> QWidget:
        return self._list(parent, "requests_to_decide", shown, count, self._add_to_decide)

    def links(self, parent: QWidget, shown: Sequence[AskedView], count: int) -> QWidget:
        return self._list(parent, "links_to_answer", shown, count, self._add_link)

    def asked(self, parent: QWidget, shown: Sequence[RequestView]) -> QWidget:
        return self._list(parent, "requests_made", shown, len(shown), self._add_asked)

    def _add_to_decide(self, rows: QGridLayout, parent: QWidget, request: RequestView) -> None:
        decide = button(say("today.decide"), parent, main=True)
        decide.clicked.connect(partial(self.decision_wanted.emit, request))
        words = self._request_words("today.request", request, self._desk.offices[request.by])
        when = claimed_text(request.act.transaction.claimed_ms)
        lapsed = request.act.ladder.outcome == "lapsed"
        _add_row(rows, parent, Shape.WAITING, words, say("today.request-lapsed") if lapsed else when, decide)

    def _add_link(self, rows: QGridLayout, parent: QWidget, asked: AskedView) -> None:
        """What an act of another register asks; the new act is filled in with what that act tells."""
        called, act = asked.called, asked.act
        procedure = f"{called.law}.{called.procedure}"
        about = " · ".join(filter(None, (self._desk.procedure_title(procedure), self._labels.get(called.record, ""))))
        because, office = self._desk.act_title(act.transaction), self._desk.offices[act.author]
        why = say("today.link", act=because, office=office, day=claimed_text(act.transaction.claimed_ms))
        records = {SUBJECT_PREFIX + name: one for name, one in {**called.records, called.found: called.record}.items()}
        begin = button(say("today.answer"), parent, main=True)
        begin.setAccessibleName(say("today.answer.which", act=about))
        begin.clicked.connect(partial(self.act_wanted.emit, procedure, {**records, **called.fields}))
        leave = button(say("today.leave"), parent)
        leave.setAccessibleName(say("today.leave.which", act=about))
        leave.clicked.connect(partial(self.dismissal_wanted.emit, asked, about, why))
        _add_row(rows, parent, Shape.WAITING, about, why, begin, leave)

    def _add_asked(self, rows: QGridLayout, parent: QWidget, request: RequestView) -> None:
        ladder = request.act.ladder
        words = self._request_words("today.asked", request, self._desk.offices[request.to])
        standing = ladder_words(ladder, len(self._desk.offices))
        if ladder.step is Step.REJECTED:
            standing = f"{standing}. {rejection_sentence(ladder)}"
        last = self._open_button(parent, request.act) if request.act.records else None
        if request.withdrawable:
            last = button(say("withdraw.begin"), parent)
            last.setAccessibleName(say("withdraw.which", act=words))
            last.clicked.connect(partial(self.taking_back_wanted.emit, request, words))
        _add_row(rows, parent, ladder_shape(ladder), words, standing, last)

    def _request_words(self, key: str, request: RequestView, office: str) -> str:
        transaction = request.act.transaction
        title = self._desk.procedure_title(f"{transaction.law}.{transaction.procedure}")
        about = f"{title} · {request.label}" if request.label else title
        return say(key, act=about, office=office)

    def drafts(self, parent: QWidget, drafts: Sequence[Draft]) -> QWidget:
        frame, layout = card(parent)
        layout.addWidget(label(say("today.drafts", count=len(drafts)), frame, "heading"))
        for draft in sorted(drafts, key=lambda one: -one.changed_ms)[:SHOWN]:
            row = QHBoxLayout()
            status = StatusLine(frame)
            status.show_words(Shape.DRAFT, f"{draft.title} · {claimed_text(draft.changed_ms)}")
            go_on = button(say("today.go-on"), frame)
            go_on.clicked.connect(partial(self.draft_wanted.emit, draft))
            row.addWidget(status, 1, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(go_on)
            layout.addLayout(row)
        return frame


def _rows(layout: QVBoxLayout) -> QGridLayout:
    """Rows of a group, whose columns begin at one place."""
    rows = QGridLayout()
    rows.setVerticalSpacing(layout.spacing())
    rows.setColumnStretch(0, 3)
    rows.setColumnStretch(1, 4)
    layout.addLayout(rows)
    return rows


def _add_row(
    rows: QGridLayout, parent: QWidget, shape: Shape, words: str, standing: str, *last: QPushButton | None
) -> None:
    """`words` with their shape, how it stands, and what can be done."""
    status, row = StatusLine(parent), rows.rowCount()
    status.show_words(shape, words)
    rows.addWidget(status, row, 0, Qt.AlignmentFlag.AlignVCenter)
    rows.addWidget(label(standing, parent, "quiet"), row, 1)
    for place, made in enumerate(last):
        if made is not None:
            rows.addWidget(made, row, 2 + place)
