"""Changes of the network and of this office's officers: what is proposed, who is for it, and what happens next.

Whatever is signed from here is drawn up as an act like any other and read once more before it is signed.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.casefile.view import SUBJECT_PREFIX
from core.changing import ADMINISTRATOR, ChangeView, list_changes
from core.clock import SystemClock
from core.errors import MunimentError
from core.laws.powers import NO_LIMITS, row_of
from core.ledger.encoding import Value
from core.office import Office
from core.officers import Serving, next_number, officers_of
from core.people.actions import Action
from core.pruning import Pruned, prune
from core.storage import StorageMeter, read_storage
from core.store.working import WorkingState
from core.voting import LAW
from desktop.desk import Desk
from desktop.pages.appointing import AppointForm
from desktop.pages.page import Page
from desktop.pages.proposing import ProposeForm
from desktop.pages.storage import StorageCard
from desktop.widgets.notice import Busy
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.technical import Technical
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from desktop.wording.changes import change_title, count_words, next_words, replaced_words, role_words
from desktop.wording.values import size_text

_SHAPES = {"open": Shape.WITNESSED, "enough": Shape.CERTIFIED, "passed": Shape.FINAL, "behind": Shape.WAITING}


class Changing(NamedTuple):
    """What the page shows, read together."""

    changes: Sequence[ChangeView]
    people: Sequence[Serving]
    next_number: int  # of an officer
    storage: StorageMeter


def _read(office: Office) -> Changing:
    """On the office's thread."""
    state = WorkingState(office.store.state, office.number)
    people = officers_of(state, office.roll, office.number)
    storage = read_storage(office.store, SystemClock().now_ms())
    return Changing(list_changes(office), people, next_number(state, office.number), storage)


