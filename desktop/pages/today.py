"""Today: what waits for this office. That nothing waits is said only when nothing does, with the offices not heard."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.backup import LastBackup, last_backup
from core.casefile.view import SUBJECT_PREFIX
from core.clock import SystemClock
from core.errors import MunimentError
from core.laws.resolving import RESOLVING
from core.ledger.transaction import Transaction
from core.linking import AskedView
from core.office import Office
from core.people.actions import Action
from core.reading import DECISION_OUTCOMES
from core.views import ActView, Draft, RequestView, Step, Today
from desktop.desk import Desk
from desktop.pages.backups import backup_words
from desktop.pages.deciding import Deciding
from desktop.pages.dismissing import Dismissing
from desktop.pages.page import Page
from desktop.pages.resolving import Resolving
from desktop.widgets.status import Shape, StatusLine, ladder_shape
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.ladder import WAITS_FOR_OFFICE, ladder_words, rejection_sentence, step_words
from desktop.wording.values import claimed_text

SHOWN, MORE = 8, 40
T = TypeVar("T")
_GROUPS = (
    ("void", Shape.REJECTED),
    ("needs_decision", Shape.HELD),
    ("refused", Shape.REJECTED),
    ("not_yet_seen", Shape.RECORDED),
    ("not_yet_certified", Shape.WITNESSED),
)


class Waiting(NamedTuple):
    today: Today
    to_decide: Sequence[RequestView]
    asked: Sequence[RequestView]
    links: Sequence[AskedView]  # the oldest
    links_count: int  # of all
    drafts: Sequence[Draft]
    labels: Mapping[bytes, str]  # of the records of the acts that are shown
    resolved: Mapping[bytes, Transaction]  # by the act that decides of it or takes it back: that other act
    backup: LastBackup | None


def _waiting(office: Office, links_shown: int) -> Waiting:
    """On the office's thread."""
    today = office.today()
    acts = [act for name, _ in _GROUPS for act in getattr(today, name)[:SHOWN]]
    records = {act.records[0] for act in acts if act.records}
    to_decide, asked = office.requests_for_me(), office.requests_made(SHOWN)
    links, links_count = office.asked_of_us(links_shown), office.count_asked()
    records |= {one.called.record for one in links}
    labels = {record: office.record_view(record).label for record in records}
    resolved = {act.id: other for act in acts if (other := _resolved_by(office, act)) is not None}
    drafts, backup = office.drafts(), last_backup(office)
    return Waiting(today, to_decide, asked, links, links_count, drafts, labels, resolved, backup)


def _resolved_by(office: Office, act: ActView) -> Transaction | None:
    """What an act decides of or takes back. One that was refused may name what nobody knows."""
    named = act.transaction.act.get("act") if act.text_is_held else None
    if act.transaction.procedure not in RESOLVING or type(named) is not bytes:
        return None
    with suppress(MunimentError):
        return office.act_view(named).transaction
    return None


def _waits(act: ActView) -> bool:
    """For another office's decision."""
    return act.ladder.outcome in WAITS_FOR_OFFICE and act.ladder.step is not Step.REJECTED


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


