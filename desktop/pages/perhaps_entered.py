"""Before an act is signed: what it would enter may stand in the register already. It is told, and hinders nobody.

What is alike is looked for on the office's thread, in steps; nobody has to wait for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.duplicates.finding import Duplicates
from core.laws.law import Law
from core.laws.verdict import Accepted
from core.ledger.record import Record
from core.office import Office, Proposal
from desktop.desk import Desk, nothing
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, label
from desktop.wording import say

SHOWN = 2


class Alike(NamedTuple):
    record: bytes
    register: str  # "<law>.<register>"
    label: str
    reasons: Sequence[str]


class PerhapsEntered(QFrame):
    record_wanted = Signal(bytes)

    def __init__(self, desk: Desk, proposal: Proposal, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setProperty("role", "card")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(18, 10, 18, 10)
        self._layout.setSpacing(6)
        self.hide()
        made = created(proposal, desk.laws)
        if made:
            # That it could not be looked for stops nobody; a damaged copy is told by whatever else reads it.
            desk.ask_in_steps(self, partial(_look, made), nothing, self.show_alike, nothing)

    def show_alike(self, alike: Sequence[Alike]) -> None:
        if not alike:
            return
        titles = dict(self._desk.registers())
        for one in alike[:SHOWN]:
            row = QHBoxLayout()
            line = StatusLine(self)
            words = say("review.perhaps", register=titles[one.register], label=one.label, why=why(one.reasons))
            line.show_words(Shape.HELD, words)
            show = button(say("review.perhaps.show"), self)
            show.setAccessibleName(say("review.perhaps.show.which", label=one.label))
            show.clicked.connect(partial(self.record_wanted.emit, one.record))
            row.addWidget(line, 1, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(show)
            self._layout.addLayout(row)
        more = len(alike) - SHOWN
        words = [say("review.perhaps.more", count=more)] if more > 0 else []
        self._layout.addWidget(label(" ".join([*words, say("review.perhaps.sign")]), self, "quiet"))
        self.show()


def why(reasons: Sequence[str]) -> str:
    return ", ".join(say(f"duplicates.why.{reason}") for reason in reasons)


def created(proposal: Proposal, laws: Mapping[str, Law]) -> Sequence[Record]:
    """The records that the act would make, of registers that say by what possible duplicates are found."""
    verdict = proposal.verdict
    if not isinstance(verdict, Accepted):
        return ()
    declared = {name for law in laws.values() for name, one in law.by_full_name.items() if one.duplicates}
    return [one.new for one in verdict.changes if one.old is None and one.new.register in declared]


def _look(made: Sequence[Record], office: Office) -> Iterator[Sequence[Alike]]:
    """On the office's thread; the last step is the answer."""
    duplicates = Duplicates(office)
    for _ in duplicates.catch_up_in_steps():
        yield ()
    found: dict[bytes, Alike] = {}
    for record in made:
        for other, reasons in duplicates.entered_like(record.register, {**record.key, **record.fields}):
            title = office.records.view(other.id).label
            found.setdefault(other.id, Alike(other.id, other.register, title, reasons))
    yield list(found.values())
