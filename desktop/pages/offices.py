"""Offices: who belongs to the network, who is near, meeting one now, and files for a stick."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.errors import MunimentError
from core.views import OfficeStanding
from desktop.background import Task
from desktop.desk import Desk
from desktop.pages.fork import ForkPanel
from desktop.pages.newcomer import NewcomerPanel
from desktop.pages.own_address import OwnAddressPanel
from desktop.pages.page import Page
from desktop.pages.sticks import SticksPanel
from desktop.widgets.notice import Busy
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.finding import diagnosis_words
from desktop.wording.meetings import all_passed_on, exchange_words, with_time
from desktop.wording.values import claimed_text, size_text
from sync.events import CourierProgress, Event, MeetingEnded, MeetingFailed, MeetingProgress, NeighboursChanged

if TYPE_CHECKING:
    from sync.diagnosis import Diagnosis
    from sync.neighbourhood import Nearby

MEET_WAIT_S = 15.0


class OfficesPage(Page):
    entry_wanted = Signal(bytes)  # a block, to be shown in the ledger
    act_wanted = Signal(str, object)  # "<law>.<procedure>", fields that it begins with

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("offices.title"), desk, parent)
        self.busy = Busy(self)
        self.body.addWidget(self.busy)
        self._near: set[int] = set()
        self._typed: set[int] = set()  # called at an address that somebody typed
        self._why = say("finding.looking")
        self._looking: Task | None = None
        self._strangers = 0
        self._task: Task | None = None
        self._standings: Sequence[OfficeStanding] = ()
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nearby_line = label("", self, "quiet")
        self._tolerance = StatusLine(self)
        self._list = QWidget(self)
        layout = QVBoxLayout(self._list)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        self.join = button(say("offices.newcomer"), self)
        self.join.clicked.connect(self.show_newcomer)
        self.again = button(say("finding.again"), self)
        self.again.clicked.connect(self._look_again)
        above = QHBoxLayout()
        above.addWidget(self._nearby_line, 1)
        above.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        above.addWidget(self.join, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(above)
        layout.addWidget(self._tolerance)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._foot())
        self.fork = ForkPanel(desk, self)
        self.fork.entry_wanted.connect(self.entry_wanted)
        self.newcomer = NewcomerPanel(desk, self)
        self.newcomer.inviting.act_wanted.connect(self.act_wanted)
        self.body.addWidget(self._list, 1)
        self.sticks = SticksPanel(desk, self)
        self.own = OwnAddressPanel(desk, self)
        self.own.was_read.connect(self._meet_read)
        self._panels = (self.fork, self.newcomer, self.sticks, self.own)
        for panel in self._panels:
            panel.left.connect(self._leave_panel)
            panel.hide()
            self.body.addWidget(panel, 1)
        self._meet_buttons: dict[int, QPushButton] = {}

    def _foot(self) -> QFrame:
        frame, layout = card(self)
        self.address = QLineEdit(frame)
        self.address.setPlaceholderText(say("offices.address.example"))
        self.address.setMinimumWidth(300)
        self.address.returnPressed.connect(self._meet_address)
        caption = label(say("offices.address"), frame, wrap=False)
        caption.setBuddy(self.address)
        call = button(say("offices.call"), frame)
        call.clicked.connect(self._meet_address)
        self.stick = button(say("offices.stick"), frame)
        self.stick.clicked.connect(self.show_sticks)
        row = QHBoxLayout()
        row.setSpacing(10)
        for widget in (caption, self.address, call):
            row.addWidget(widget)
        row.addStretch(1)
        self.show_own = button(say("own.open"), frame)
        self.show_own.clicked.connect(self.show_own_address)
        row.addWidget(self.show_own)
        row.addWidget(self.stick)
        layout.addLayout(row)
        return frame

    # -- what stands in the list's place -------------------------------------------------------------------------

    def enter(self) -> None:
        self._leave_panel()
        super().enter()

    def show_fork(self, number: int) -> None:
        """What the office with this number did when it wrote twice."""
        self._list.hide()
        self.fork.show()
        self.fork.show_fork(number)

    def show_sticks(self) -> None:
        """Files on a stick, and what a slow connection is spared."""
        self._list.hide()
        self.sticks.show()
        self.sticks.show_line()
        self.sticks.setFocus()

    def show_own_address(self) -> None:
        """What another office types or reads to call this one."""
        self._list.hide()
        self.own.show()
        self.own.show_addresses()
        self.own.setFocus()

    def show_newcomer(self) -> None:
        """What an office that joins needs from this one."""
        self._list.hide()
        self.newcomer.show()
        self.newcomer.show_state()
        self.newcomer.setFocus()

    def _leave_panel(self) -> None:
        for panel in self._panels:
            panel.hide()
        self._list.show()

    # -- showing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        service = self.desk.service
        self.desk.ask(
            self,
            lambda office: (office.standing.offices(), service.neighbours(), set(office.encounters.addresses)),
            lambda answer: self._show(*answer),
            self.tell_trouble,
        )

    def _show(self, standings: Sequence[OfficeStanding], neighbours: "Sequence[Nearby]", typed: set[int]) -> None:
        self._standings, self._typed = standings, typed
        self._take_neighbours(neighbours)

    def _take_neighbours(self, neighbours: "Sequence[Nearby]") -> None:
        self._near = {one.office for one in neighbours if one.office is not None}
        self._strangers = sum(not one.same_network for one in neighbours)
        self._rebuild()
        if not self._near:
            self._find_out_why()

    def _find_out_why(self) -> None:
        """Once it has looked for a quarter of a minute; asked at any time."""
        service = self.desk.service
        if self._looking is None and service.announces:
            self._looking = self.desk.background.follow(self, service.diagnose(), self._tell_why, self._not_told)

    def _tell_why(self, found: "Diagnosis") -> None:
        self._looking = None
        self._why = diagnosis_words(found, self.desk.offices)
        self._rebuild()

    def _not_told(self, _error: MunimentError) -> None:
        self._looking = None

    def _look_again(self) -> None:
        self._why = say("finding.looking")
        self._rebuild()
        self._find_out_why()

    def _tell_tolerance(self) -> None:
        reserve = self.desk.condition.reserve
        self._tolerance.setVisible(reserve.tolerated == 0)
        self._tolerance.show_words(Shape.HELD, say("condition.tolerance", count=reserve.witnesses))

    def _rebuild(self) -> None:
        self._tell_tolerance()
        near = len(self._near)
        nobody = self._why if self.desk.service.announces else say("offices.nobody")
        words = say("offices.nearby", count=near) if near else nobody
        self.again.setVisible(not near and self.desk.service.announces)
        if self._strangers:
            words = f"{words} {say('offices.strangers', count=self._strangers)}"
        self._nearby_line.setText(words)
        content, grid = QWidget(self._scroll), QGridLayout()
        frame, inside = card(content)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(10)
        for column, key in enumerate(("name", "standing", "held", "last", "")):
            grid.addWidget(label(say(f"offices.column.{key}") if key else "", frame, "quiet", wrap=False), 0, column)
        self._meet_buttons = {}
        for row, standing in enumerate(self._standings, start=1):
            self._put_in(frame, grid, row, standing)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 4)
        grid.setColumnStretch(3, 2)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(grid)
        layout.addWidget(frame)
        layout.addStretch(1)
        self._scroll.setWidget(content)

    def _put_in(self, parent: QWidget, grid: QGridLayout, row: int, standing: OfficeStanding) -> None:
        number = standing.number
        grid.addWidget(label(standing.name, parent, "strong"), row, 0)
        status = StatusLine(parent)
        status.show_words(*self._standing_words(standing))
        grid.addWidget(status, row, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(label(self._held_words(standing), parent, wrap=False), row, 2)
        last = claimed_text(standing.last_claimed_ms) if standing.last_claimed_ms else say("offices.never")
        if number in self.desk.met:
            last = f"{last}\n{say('offices.met-just-now' if self.desk.met[number] else 'offices.met-failed')}"
        grid.addWidget(label(last, parent), row, 3)
        if not standing.own:
            meet = button(say("offices.meet"), parent)
            meet.setAccessibleName(say("offices.meet.which", office=standing.name))
            meet.clicked.connect(partial(self.meet, number))
            grid.addWidget(meet, row, 4)
            self._meet_buttons[number] = meet
        if standing.forked:
            told = button(say("fork.what-happened"), parent)
            told.setAccessibleName(say("fork.what-happened.which", office=standing.name))
            told.clicked.connect(partial(self.show_fork, number))
            grid.addWidget(told, row, 5)

    def _held_words(self, standing: OfficeStanding) -> str:
        return say("offices.acts", count=standing.acts) if standing.acts else say("offices.never")

    def _standing_words(self, standing: OfficeStanding) -> tuple[Shape, str]:
        if standing.forked:
            return Shape.REJECTED, say("offices.forked")
        if standing.own:
            return Shape.NEAR, say("offices.own")
        if standing.number in self._near:
            return Shape.NEAR, say("offices.near")
        if standing.number in self._typed:
            return Shape.FAR, say("offices.typed")
        return Shape.FAR, say("offices.far")

    # -- meeting ------------------------------------------------------------------------------------------------

    def meet(self, number: int) -> None:
        """Meet an office of the network, waiting a little for it to be found."""
        self._begin(say("offices.meeting", office=self.desk.offices[number]))
        self._follow(self.desk.service.meet_office(number, MEET_WAIT_S), self._met_now)

    def _meet_address(self) -> None:
        address = self.address.text().strip()
        if address:
            self._begin(say("offices.calling", address=address))
            self._follow(self.desk.service.meet_address(address), self._met_now)

    def _meet_read(self, addresses: list[str]) -> None:
        self._leave_panel()
        self._begin(say("offices.calling", address=addresses[0]))
        self._follow(self.desk.service.meet_address(*addresses), self._met_now)

    def _met_now(self, report: Mapping[str, Any]) -> None:
        self.busy.end()
        self.notice.tell(exchange_words(report, self.desk.offices), "done" if all_passed_on(report) else "care")
        self.desk.tell_changed()

    # -- progress -----------------------------------------------------------------------------------------------

    def take_event(self, event: Event) -> None:
        """News of the service, on the GUI thread."""
        if isinstance(event, NeighboursChanged):
            self._take_neighbours(event.neighbours)
        elif isinstance(event, MeetingProgress) and self._task is not None:
            self.busy.advance(*self._so_far(event))
        elif isinstance(event, CourierProgress):
            self.sticks.take_event(event)
        elif isinstance(event, MeetingEnded | MeetingFailed):
            self._rebuild()  # the desk has noted how it went

    def _so_far(self, event: MeetingProgress) -> tuple[int, int, str]:
        """(done, of, words): what will come is told before it begins."""
        progress, office = event.progress, self.desk.offices[event.office]
        if progress.paper_bytes_expected:
            size = size_text(progress.paper_bytes_expected)
            words = say("offices.progress.scans", office=office, size=size)
            return progress.paper_bytes, progress.paper_bytes_expected, with_time(words, event.seconds_left)
        if not progress.acts_expected:
            words = say("offices.progress", office=office, count=progress.blocks_received)
            return progress.blocks_received, progress.blocks_expected, words
        size = size_text(progress.bytes_expected)
        words = say("offices.progress.planned", office=office, count=progress.acts_expected, size=size)
        return progress.bytes_received, progress.bytes_expected, with_time(words, event.seconds_left)

    def _begin(self, what: str) -> None:
        self.notice.clear()
        self.busy.begin(what, self._cancel)

    def _follow(self, future: Any, then: Any) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self.desk.background.follow(self, future, lambda result: self._done(then, result), self._failed)

    def _done(self, then: Any, result: Any) -> None:
        self._task = None
        then(result)

    def _failed(self, error: MunimentError) -> None:
        self._task = None
        self.busy.end()
        self.tell_trouble(error)

    def _cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            self.notice.tell(say("offices.cancelled"))
