"""The first question: what shall this computer do?"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop.dialogs.stage import Stage
from desktop.widgets.texts import card, label
from desktop.wording import say

BUTTON_WIDTH = 240  # the longest of them, so that what is said of each begins in one line


class WelcomeStage(Stage):
    create_wanted = Signal()
    charter_wanted = Signal()
    join_wanted = Signal()
    invited_wanted = Signal()
    restore_wanted = Signal()
    demonstration_wanted = Signal()

    def __init__(self, parent: QWidget, office_made: bool = False) -> None:
        """`office_made`: this folder holds an office that belongs to no network yet."""
        prefix = "network" if office_made else "welcome"
        super().__init__(say(f"{prefix}.title"), say(f"{prefix}.about"), parent, may_leave=False)
        ways = [("create", self.create_wanted), ("charter", self.charter_wanted), ("invited", self.invited_wanted)]
        if office_made:
            ways += [("join", self.join_wanted)]
        else:
            ways += [("restore", self.restore_wanted), ("demonstration", self.demonstration_wanted)]
        self.buttons: dict[str, QPushButton] = {}
        for name, wanted in ways:
            frame, layout = card(self.content)
            made = QPushButton(say(f"{prefix}.{name}"), frame)
            made.setAutoDefault(True)
            made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            made.setMinimumWidth(BUTTON_WIDTH)
            if not self.buttons:
                made.setProperty("role", "main")
            made.clicked.connect(wanted)
            row = QHBoxLayout()
            row.setSpacing(16)
            row.addWidget(made)
            row.addWidget(label(say(f"{prefix}.{name}.about"), frame, "quiet"), 1)
            layout.addLayout(row)
            self.body.addWidget(frame)
            self.buttons[name] = made
        self.body.addStretch(1)

    def focus_first(self) -> None:
        next(iter(self.buttons.values())).setFocus()
