"""The left edge of the window: whose office this is, its pages, and at the foot who is signed in."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from core.people.actions import Action
from desktop.desk import Desk
from desktop.locking import ASKED
from desktop.widgets.texts import NarrowName, label
from desktop.widgets.who import WhoIsHere
from desktop.wording import say
from desktop.wording.meetings import entered_words

WIDTH = 190
_NEEDS = {"new": Action.DRAW_UP, "duplicates": Action.DRAW_UP}  # pages that are nothing for some roles


class Sidebar(QWidget):
    chosen = Signal(str)

    def __init__(self, desk: Desk, keys: Sequence[str], parent: QWidget) -> None:
        """`keys`: of the pages, in the order of Ctrl and a number."""
        super().__init__(parent)
        person = desk.person
        assert person is not None
        self.setObjectName("sidebar")
        self.setFixedWidth(WIDTH)
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 18, 0, 14)
        layout.setSpacing(2)
        name = NarrowName(desk.office_name, self, "strong", lines=3)
        name.setContentsMargins(18, 0, 10, 0)
        network = NarrowName(desk.standing.network_name, self, "quiet")
        network.setContentsMargins(18, 0, 10, 12)
        layout.addWidget(name)
        layout.addWidget(network)
        for number, key in enumerate(keys, start=1):
            layout.addWidget(self._button(key, number, key not in _NEEDS or desk.may(_NEEDS[key])))
        layout.addStretch(1)
        self.entering = label("", self, "quiet")
        self.entering.setContentsMargins(18, 0, 10, 8)
        self.entering.hide()
        layout.addWidget(self.entering)
        self.who = WhoIsHere(person, desk.standing.lock_s, self)
        self.who.lock_wanted.connect(lambda: desk.lock(ASKED))
        self.who.lock_time_chosen.connect(desk.set_lock_time)
        layout.addWidget(self.who)
        foot = label(say("window.number", number=desk.number + 1), self, "quiet")
        foot.setContentsMargins(18, 0, 10, 0)
        layout.addWidget(foot)

    def _button(self, key: str, number: int, allowed: bool) -> QPushButton:
        made = QPushButton(say(f"page.{key}"), self)
        made.setCheckable(True)
        made.setAccessibleName(say(f"page.{key}").replace("&", ""))
        made.clicked.connect(lambda: self.chosen.emit(key))
        made.setVisible(allowed)
        self._group.addButton(made)
        self.buttons[key] = made
        if allowed:
            QShortcut(QKeySequence(f"Ctrl+{number % 10}"), self, lambda: self.chosen.emit(key))
        return made

    def offers(self, key: str) -> bool:
        """Whether the page is one for this person; pages without a button are."""
        return key not in self.buttons or not self.buttons[key].isHidden()

    def show_entering(self, entered: int, acts: int) -> None:
        """How far acts are entered that the offices have agreed on at once; nothing once they are."""
        self.entering.setText(entered_words(entered, acts))
        self.entering.setVisible(entered < acts)

    def press(self, key: str) -> None:
        """Show which page is open; none of the buttons for a page that has none."""
        button = self.buttons.get(key)
        self._group.setExclusive(button is not None)  # no button may be pressed where none leads there
        for other in self.buttons.values():
            other.setChecked(other is button)
        if button is not None:
            button.setFocus()  # until the page puts the cursor where work begins
