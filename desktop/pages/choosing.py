"""The first stage of a new act: what is to be done, by register; or a draft that was begun before.

Words narrow the list to the acts that have all of them in their title, help or rules' title; the arrow keys move in the
list while they are typed.
"""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.views import Draft
from desktop.desk import Desk
from desktop.style import INK
from desktop.widgets.status import Shape, shape_icon
from desktop.widgets.texts import button, label
from desktop.wording import say, text_in
from desktop.wording.values import claimed_text

_DATA = Qt.ItemDataRole.UserRole
_HELP, _WORDS = _DATA + 1, _DATA + 2
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class Choosing(QWidget):
    procedure_chosen = Signal(str)
    draft_chosen = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.words = QLineEdit(self)
        self.words.setPlaceholderText(say("new.words"))
        self.words.setAccessibleName(say("new.words"))
        self.words.setClearButtonEnabled(True)
        self.procedures = QListWidget(self)
        self.procedures.setAccessibleName(say("new.procedures"))
        self.help = label("", self, "quiet")
        self.drafts = QListWidget(self)
        self.drafts.setAccessibleName(say("new.drafts"))
        self._drafts: Sequence[Draft] = ()
        begin = button(say("new.begin"), self, main=True)
        begin.clicked.connect(self._begin)
        go_on = button(say("new.go-on"), self)
        go_on.clicked.connect(self._go_on)
        self.procedures.itemActivated.connect(lambda _item: self._begin())
        self.drafts.itemActivated.connect(lambda _item: self._go_on())
        self.procedures.currentItemChanged.connect(self._tell_help)
        self.words.textChanged.connect(self._narrow)
        self.words.returnPressed.connect(self._begin)
        self.words.installEventFilter(self)
        self._fill_procedures()
        left, right = QVBoxLayout(), QVBoxLayout()
        for layout, key, widgets in (
            (left, "new.procedures", (self.words, self.procedures, self.help, begin)),
            (right, "new.drafts", (self.drafts, go_on)),
        ):
            layout.setSpacing(8)
            caption = label(say(key), self, "heading")
            caption.setBuddy(widgets[0])
            layout.addWidget(caption)
            for widget in widgets:
                layout.addWidget(widget)
        both = QHBoxLayout(self)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(28)
        both.addLayout(left, 3)
        both.addLayout(right, 2)
        self.setFocusProxy(self.words)

    def refresh(self) -> None:
        self._desk.ask(self, lambda office: office.drafts.all(), self._show_drafts, self.failed.emit)

    def _fill_procedures(self) -> None:
        for law in self._desk.laws.values():
            of_law = text_in(law.title, law.name)
            heading = QListWidgetItem(of_law, self.procedures)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            font = heading.font()
            font.setBold(True)
            heading.setFont(font)
            heading.setForeground(QColor(INK))
            for procedure in law.procedures.values():
                title, told = text_in(procedure.title, procedure.name), text_in(procedure.help or {}, "")
                item = QListWidgetItem("    " + title, self.procedures)
                item.setData(_DATA, f"{law.name}.{procedure.name}")
                item.setData(_HELP, told)
                item.setData(_WORDS, f"{title} {told} {of_law}".casefold())
        self.procedures.setCurrentRow(1)

    def _narrow(self, typed: str) -> None:
        """Headings stay over acts that are shown; the first of them is chosen if the present one is not among them."""
        wanted, found, heading = typed.casefold().split(), list[QListWidgetItem](), self.procedures.item(0)
        for row in range(self.procedures.count()):
            item = self.procedures.item(row)
            words = item.data(_WORDS)
            if words is None:
                heading = item
            elif all(word in words for word in wanted):
                found.append(item)
            shown = words is not None and bool(found) and found[-1] is item
            item.setHidden(not shown)
            if shown:
                heading.setHidden(False)
        current = self.procedures.currentItem()
        if found and (current is None or current.isHidden()):
            self.procedures.setCurrentItem(found[0])
        if found:
            self.procedures.scrollToItem(self.procedures.currentItem())
            self._tell_help(self.procedures.currentItem())
        else:
            self.help.setText(say("new.no-such-act"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        """The arrow keys move in the list, wherever the words stand."""
        if watched is self.words and isinstance(event, QKeyEvent) and event.key() in _MOVES:
            QCoreApplication.sendEvent(self.procedures, event)
            return True
        return super().eventFilter(watched, event)

    def _show_drafts(self, drafts: Sequence[Draft]) -> None:
        self._drafts = sorted(drafts, key=lambda one: -one.changed_ms)
        chosen = max(0, self.drafts.currentRow())
        self.drafts.clear()
        icon = shape_icon(Shape.DRAFT)
        for draft in self._drafts:
            self.drafts.addItem(QListWidgetItem(icon, f"{draft.title} · {claimed_text(draft.changed_ms)}"))
        self.drafts.setCurrentRow(min(chosen, len(self._drafts) - 1))

    def _tell_help(self, item: QListWidgetItem | None) -> None:
        self.help.setText(str(item.data(_HELP) or "") if item else "")

    def _begin(self) -> None:
        item = self.procedures.currentItem()
        name = item.data(_DATA) if item and not item.isHidden() else None
        if name:
            self.procedure_chosen.emit(name)

    def _go_on(self) -> None:
        row = self.drafts.currentRow()
        if 0 <= row < len(self._drafts):
            self.draft_chosen.emit(self._drafts[row])
