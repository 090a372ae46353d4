"""Today: what waits for this office. That nothing waits is said only when nothing does, with the offices not heard."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.linking import AskedView
from core.views import ActView, RequestView, Step, Today
from desktop.desk import Desk
from desktop.pages.deciding import Deciding
from desktop.pages.dismissing import Dismissing
from desktop.pages.ending import Ending
from desktop.pages.page import Page
from desktop.pages.resolving import Resolving
from desktop.pages.taking_back import TakingBack
from desktop.pages.today_head import TodayHead
from desktop.pages.today_reading import GROUPS, SHOWN, Waiting, read_waiting
from desktop.pages.today_rows import TodayLists
from desktop.wording import say
from desktop.wording.ladder import WAITS_FOR_OFFICE

MORE = 40


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
        self.deciding: Deciding | Ending | None = None
        self._shown = SHOWN  # of what is asked of this office

    def refresh(self) -> None:
        shown = self._shown
        self.desk.ask(self, lambda office: read_waiting(office, shown), self._show, self.tell_trouble)

    def show_more(self) -> None:
        self._shown += MORE
        self.refresh()

    # -- deciding -----------------------------------------------------------------------------------------------

    def decide(self, request: RequestView) -> None:
        """Show a request of another office, to be entered or refused."""
        title = say("decide.title", office=self.desk.offices[request.by])
        self._open(Deciding(self.desk, request, self._stack), title)

    def resolve(self, act: ActView) -> None:
        """Show an act that is suspended or held, to be completed, decided or taken back."""
        self._open(Resolving(self.desk, act, self._stack), say("resolve.title"))

    def dismiss(self, asked: AskedView, about: str, why: str) -> None:
        """Show what an act of another register asks, to be left with a reason."""
        self._open(Dismissing(self.desk, asked, about, why, self._stack), say("dismiss.title"))

    def take_back(self, request: RequestView, about: str) -> None:
        """Show a request of this office that offers a record of its own, to be taken back with a reason."""
        self._open(TakingBack(self.desk, request, about, self._stack), say("withdraw.title"))

    def _open(self, deciding: Deciding | Ending, title: str) -> None:
        self.leave_request()
        self.deciding = deciding
        deciding.left.connect(self.leave_request)
        self.title.setText(title)
        self._stack.addWidget(deciding)
        self._stack.setCurrentWidget(deciding)
        deciding.focus_first()

    def leave_request(self) -> None:
        deciding, self.deciding = self.deciding, None
        if deciding is not None:
            self._stack.removeWidget(deciding)
            deciding.deleteLater()
            self.title.setText(say("today.title"))
            self.refresh()

    # -- what waits ---------------------------------------------------------------------------------------------

    def _show(self, answer: Waiting) -> None:
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        groups = [(name, shape, *_of_group(answer.today, name)) for name, shape in GROUPS]
        head = self._head(content, answer, sum(count for *_, count in groups) + len(answer.asked))
        layout.addWidget(head)
        lists = self._lists(content, answer)
        if answer.to_decide:
            layout.addWidget(lists.to_decide(content, answer.to_decide[: self._shown], len(answer.to_decide)))
        if answer.links:
            layout.addWidget(lists.links(content, answer.links, answer.links_count))
        if answer.asked:
            layout.addWidget(lists.asked(content, answer.asked))
        for name, shape, acts, count in groups:
            if acts:
                layout.addWidget(lists.group(content, name, shape, acts, count))
        if answer.drafts:
            layout.addWidget(lists.drafts(content, answer.drafts))
        layout.addStretch(1)
        focus, before = self.window().focusWidget(), self._scroll.widget()
        was_inside = focus is not None and before is not None and before.isAncestorOf(focus)
        self._scroll.setWidget(content)
        if was_inside:  # what had the focus is gone with the old content
            head.setFocus()

    def _head(self, parent: QWidget, answer: Waiting, on_their_way: int) -> TodayHead:
        to_decide = len(answer.to_decide) + answer.links_count
        head = TodayHead(self.desk, answer.today, on_their_way, to_decide, answer.backup, parent)
        head.new_act_wanted.connect(self.new_act_wanted)
        head.offices_wanted.connect(self.offices_wanted)
        head.backup_wanted.connect(self.backup_wanted)
        head.fork_wanted.connect(self.fork_wanted)
        return head

    def _lists(self, parent: QWidget, answer: Waiting) -> TodayLists:
        lists = TodayLists(self.desk, answer.labels, answer.resolved, parent)
        lists.record_wanted.connect(self.record_wanted)
        lists.draft_wanted.connect(self.draft_wanted)
        lists.again_wanted.connect(self.again_wanted)
        lists.act_wanted.connect(self.act_wanted)
        lists.decision_wanted.connect(self.decide)
        lists.resolving_wanted.connect(self.resolve)
        lists.dismissal_wanted.connect(self.dismiss)
        lists.taking_back_wanted.connect(self.take_back)
        lists.more_wanted.connect(self.show_more)
        return lists


def _of_group(today: Today, name: str) -> tuple[Sequence[ActView], int]:
    """The acts that stand there, and how many: an own request has its own group, with what became of it."""
    held: Sequence[ActView] = getattr(today, name)
    acts = [act for act in held if act.ladder.decision is None and not _waits(act)]
    return acts, today.counts[name] - (len(held) - len(acts))


def _waits(act: ActView) -> bool:
    """For another office's decision."""
    return act.ladder.outcome in WAITS_FOR_OFFICE and act.ladder.step is not Step.REJECTED
