"""The box of choices in a form: the mouse wheel scrolls the form and never changes what was chosen.

What has no room in the box is under the mouse, and in its list.
"""

from collections.abc import Sequence

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from core.laws.form import Choice
from desktop.widgets.texts import tip
from desktop.wording import say


class ChoiceBox(QComboBox):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.currentTextChanged.connect(lambda text: self.setToolTip(tip(text)))

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def choice_box(choices: Sequence[Choice], parent: QWidget, first: str | None = None) -> ChoiceBox:
    """`first`: what the line says that chooses nothing."""
    box = ChoiceBox(parent)
    box.addItem(say("choice.none") if first is None else first, None)
    for choice in choices:
        box.addItem(choice.label, choice.word)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumWidth(160)
    return box
