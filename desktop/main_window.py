"""The window of an open office: its pages, chosen on the left or by Ctrl and a number; who we are at the foot."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMainWindow, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from core.views import ActView
from desktop.desk import Desk
from desktop.drafting import SUBJECT_PREFIX
from desktop.pages.changes import ChangesPage
from desktop.pages.condition import ConditionPage
from desktop.pages.ledger import LedgerPage
from desktop.pages.new_act import NewActPage
from desktop.pages.offices import OfficesPage
from desktop.pages.page import Page
from desktop.pages.register import RegisterPage
from desktop.pages.today import TodayPage
from desktop.pages.verify import VerifyPage
from desktop.widgets.banner import Banner
from desktop.widgets.texts import label
from desktop.wording import say

SIZE = (1366, 768)  # the offices' screens
SIDEBAR_WIDTH = 190


class MainWindow(QMainWindow):
    """Several may be open on one desk; each has its own pages and its own hand on a draft."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.desk = desk
        self.setWindowTitle(say("window.title", office=desk.office_name))
        self.resize(*SIZE)
        self._stack = QStackedWidget(self)
        self.today = TodayPage(desk, self._stack)
        self.register = RegisterPage(desk, self._stack)
        self.new_act = NewActPage(desk, self._stack)
        self.offices = OfficesPage(desk, self._stack)
        self.ledger = LedgerPage(desk, self._stack)
        self.verify = VerifyPage(desk, self._stack)
        self.changes = ChangesPage(desk, self._stack)
        self.condition = ConditionPage(desk, self._stack)
        self.banner = Banner(desk, self)
        self.pages: dict[str, Page] = {
            "today": self.today,
            "register": self.register,
            "new": self.new_act,
            "offices": self.offices,
            "ledger": self.ledger,
            "verify": self.verify,
            "changes": self.changes,
        }
        self._buttons: dict[str, QPushButton] = {}
        self._lay_out()
        self._connect()
        self.go("today")

    def _lay_out(self) -> None:
        side = QWidget(self)
        side.setObjectName("sidebar")
        side.setFixedWidth(SIDEBAR_WIDTH)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 18, 0, 14)
        layout.setSpacing(2)
        name = label(self.desk.office_name, side, "strong")
        name.setContentsMargins(18, 0, 10, 0)
        network = label(self.desk.standing.network_name, side, "quiet")
        network.setContentsMargins(18, 0, 10, 12)
        layout.addWidget(name)
        layout.addWidget(network)
        self._group = group = QButtonGroup(self)
        for number, key in enumerate(self.pages, start=1):
            made = QPushButton(say(f"page.{key}"), side)
            made.setCheckable(True)
            made.setAccessibleName(say(f"page.{key}").replace("&", ""))
            made.clicked.connect(lambda _checked, key=key: self.go(key))
            group.addButton(made)
            layout.addWidget(made)
            self._buttons[key] = made
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, lambda key=key: self.go(key))
        for page in (*self.pages.values(), self.condition):
            self._stack.addWidget(page)
        self.pages["condition"] = self.condition  # reached from the banner alone
        layout.addStretch(1)
        self._foot = label(say("window.number", number=self.desk.number + 1), side, "quiet")
        self._foot.setContentsMargins(18, 0, 10, 0)
        layout.addWidget(self._foot)
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        content = QVBoxLayout()
        content.setSpacing(0)
        content.addWidget(self.banner)
        content.addWidget(self._stack, 1)
        row.addLayout(content, 1)
        self.setCentralWidget(both)
        another = QAction(say("window.another"), self)
        another.setShortcut(QKeySequence("Ctrl+Shift+N"))
        another.triggered.connect(self._open_another)
        self.addAction(another)
        QShortcut(QKeySequence.StandardKey.Quit, self, self.close)

    def _connect(self) -> None:
        self.desk.changed.connect(self._refresh)
        self.desk.standing_changed.connect(self._take_standing)
        self.banner.show_condition(self.desk.condition)
        self.banner.wanted.connect(lambda: self.go("condition"))
        self.condition.offices_wanted.connect(lambda: self.go("offices"))
        self.today.fork_wanted.connect(self._show_fork)
        self.offices.entry_wanted.connect(self._show_entry)
        self.desk.news.connect(self.offices.take_event)
        self.today.record_wanted.connect(self.open_record)
        self.today.draft_wanted.connect(self._go_on_with_draft)
        self.today.new_act_wanted.connect(lambda: self.go("new"))
        self.today.offices_wanted.connect(lambda: self.go("offices"))
        self.changes.act_wanted.connect(self._start_with)
        self.today.again_wanted.connect(self._enter_again)
        self.ledger.record_wanted.connect(self.open_record)
        self.register.ledger_wanted.connect(self._show_act)
        self.register.act_wanted.connect(self._start_act)
        self.new_act.record_wanted.connect(self.open_record)

    # -- moves --------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        return self.pages[next(key for key, page in self.pages.items() if page is self._stack.currentWidget())]

    def go(self, key: str) -> None:
        """Show a page: today, register, new, offices, ledger, verify, changes or condition."""
        button = self._buttons.get(key)
        self._group.setExclusive(button is not None)  # no button may be pressed where none leads there
        for other in self._buttons.values():
            other.setChecked(other is button)
        self._stack.setCurrentWidget(self.pages[key])
        self.banner.go.setVisible(key != "condition")
        if button is not None:
            button.setFocus()  # until the page puts the cursor where work begins
        self.pages[key].enter()

    def open_record(self, record_id: bytes) -> None:
        self.go("register")
        self.register.open_record(record_id)

    def _show_fork(self, number: int) -> None:
        self.go("offices")
        self.offices.show_fork(number)

    def _show_entry(self, block: bytes) -> None:
        self.go("ledger")
        self.ledger.show_entry(block)

    def _show_act(self, act: bytes) -> None:
        self.go("ledger")
        self.ledger.show_act(act)

    def _start_act(self, view: object, procedure: str) -> None:
        self.go("new")
        self.new_act.start(procedure, view)  # type: ignore[arg-type]  # a signal's object

    def _start_with(self, procedure: str, fields: object) -> None:
        self.go("new")
        self.new_act.start_with(procedure, fields)  # type: ignore[arg-type]  # a signal's object

    def _enter_again(self, act: ActView) -> None:
        """A void act as a new draft: its content, on the records as they stand now."""
        transaction = act.transaction
        records = {SUBJECT_PREFIX + name: ref.record for name, ref in transaction.changes.items()}
        self._start_with(f"{transaction.law}.{transaction.procedure}", {**records, **transaction.act})

    def _go_on_with_draft(self, draft: object) -> None:
        self.go("new")
        self.new_act.go_on(draft)  # type: ignore[arg-type]  # a signal's object

    def _open_another(self) -> None:
        MainWindow(self.desk).show()

    def _refresh(self) -> None:
        self.page.refresh()

    def _take_standing(self) -> None:
        self.banner.show_condition(self.desk.condition)
        self.page.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.new_act.leave_quietly()
        super().closeEvent(event)
