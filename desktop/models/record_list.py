"""The register's list: pages fetched as one scrolls, in the order of the database, never sorted or filtered here.

A page is asked for by the place after which it begins (keyset), so the last page of seven million rows costs as much
as the first. Answers to a question that is no longer asked are dropped.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from core.errors import MunimentError
from core.office import Office
from core.views import RecordRow
from desktop.desk import Desk
from desktop.widgets.status import Shape, ladder_shape, shape_icon
from desktop.wording import say
from desktop.wording.ladder import short_step

PAGE = 200
SEARCH_LIMIT = 200
COLUMNS = ("label", "summary", "state", "keeper", "standing")
Index = QModelIndex | QPersistentModelIndex
Day = tuple[int, int, int]
_TOP = QModelIndex()


class RecordList(QAbstractTableModel):
    answered = Signal(bool)  # the first page of a question is shown; whether anything was found
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rows: list[RecordRow] = []
        self._register = ""
        self._search = ""
        self._days: tuple[str, Day, Day] | None = None
        self._question = 0
        self._asking = False
        self._at_end = True
        self._icons = {shape: shape_icon(shape) for shape in Shape}

    # -- what is asked ------------------------------------------------------------------------------------------

    def show_register(self, register: str) -> None:
        """The whole register, from its beginning."""
        self._register, self._search, self._days = register, "", None
        self._begin()

    def show_search(self, text: str) -> None:
        """What matches, over all registers."""
        self._search, self._days = text, None
        self._begin()

    def show_days(self, index: str, first: Day, last: Day) -> None:
        """What the index of the rules has from one day to another, in the order of the days."""
        self._search, self._days = "", (index, first, last)
        self._begin()

    def show_found(self, rows: Sequence[RecordRow]) -> None:
        """What was found otherwise; it stays until something else is asked."""
        self._register, self._search, self._days = "", "", None
        self._question += 1
        self._take(self._question, rows, True, True)

    def ask_again(self) -> None:
        """The replica has changed: the same question anew, as far as it was scrolled."""
        if self._register or self._search or self._days:
            self._begin(max(PAGE, len(self._rows)))

    def row_at(self, index: Index) -> RecordRow | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def _begin(self, limit: int = PAGE) -> None:
        self._question += 1
        self._ask(None, limit)

    def _ask(self, after: bytes | None, limit: int) -> None:
        question, register, search, days = self._question, self._register, self._search, self._days
        self._asking = True

        def work(office: Office) -> list[RecordRow]:
            if search:
                return office.records.search(search, SEARCH_LIMIT)
            return (
                office.records.list_by_day(*days, SEARCH_LIMIT) if days else office.records.page(register, after, limit)
            )

        at_once = bool(search or days)
        self._desk.ask(
            self,
            work,
            lambda rows: self._take(question, rows, at_once or after is None, at_once or len(rows) < limit),
            lambda error: self._fail(question, error),
        )

    def _take(self, question: int, rows: Sequence[RecordRow], from_start: bool, at_end: bool) -> None:
        if question != self._question:
            return
        self._asking, self._at_end = False, at_end
        if from_start:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            self.answered.emit(bool(rows))
        elif rows:
            self.beginInsertRows(_TOP, len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def _fail(self, question: int, error: MunimentError) -> None:
        if question == self._question:
            self._asking = False
            self.failed.emit(error)

    # -- Qt -----------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._at_end and not self._asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent) and self._rows:
            last = self._rows[-1]
            self._ask(last.id, PAGE)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return say(f"register.column.{COLUMNS[section]}")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == "standing":
            return self._icons[ladder_shape(row.ladder) if row.ladder else Shape.FINAL]
        return None

    def _text(self, row: RecordRow, column: str) -> str:
        match column:
            case "label":
                return row.label
            case "summary":
                return row.summary
            case "state":
                return self._desk.state_label(row.register, row.state)
            case "keeper":
                return say("register.shared") if row.keeper is None else self._desk.offices[row.keeper]
        words = short_step(row.ladder) if row.ladder else say("short.final")
        return f"{words[0].upper()}{words[1:]}"
