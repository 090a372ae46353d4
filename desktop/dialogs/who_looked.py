"""Who looked at a record, for an auditor: a list, newest first."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from core.store.looks import Look
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.values import claimed_text

COLUMNS = ("when", "person", "roles", "purpose", "note")
SIZE = (1180, 480)
_WIDTHS = (170, 190, 200, 390)


class WhoLooked(QDialog):
    export_wanted = Signal()

    def __init__(self, record_label: str, looks: Sequence[Look], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("looks.title", label=record_label))
        self.resize(*SIZE)
        self.table = QTableWidget(len(looks), len(COLUMNS), self)
        self.table.setHorizontalHeaderLabels([say(f"looks.{name}") for name in COLUMNS])
        self.table.setAccessibleName(say("looks.title", label=record_label))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.verticalHeader().hide()
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.table.horizontalHeader().setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        for row, look in enumerate(looks):
            roles = ", ".join(say(f"role.{role}") for role in look.roles.split(",") if role)
            texts = (claimed_text(look.at_ms), look.name, roles, say(f"purpose.{look.purpose}"), look.note)
            for column, text in enumerate(texts):
                self.table.setItem(row, column, QTableWidgetItem(text))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.addWidget(label(say("looks.about" if looks else "looks.none"), self, "quiet"))
        layout.addWidget(self.table, 1)
        foot = QHBoxLayout()
        close = button(say("looks.close"), self)
        close.clicked.connect(self.accept)
        self.export = button(say("looks.export"), self)
        self.export.clicked.connect(self.export_wanted)
        foot.addWidget(self.export)
        foot.addStretch(1)
        foot.addWidget(close)
        layout.addLayout(foot)
