"""Who is signed in, always in sight at the foot of the window; locking, and after how long it locks by itself."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from core.people.people import Person
from desktop.locking import CHOICES_S
from desktop.widgets.texts import NarrowName, label
from desktop.wording import say


class WhoIsHere(QWidget):
    lock_wanted = Signal()
    lock_time_chosen = Signal(int)  # seconds

    def __init__(self, person: Person, lock_s: int, parent: QWidget) -> None:
        super().__init__(parent)
        roles = ", ".join(say(f"role.{role}") for role in sorted(person.roles))
        self.name = NarrowName(say("who.name", name=person.name), self, "strong")
        self.roles = label(roles, self, "quiet")
        self.button = QPushButton(say("who.menu"), self)
        self.button.setAccessibleName(say("who.menu").replace("&", ""))
        self.menu = QMenu(self)
        self.lock = self.menu.addAction(say("who.lock"))
        self.lock.triggered.connect(self.lock_wanted)
        self.menu.addSeparator()
        times = self.menu.addMenu(say("who.lock-after"))
        group = QActionGroup(self)
        for seconds in sorted({*CHOICES_S, lock_s}):
            action = times.addAction(say("who.minutes", count=max(1, round(seconds / 60))))
            action.setCheckable(True)
            action.setChecked(seconds == lock_s)
            action.triggered.connect(lambda _checked, chosen=seconds: self.lock_time_chosen.emit(chosen))
            group.addAction(action)
        self.button.setMenu(self.menu)
        QShortcut(QKeySequence("Ctrl+L"), self, self.lock_wanted.emit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 0, 10, 6)
        layout.setSpacing(1)
        layout.addWidget(self.name)
        layout.addWidget(self.roles)
        layout.addWidget(self.button)
