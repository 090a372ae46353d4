"""The first stage of a new act: what is to be done, by register; or a draft that was begun before."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.views import Draft
from desktop.desk import Desk
from desktop.style import INK
from desktop.widgets.status import Shape, shape_icon
from desktop.widgets.texts import button, label
from desktop.wording import say, text_in
from desktop.wording.values import claimed_text

_DATA = Qt.ItemDataRole.UserRole


class Choosing(QWidget):
    procedure_chosen = Signal(str)
    draft_chosen = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
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
        self._fill_procedures()
        left, right = QVBoxLayout(), QVBoxLayout()
        for layout, key, widgets in (
            (left, "new.procedures", (self.procedures, self.help, begin)),
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
        self.setFocusProxy(self.procedures)

    def refresh(self) -> None:
        self._desk.ask(self, lambda office: office.drafts(), self._show_drafts, self.failed.emit)

    def _fill_procedures(self) -> None:
        for law in self._desk.laws.values():
            heading = QListWidgetItem(text_in(law.title, law.name), self.procedures)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            font = heading.font()
            font.setBold(True)
            heading.setFont(font)
            heading.setForeground(QColor(INK))
            for procedure in law.procedures.values():
                item = QListWidgetItem("    " + text_in(procedure.title, procedure.name), self.procedures)
                item.setData(_DATA, f"{law.name}.{procedure.name}")
                item.setData(_DATA + 1, text_in(procedure.help, "") if procedure.help else "")
        self.procedures.setCurrentRow(1)

    def _show_drafts(self, drafts: Sequence[Draft]) -> None:
        self._drafts = sorted(drafts, key=lambda one: -one.changed_ms)
        chosen = max(0, self.drafts.currentRow())
        self.drafts.clear()
        icon = shape_icon(Shape.DRAFT)
        for draft in self._drafts:
            self.drafts.addItem(QListWidgetItem(icon, f"{draft.title} · {claimed_text(draft.changed_ms)}"))
        self.drafts.setCurrentRow(min(chosen, len(self._drafts) - 1))

    def _tell_help(self, item: QListWidgetItem | None) -> None:
        self.help.setText(str(item.data(_DATA + 1) or "") if item else "")

    def _begin(self) -> None:
        item = self.procedures.currentItem()
        name = item.data(_DATA) if item else None
        if name:
            self.procedure_chosen.emit(name)

    def _go_on(self) -> None:
        row = self.drafts.currentRow()
        if 0 <= row < len(self._drafts):
            self.draft_chosen.emit(self._drafts[row])
