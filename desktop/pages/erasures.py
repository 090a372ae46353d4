"""Orders of erasure that the common order has executed: which offices have noted them, and which are missing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.views import ErasureView
from desktop.desk import Desk
from desktop.pages.page import Page
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.sealing import erasure_words


class ErasuresPage(Page):
    record_wanted = Signal(bytes)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("erasures.title"), desk, parent)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self._scroll, 1)
        self.orders: Sequence[ErasureView] = ()

    def refresh(self) -> None:
        self.desk.ask(self, lambda office: office.sealed.erasures(), self.show_orders, self.tell_trouble)

    def show_orders(self, orders: Sequence[ErasureView]) -> None:
        self.orders = orders
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        if not orders:
            layout.addWidget(label(say("erasures.none"), content))
        for order in orders:
            layout.addWidget(self._order(content, order))
        if orders:
            layout.addWidget(label(say("erasures.backups"), content, "quiet"))
        layout.addStretch(1)
        self._scroll.setWidget(content)

    def _order(self, parent: QWidget, view: ErasureView) -> QWidget:
        frame, layout = card(parent)
        title = next((title for name, title in self.desk.registers() if name == view.register), view.register)
        office, seq = view.order
        key = "erasures.heading" if view.register else "erasures.heading.act"
        words = say(key, seq=seq, office=self.desk.offices[office], register=title, label=view.label)
        head = QHBoxLayout()
        head.addWidget(label(words, frame, "heading"), 1)
        if view.register:
            record = button(say("today.open"), frame)
            record.clicked.connect(lambda: self.record_wanted.emit(view.record))
            head.addWidget(record)
        layout.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setColumnMinimumWidth(0, 180)
        grid.setColumnStretch(1, 1)
        rows = {
            "ground": self._told(view.ground),
            "ordered-by": self._told(view.ordered_by),
            "fields": str(view.fields),
            "state": say("erasures.state-number", number=view.number),
        }
        for row, (key, text) in enumerate(rows.items()):
            grid.addWidget(label(say(f"erasures.{key}"), frame, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(text, frame, selectable=True), row, 1)
        layout.addLayout(grid)
        for line, waits in erasure_words(view, self.desk.offices):
            status = StatusLine(frame)
            status.show_words(Shape.WAITING if waits else Shape.FINAL, line)
            layout.addWidget(status)
        return frame

    def _told(self, value: object) -> str:
        return str(value).replace("_", " ") if isinstance(value, str) else "…"
