"""One step before an office is open: a heading, what it is about, its content, and the buttons at the foot."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import MunimentError
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, label
from desktop.wording import say

WIDTH = 760


class Stage(QWidget):
    left = Signal()

    def __init__(self, heading: str, about: str, parent: QWidget, may_leave: bool = True) -> None:
        super().__init__(parent)
        self.heading = heading
        column = QWidget(self)
        column.setMaximumWidth(WIDTH)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 20)
        outer.addStretch(1)
        outer.addWidget(column, 20)
        outer.addStretch(1)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label(heading, column, "title"))
        if about:
            layout.addWidget(label(about, column))
        self.notice = Notice(column)
        layout.addWidget(self.notice)
        scroll = QScrollArea(column)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = QWidget(scroll)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(10)
        scroll.setWidget(self.content)
        layout.addWidget(scroll, 1)
        self.busy = Busy(column)
        layout.addWidget(self.busy)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(10)
        self.foot.addStretch(1)
        if may_leave:
            back = button(say("stage.back"), column)
            back.clicked.connect(self.left)
            self.foot.addWidget(back)
        layout.addLayout(self.foot)

    def focus_first(self) -> None:
        """Put the cursor where the step begins."""

    def tell_trouble(self, error: MunimentError) -> None:
        self.busy.end()
        self.setEnabled(True)
        self.notice.tell_trouble(error)
