"""What asks for attention above every page, with a way to what can be done about it. Nothing asks: nothing is shown."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.views import Condition
from desktop.desk import Desk
from desktop.widgets.notice import NOTICE_SHAPES
from desktop.widgets.status import shape_pixmap
from desktop.widgets.texts import button, label, restyle
from desktop.wording import say
from desktop.wording.condition import banner_words


class Banner(QFrame):
    wanted = Signal()  # to be told what to do

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shape = QLabel(self)
        self._shape.setTextFormat(Qt.TextFormat.PlainText)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._labels: list[QLabel] = []
        self.go = button(say("condition.what-to-do"), self)
        self.go.clicked.connect(self.wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(28, 8, 28, 8)
        layout.setSpacing(12)
        layout.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(self._lines, 1)
        layout.addWidget(self.go, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def text(self) -> str:
        return "\n".join(line.text() for line in self._labels) if not self.isHidden() else ""

    def show_condition(self, condition: Condition) -> None:
        words = banner_words(condition, self._desk.offices)
        self.setVisible(bool(words))
        for line in self._labels:
            line.deleteLater()
        self._labels = [label(text, self) for text, _ in words]
        for line in self._labels:
            self._lines.addWidget(line)
        if words:
            urgent = "trouble" if any(kind == "trouble" for _, kind in words) else "care"
            self.setProperty("role", f"banner-{urgent}")
            restyle(self)
            self._shape.setPixmap(shape_pixmap(NOTICE_SHAPES[urgent], 18, self.devicePixelRatioF()))
            self.setAccessibleName(" ".join(text for text, _ in words))