class TodayPage(Page):
    record_wanted = Signal(bytes)
    draft_wanted = Signal(object)
    new_act_wanted = Signal()
    offices_wanted = Signal()
    fork_wanted = Signal(int)  # number of an office
    backup_wanted = Signal()
    again_wanted = Signal(object)  # ActView: to be entered again
    act_wanted = Signal(str, object)  # the procedure, and what is known of the act

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("today.title"), desk, parent)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._scroll)
        self.body.addWidget(self._stack, 1)
        self.deciding: Deciding | Resolving | Dismissing | None = None
        self._labels: Mapping[bytes, str] = {}
        self._resolved: Mapping[bytes, Transaction] = {}
        self._shown = SHOWN  # of what is asked of this office

    def refresh(self) -> None:
        shown = self._shown
        self.desk.ask(self, lambda office: _waiting(office, shown), self._show, self.tell_trouble)

    def show_more(self) -> None:
        self._shown += MORE
        self.refresh()

    # -- deciding a request -------------------------------------------------------------------------------------

    def decide(self, request: RequestView) -> None:
        """Show a request of another office, to be entered or refused."""
        self.leave_request()
        deciding = self.deciding = Deciding(self.desk, request, self._stack)
        deciding.left.connect(self.leave_request)
        self.title.setText(say("decide.title", office=self.desk.offices[request.by]))
        self._stack.addWidget(deciding)
        self._stack.setCurrentWidget(deciding)
        deciding.focus_first()

    def resolve(self, act: ActView) -> None:
        """Show an act that is suspended or held, to be completed, decided or taken back."""
        self.leave_request()
        resolving = self.deciding = Resolving(self.desk, act, self._stack)
        resolving.left.connect(self.leave_request)
        self.title.setText(say("resolve.title"))
        self._stack.addWidget(resolving)
        self._stack.setCurrentWidget(resolving)
        resolving.focus_first()

    def dismiss(self, asked: AskedView, about: str, why: str) -> None:
        """Show what an act of another register asks, to be left with a reason."""
        self.leave_request()
        dismissing = self.deciding = Dismissing(self.desk, asked, about, why, self._stack)
        dismissing.left.connect(self.leave_request)
        self.title.setText(say("dismiss.title"))
        self._stack.addWidget(dismissing)
        self._stack.setCurrentWidget(dismissing)
        dismissing.focus_first()

    def leave_request(self) -> None:
        deciding, self.deciding = self.deciding, None
        if deciding is not None:
            self._stack.removeWidget(deciding)
            deciding.deleteLater()
            self.title.setText(say("today.title"))
            self.refresh()

    # -- what waits ---------------------------------------------------------------------------------------------

    def _show(self, answer: "Waiting") -> None:
        today, drafts, self._labels, self._resolved = answer.today, answer.drafts, answer.labels, answer.resolved
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        groups = [(name, shape, *self._of_group(today, name)) for name, shape in _GROUPS]
        on_their_way = sum(count for *_, count in groups) + len(answer.asked)
        to_decide = len(answer.to_decide) + answer.links_count
        layout.addWidget(self._head(content, today, on_their_way, to_decide, answer.backup))
        if answer.to_decide:
            shown, count = answer.to_decide[: self._shown], len(answer.to_decide)
            layout.addWidget(self._requests(content, "requests_to_decide", shown, count, self._add_to_decide))
        if answer.links:
            count = answer.links_count
            layout.addWidget(self._requests(content, "links_to_answer", answer.links, count, self._add_link))
        if answer.asked:
            count = len(answer.asked)
            layout.addWidget(self._requests(content, "requests_made", answer.asked, count, self._add_asked))
        for name, shape, acts, count in groups:
            if acts:
                layout.addWidget(self._group(content, name, shape, acts, count))
        if drafts:
            layout.addWidget(self._drafts(content, drafts))
        layout.addStretch(1)
        focus, before = self.window().focusWidget(), self._scroll.widget()
        was_inside = focus is not None and before is not None and before.isAncestorOf(focus)
        self._scroll.setWidget(content)
        if was_inside:  # what had the focus is gone with the old content
            self._new_act.setFocus()

    def _of_group(self, today: Today, name: str) -> tuple[Sequence[ActView], int]:
        """The acts that stand there, and how many: an own request has its own group, with what became of it."""
        held: Sequence[ActView] = getattr(today, name)
        acts = [act for act in held if act.ladder.decision is None and not _waits(act)]
        return acts, today.counts[name] - (len(held) - len(acts))

    def _head(self, parent: QWidget, today: Today, count: int, to_decide: int, backup: LastBackup | None) -> QWidget:
        """`count`: of this office's own acts that are on their way."""
        frame, layout = card(parent)
        waiting = count > 0 or bool(today.forkers) or to_decide > 0
        now = claimed_text(SystemClock().now_ms())
        unheard = ", ".join(self.desk.offices[number] for number in today.not_heard if number != self.desk.number)
        line = StatusLine(frame, "large")
        if waiting:
            words = say("today.waits", count=count) if count else say("today.look")
            line.show_words(Shape.INFO if count else Shape.HELD, words)
        else:
            line.show_words(Shape.INFO, say("today.nothing", now=now))
        layout.addWidget(line)
        layout.addWidget(
            label(say("today.unheard", offices=unheard) if unheard else say("today.all-heard"), frame, "quiet")
        )
        for number in today.forkers:
            layout.addWidget(self._fork_line(frame, number))
        self._add_reminder(frame, layout, backup)
        row = QHBoxLayout()
        new_act = self._new_act = button(say("today.new-act"), frame, main=True)
        new_act.clicked.connect(self.new_act_wanted)
        meet = button(say("today.meet"), frame)
        meet.clicked.connect(self.offices_wanted)
        row.addWidget(new_act)
        row.addWidget(meet)
        row.addStretch(1)
        layout.addLayout(row)
        return frame

    def _add_reminder(self, frame: QWidget, layout: QVBoxLayout, last: LastBackup | None) -> None:
        """When the last backup was written and where; who may write one is led there."""
        shape, words = backup_words(last, SystemClock().now_ms())
        if not self.desk.may(Action.BACKUP):
            layout.addWidget(label(words, frame, "quiet"))
            return
        line = QHBoxLayout()
        status = StatusLine(frame)
        status.show_words(shape, words)
        back_up = button(say("today.back-up"), frame)
        back_up.clicked.connect(self.backup_wanted)
        line.addWidget(status, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(back_up)
        layout.addLayout(line)

    def _fork_line(self, parent: QWidget, number: int) -> QWidget:
        line = QWidget(parent)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        status = StatusLine(line, "strong")
        status.show_words(Shape.REJECTED, say("today.forker", office=self.desk.offices[number]))
        told = button(say("fork.what-happened"), line)
        told.setAccessibleName(say("fork.what-happened.which", office=self.desk.offices[number]))
        told.clicked.connect(partial(self.fork_wanted.emit, number))
        layout.addWidget(status, 1)
        layout.addWidget(told, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _group(self, parent: QWidget, name: str, shape: Shape, acts: Sequence[ActView], count: int) -> QWidget:
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
            about = self.desk.act_title(self._resolved[act.id])
        title = self.desk.act_title(act.transaction)
        words = " · ".join(filter(None, (title, about, claimed_text(act.transaction.claimed_ms))))
        step = step_words(act.ladder, len(self.desk.offices))
        if act.ladder.step is Step.REJECTED:
            step = f"{step}. {rejection_sentence(act.ladder)}"
        last: QPushButton | None = None
        if shape is Shape.HELD and self._may_be_resolved(act):
            last = button(say("resolve.open"), parent)
            last.clicked.connect(partial(self.resolve, act))
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
        law = self.desk.laws.get(act.transaction.law)
        void = act.ladder.step is Step.REJECTED and act.ladder.outcome != "rejected"
        return void and law is not None and act.transaction.procedure in law.procedures

    def _open_button(self, parent: QWidget, act: ActView) -> QPushButton:
        made = button(say("today.open"), parent)
        made.clicked.connect(partial(self.record_wanted.emit, act.records[0]))
        return made

    def _requests(
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
            more.clicked.connect(self.show_more)
            layout.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def _add_to_decide(self, rows: QGridLayout, parent: QWidget, request: RequestView) -> None:
        decide = button(say("today.decide"), parent, main=True)
        decide.clicked.connect(partial(self.decide, request))
        words = self._request_words("today.request", request, self.desk.offices[request.by])
        when = claimed_text(request.act.transaction.claimed_ms)
        lapsed = request.act.ladder.outcome == "lapsed"
        _add_row(rows, parent, Shape.WAITING, words, say("today.request-lapsed") if lapsed else when, decide)

    def _add_link(self, rows: QGridLayout, parent: QWidget, asked: AskedView) -> None:
        """What an act of another register asks; the new act is filled in with what that act tells."""
        called, act = asked.called, asked.act
        procedure = f"{called.law}.{called.procedure}"
        about = " · ".join(filter(None, (self.desk.procedure_title(procedure), self._labels.get(called.record, ""))))
        because, office = self.desk.act_title(act.transaction), self.desk.offices[act.author]
        why = say("today.link", act=because, office=office, day=claimed_text(act.transaction.claimed_ms))
        records = {SUBJECT_PREFIX + name: one for name, one in {**called.records, called.found: called.record}.items()}
        begin = button(say("today.answer"), parent, main=True)
        begin.setAccessibleName(say("today.answer.which", act=about))
        begin.clicked.connect(partial(self.act_wanted.emit, procedure, {**records, **called.fields}))
        leave = button(say("today.leave"), parent)
        leave.setAccessibleName(say("today.leave.which", act=about))
        leave.clicked.connect(partial(self.dismiss, asked, about, why))
        _add_row(rows, parent, Shape.WAITING, about, why, begin, leave)

    def _add_asked(self, rows: QGridLayout, parent: QWidget, request: RequestView) -> None:
        ladder = request.act.ladder
        words = self._request_words("today.asked", request, self.desk.offices[request.to])
        standing = ladder_words(ladder, len(self.desk.offices))
        if ladder.step is Step.REJECTED:
            standing = f"{standing}. {rejection_sentence(ladder)}"
        act = self._open_button(parent, request.act) if request.act.records else None
        _add_row(rows, parent, ladder_shape(ladder), words, standing, act)

    def _request_words(self, key: str, request: RequestView, office: str) -> str:
        transaction = request.act.transaction
        title = self.desk.procedure_title(f"{transaction.law}.{transaction.procedure}")
        about = f"{title} · {request.label}" if request.label else title
        return say(key, act=about, office=office)

    def _drafts(self, parent: QWidget, drafts: Sequence[Draft]) -> QWidget:
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
