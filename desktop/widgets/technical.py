"""Long numbers and codes, out of sight until somebody wants to compare them."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.widgets.texts import button, label
from desktop.wording import say


class Technical(QWidget):
    def __init__(self, facts: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.switch = button(say("condition.technical"), self)
        self.switch.setCheckable(True)
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(facts.items()):
            grid.addWidget(label(name, inside, "quiet", wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(value, inside, selectable=True), row, 1)
        inside.hide()
        self.switch.toggled.connect(inside.setVisible)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.switch)
        layout.addWidget(inside)
