"""Between what an act was made, told below what it has changed; asked for when it is shown."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.views import TimeBracket
from desktop.desk import Desk, nothing
from desktop.widgets.texts import label
from desktop.wording.sealing import bracket_words


class WhenMade(QWidget):
    def __init__(self, desk: Desk, act: bytes, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.words = label("", self, "quiet", selectable=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.words)
        self.hide()
        desk.ask(self, lambda office: office.bracketing.of_act(act), self._show, nothing)

    def _show(self, bracket: TimeBracket) -> None:
        told = bracket_words(bracket, self._desk.offices)
        self.words.setText("\n".join(told))
        self.setVisible(bool(told))
