"""Under the search of the register: the same words in sealed fields, for whom some are sealed, once they say why."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.laws.field_types import SealedType
from core.laws.law import Law
from core.people.actions import Action
from core.views import RecordRow
from desktop.desk import Desk
from desktop.pages.looking import PurposeBar
from desktop.wording import say


class SealedSearch(PurposeBar):
    found = Signal(object)  # Sequence[RecordRow]
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("register.sealed"), say("register.sealed.search"), parent)
        self._desk = desk
        self._words = ""
        self.asked.connect(self._search)

    def offer(self, words: str) -> None:
        """For these words, where the person signed in may read something that is sealed."""
        self._words = words
        person = self._desk.person
        roles = person.roles if person is not None else frozenset[str]()
        self.setVisible(bool(words) and self._desk.may(Action.LOOK) and any(map(roles.__and__, self._readers())))

    def _readers(self) -> list[frozenset[str]]:
        return [frozenset(kind.roles) for law in self._desk.laws.values() for kind in _sealed_in(law)]

    def _search(self, purpose: str, note: str) -> None:
        words = self._words

        def show(rows: Sequence[RecordRow]) -> None:
            if words == self._words:
                self.found.emit(rows)

        self._desk.ask(self, lambda office: office.sealed.search(words, purpose, note), show, self.failed.emit)


def _sealed_in(law: Law) -> list[SealedType]:
    fields = (field for register in law.registers.values() for field in register.fields.values())
    return [field.type for field in fields if isinstance(field.type, SealedType)]