class ChangesPage(Page):
    act_wanted = Signal(str, object)  # "<law>.<procedure>", fields that it begins with

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("changes.title"), desk, parent)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.busy = Busy(self)
        self.body.addWidget(self.busy)
        self.body.addWidget(self._scroll, 1)
        self.form: ProposeForm | AppointForm | None = None
        self.storage: StorageCard | None = None

    def refresh(self) -> None:
        if self.form is None:  # what is being typed stays
            self.desk.ask(self, _read, self.show_changes, self.tell_trouble)

    def enter(self) -> None:
        self.notice.clear()
        self._close_form()

    def show_changes(self, answer: Changing) -> None:
        if self.form is not None:  # it was opened while the office was asked
            return
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._head(content, bool(answer.changes)))
        for change in answer.changes:
            layout.addWidget(self._change(content, change))
        layout.addWidget(self._officers(content, answer))
        self.storage = StorageCard(answer.storage, self.desk.may(Action.PRUNE), content)
        self.storage.prune_wanted.connect(self.prune)
        self.storage.prune.setEnabled(self.busy.isHidden())
        layout.addWidget(self.storage)
        layout.addStretch(1)
        self._scroll.setWidget(content)

    # -- what is proposed ---------------------------------------------------------------------------------------

    def _head(self, parent: QWidget, proposed: bool) -> QFrame:
        frame, layout = card(parent)
        condition = self.desk.condition.reserve
        line = StatusLine(frame, "large")
        line.show_words(Shape.INFO, say("changes.proposed" if proposed else "changes.none"))
        layout.addWidget(line)
        words = say("changes.how", needed=condition.quorum, counting=condition.witnesses)
        layout.addWidget(label(words, frame, "quiet"))
        propose = button(say("changes.propose"), frame, main=True)
        propose.setEnabled(LAW in self.desk.laws)
        propose.clicked.connect(self.propose)
        lost = button(say("changes.lost"), frame)
        lost.setEnabled(LAW in self.desk.laws and len(self.desk.offices) > 1)
        lost.clicked.connect(self.report_lost)
        row = QHBoxLayout()
        row.addWidget(propose)
        row.addWidget(lost)
        row.addStretch(1)
        layout.addLayout(row)
        return frame

    def _change(self, parent: QWidget, change: ChangeView) -> QFrame:
        frame, layout = card(parent)
        offices = self.desk.offices
        line = StatusLine(frame, "strong")
        title = f"{change.reference} · {change_title(change, offices)}"
        line.show_words(Shape.HELD if change.obstacle else _SHAPES[change.standing], title)
        layout.addWidget(line)
        for words in replaced_words(change, offices):
            layout.addWidget(label(words, frame, "strong"))
        layout.addWidget(label(count_words(change), frame, "strong"))
        layout.addWidget(label(next_words(change), frame))
        for key, numbers in (("changes.for", change.yes), ("changes.against", change.no)):
            if numbers:
                names = ", ".join(offices[number] for number in numbers if number < len(offices))
                layout.addWidget(label(say(key, names=names), frame, "quiet"))
        layout.addWidget(label(say("changes.reason", reason=change.reason), frame, "quiet"))
        if change.standing != "passed":
            layout.addLayout(self._answers(frame, change))
        if change.digest:
            layout.addWidget(Technical({say("changes.digest"): change.digest}, frame))
        return frame

    def _answers(self, frame: QFrame, change: ChangeView) -> QHBoxLayout:
        row = QHBoxLayout()
        if change.my_vote is not None:
            row.addWidget(label(say(f"changes.mine.{change.mine}"), frame, wrap=False))
            withdraw = button(say("changes.withdraw"), frame)
            fields: dict[str, Value] = {SUBJECT_PREFIX + "vote": change.my_vote}
            withdraw.clicked.connect(partial(self.act_wanted.emit, f"{LAW}.withdraw_vote", fields))
            row.addWidget(withdraw)
        else:
            for answer in ("yes", "no"):
                made = button(say(f"changes.{answer}"), frame)
                made.setAccessibleName(say(f"changes.{answer}.which", reference=change.reference))
                fields = {"proposal": change.id, "answer": answer}
                made.clicked.connect(partial(self.act_wanted.emit, f"{LAW}.vote", fields))
                row.addWidget(made)
        row.addStretch(1)
        return row

    # -- who signs here -----------------------------------------------------------------------------------------

    def _officers(self, parent: QWidget, answer: Changing) -> QFrame:
        frame, layout = card(parent)
        layout.addWidget(label(say("changes.officers"), frame, "heading"))
        administrators = sum(ADMINISTRATOR in one.roles for one in answer.people)
        for one in answer.people:
            row = QHBoxLayout()
            line = StatusLine(frame)
            roles = ", ".join(role_words(role, one, answer.people) for role in sorted(one.roles))
            words = say("changes.officer", name=one.name, roles=roles) if roles else say("changes.ended", name=one.name)
            line.show_words(Shape.INFO if roles else Shape.REJECTED, words)
            row.addWidget(line, 1, Qt.AlignmentFlag.AlignVCenter)
            last = ADMINISTRATOR in one.roles and administrators == 1
            may_return = one.record is None or one.roles  # whose record says that the office ended is appointed anew
            if LAW in self.desk.laws and may_return:
                self._add_button(row, frame, "roles", one, self._change_roles)
            if one.roles and LAW in self.desk.laws and not last:
                self._add_button(row, frame, "end", one, self._end)
            layout.addLayout(row)
        appoint = button(say("changes.appoint"), frame)
        appoint.setEnabled(LAW in self.desk.laws)
        appoint.clicked.connect(partial(self.appoint, answer.next_number))
        layout.addWidget(appoint)
        return frame

    def _add_button(
        self, row: QHBoxLayout, frame: QFrame, key: str, one: Serving, then: Callable[[Serving], None]
    ) -> None:
        made = button(say(f"changes.{key}"), frame)
        made.setAccessibleName(say(f"changes.{key}.which", name=one.name))
        made.clicked.connect(partial(then, one))
        row.addWidget(made)

    def _change_roles(self, officer: Serving) -> None:
        rows: list[Value] = [row_of(role, officer.limits.get(role, NO_LIMITS)) for role in sorted(officer.roles)]
        if officer.record is None:
            fields: Mapping[str, Value] = {"number": officer.number, "name": officer.name, "roles": rows}
            self.act_wanted.emit(f"{LAW}.restate", fields)
        else:
            self.act_wanted.emit(f"{LAW}.change_roles", {SUBJECT_PREFIX + "officer": officer.record, "roles": rows})

    def _end(self, officer: Serving) -> None:
        if officer.record is None:
            fields: Mapping[str, Value] = {"number": officer.number, "name": officer.name, "roles": []}
            self.act_wanted.emit(f"{LAW}.restate", fields)
        else:
            self.act_wanted.emit(f"{LAW}.end", {SUBJECT_PREFIX + "officer": officer.record})

    # -- room on the disk ---------------------------------------------------------------------------------------

    def prune(self) -> None:
        """Put what is settled into the archive; it may be stopped between two steps, and goes on the next time."""
        if not self.busy.isHidden():
            return
        self.notice.clear()
        watch = self.desk.background.watch(
            self, lambda far: self.busy.advance(0, 0, say("storage.pruning", count=far[0]))
        )
        self.busy.begin(say("storage.pruning", count=0), watch.stop)
        if self.storage is not None:
            self.storage.prune.setEnabled(False)
        self.desk.ask_in_steps(
            self, lambda office: prune(office), lambda done: watch(done.blocks, 0), self._pruned, self._not_pruned
        )

    def _pruned(self, done: Pruned) -> None:
        self.busy.end()
        if done.blocks:
            facts = {"blocks": done.blocks, "freed": size_text(done.freed_bytes)}
            self.notice.tell(sentence("pruned" if done.freed_bytes > 0 else "pruned-unshrunk", facts), "done")
        else:
            self.notice.tell(sentence("nothing-to-prune"))
        self.refresh()

    def _not_pruned(self, error: MunimentError) -> None:
        self.busy.end()
        self.tell_trouble(error)
        self.refresh()

    # -- forms --------------------------------------------------------------------------------------------------

    def begin(self, procedure: str) -> None:
        """`propose`, or `appoint` under the office's next number."""
        if procedure == "propose":
            self.propose()
        else:
            self.desk.ask(self, lambda office: _read(office).next_number, self.appoint, self.tell_trouble)

    def propose(self) -> None:
        self._show_form(ProposeForm(self.desk, self._scroll))

    def report_lost(self) -> None:
        self._show_form(ProposeForm(self.desk, self._scroll, lost=True))

    def appoint(self, number: int) -> None:
        self._show_form(AppointForm(self.desk, number, self._scroll))

    def _show_form(self, form: ProposeForm | AppointForm) -> None:
        self.form = form
        form.left.connect(self._close_form)
        form.act_wanted.connect(self._draw_up)
        self._scroll.setWidget(form)
        form.focus_first()

    def _draw_up(self, procedure: str, fields: Mapping[str, Value]) -> None:
        self.form = None
        self.act_wanted.emit(f"{LAW}.{procedure}", fields)

    def _close_form(self) -> None:
        self.form = None
        self.refresh()
