"""The register: search as one types over everything on this disk, the list, and one record with its history."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.laws.numbers import is_mistyped
from desktop.desk import Desk
from desktop.models.record_list import RecordList
from desktop.pages.days_asked import DayFilter
from desktop.pages.page import Page
from desktop.pages.record import RecordPanel
from desktop.pages.sealed_search import SealedSearch
from desktop.widgets.texts import label
from desktop.wording import say

SEARCH_PAUSE_MS = 120
ROW_HEIGHT = 30
_WIDTHS = (140, 0, 130, 300, 280)  # 0: what is left
_WIDEST_NUMBER = 300


class RegisterPage(Page):
    ledger_wanted = Signal(bytes)  # an act, to be shown in the ledger
    act_wanted = Signal(object, str)  # RecordView, full name of a procedure
    alike_wanted = Signal(object)  # Question about two records

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("register.title"), desk, parent)
        self._stack = QStackedWidget(self)
        self.body.addWidget(self._stack, 1)
        self._list_side = QWidget(self._stack)
        self._stack.addWidget(self._list_side)
        self.record = RecordPanel(desk, self._stack)
        self._stack.addWidget(self.record)
        self.record.left.connect(self._back)
        self.record.act_wanted.connect(self.act_wanted)
        self.record.ledger_wanted.connect(self.ledger_wanted)
        self.record.alike.back_wanted.connect(self.alike_wanted)
        self.record.failed.connect(self.tell_trouble)

        self.search = QLineEdit(self._list_side)
        self.search.setPlaceholderText(say("register.search"))
        self.search.setAccessibleName(say("register.search"))
        self.search.setClearButtonEnabled(True)
        self.registers = QComboBox(self._list_side)
        self.registers.setAccessibleName(say("register.choose"))
        for name, title in desk.registers():
            self.registers.addItem(title, name)
        self.days = DayFilter(desk, self._list_side)
        self.model = RecordList(desk, self)
        self.table = self._make_table()
        self.count = label("", self._list_side, "quiet")
        self.sealed_search = SealedSearch(desk, self._list_side)
        self._lay_out()

        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self.table.setFocus)
        self.registers.currentIndexChanged.connect(lambda _index: self._ask())
        self.days.changed.connect(self._pause.start)
        self.model.answered.connect(self._answered)
        self.model.failed.connect(self.tell_trouble)
        self.sealed_search.found.connect(self.model.show_found)
        self.sealed_search.failed.connect(self.tell_trouble)
        QShortcut(QKeySequence.StandardKey.Find, self, self._find)
        self._asked = False

    def _make_table(self) -> QTableView:
        table = QTableView(self._list_side)
        table.setModel(self.model)
        table.setAccessibleName(say("register.title"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            if width:
                table.setColumnWidth(column, width)
            else:
                table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        table.activated.connect(self._open)
        return table

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(10)
        caption = label(say("register.in"), self._list_side, wrap=False)
        caption.setBuddy(self.registers)
        bar.addWidget(self.search, 1)
        bar.addWidget(caption)
        bar.addWidget(self.registers)
        layout = QVBoxLayout(self._list_side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(bar)
        layout.addWidget(self.sealed_search)
        layout.addWidget(self.days)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.count)

    # -- moves --------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._stack.setCurrentWidget(self._list_side)
        self.search.setFocus()
        self.search.selectAll()
        if not self._asked:
            names = [self.registers.itemData(row) for row in range(self.registers.count())]
            self.desk.ask(
                self,
                lambda office: next((name for name in names if office.records.count(name)), ""),
                self._begin,
                self.tell_trouble,
            )

    def _begin(self, register: str) -> None:
        """With the first register that holds anything: a network has the rules of many that it does not keep yet."""
        if not self._asked:
            with QSignalBlocker(self.registers):
                self.registers.setCurrentIndex(max(self.registers.findData(register), 0))
            self._ask()

    def refresh(self) -> None:
        if not self._asked:
            return
        self.model.ask_again()
        if self._stack.currentWidget() is self.record:
            self.record.refresh()

    def open_record(self, record_id: bytes) -> None:
        self.notice.clear()
        self.record.show_record(record_id)
        self._stack.setCurrentWidget(self.record)
        self.record.setFocus()

    def _find(self) -> None:
        self.enter()

    def _back(self) -> None:
        self._stack.setCurrentWidget(self._list_side)
        self.table.setFocus()

    def _open(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None:
            self.open_record(row.id)

    # -- the list -----------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._asked = True
        self._pause.stop()
        text, register = self.search.text().strip(), self.registers.currentData() or ""
        self.days.offer("" if text else register)
        days = self.days.asked()
        self.sealed_search.offer(text)
        if text:
            self.model.show_search(text)
        elif days is not None:
            self.model.show_days(*days)
        else:
            self.model.show_register(register)

    def _answered(self, found: bool) -> None:
        text = self.search.text().strip()
        if found:
            self.table.selectRow(0)
            wanted = self.table.sizeHintForColumn(0)  # of the rows in sight
            self.table.setColumnWidth(0, min(max(wanted, _WIDTHS[0]), _WIDEST_NUMBER))
        if text or self.days.asked() is not None:
            none = say("register.none-found", text=text) if text else say("register.none-on-days")
            none = say("form.mistyped") if is_mistyped(text) else none
            self.count.setText(say("register.found", count=self.model.rowCount()) if found else none)
            return
        register = self.registers.currentData()
        if register:
            self.desk.ask(
                self,
                lambda office: office.records.count(register),
                lambda count: self.count.setText(say("register.count", count=count)),
                self.tell_trouble,
            )
