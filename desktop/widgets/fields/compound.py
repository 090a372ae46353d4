"""Editors of values that have several parts: a party, a document, what an officer attests."""

from os import urandom
from pathlib import Path

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from core.errors import MunimentError
from core.folder import read_bounded
from core.laws.form import Choice, FormField, typed_text
from core.laws.numbers import PERSON_DRAWN_BYTES, person_number
from core.ledger.encoding import Value
from desktop.desk import Desk
from desktop.widgets.fields.choice_box import ChoiceBox, choice_box
from desktop.widgets.fields.editor import Editor
from desktop.widgets.fields.entering import read_typed, show_typed
from desktop.widgets.texts import button, label, restyle
from desktop.wording import say, sentence

PARTY_KINDS = ("natural", "legal", "group", "state", "unknown")
_DAY = FormField("day", "day", "", "", True)
_PAGES = FormField("pages", "integer", "", "", True)
ONE_LINE_WIDTH = 700  # with less a name would have no room beside its number


class PartyEditor(Editor):
    """Kind, name and number. Two parties are the same when their numbers are: who has none is given one."""

    def __init__(self, field: FormField, parent: QWidget) -> None:
        super().__init__(field, parent)
        self._name, self._number = QLineEdit(self), QLineEdit(self)
        self._kind = choice_box([Choice(kind, say(f"party.{kind}")) for kind in PARTY_KINDS], self, "")
        self._kind.removeItem(0)
        self._name.setMaxLength(200)
        self._number.setMaxLength(64)
        self._name.setPlaceholderText(say("party.name"))
        self._number.setPlaceholderText(say("party.number"))
        self._number.setFixedWidth(230)
        self.give = button(say("party.give"), self)
        self.give.setToolTip(say("party.give.why"))
        self.give.clicked.connect(self._give_number)
        for line in (self._name, self._number):
            line.textEdited.connect(lambda _text: self._changed())
        self._kind.activated.connect(lambda _index: self.edited.emit())
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        numbers = QHBoxLayout()
        for layout in (self._lines, numbers):
            layout.setSpacing(8)
        for part in (self._number, self.give, self._kind):
            numbers.addWidget(part)
        numbers.addStretch(1)
        self._lines.addWidget(self._name, 1)
        self._lines.addLayout(numbers)
        self.setFocusProxy(self._name)
        self.give.setAccessibleName(f"{field.label}: {say('party.give')}")
        self._name.setAccessibleName(f"{field.label}: {say('party.name')}")
        self._number.setAccessibleName(f"{field.label}: {say('party.number')}")
        self._kind.setAccessibleName(f"{field.label}: {say('party.kind')}")

    def value(self) -> Value:
        name, number = typed_text(self._name.text()), typed_text(self._number.text())
        if not name and not number:
            return None
        return {"kind": self._kind.currentData(), "name": name, "number": number}

    def show_value(self, value: Value) -> None:
        if value == self.value():
            return
        party = value or {"kind": "natural", "name": "", "number": ""}
        self._name.setText(party["name"])
        self._number.setText(party["number"])
        self._kind.setCurrentIndex(max(0, self._kind.findData(party["kind"])))
        self._offer()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a row of a list the number stands below the name."""
        super().resizeEvent(event)
        narrow = self.width() < ONE_LINE_WIDTH
        self._lines.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _give_number(self) -> None:
        self._number.setText(person_number(urandom(PERSON_DRAWN_BYTES)))
        self._number.setFocus()  # before the button goes
        self._changed()

    def _changed(self) -> None:
        self._offer()
        self.edited.emit()

    def _offer(self) -> None:
        """A number that is there, from a passport or an older paper, is never replaced."""
        self.give.setVisible(not self._number.text().strip())


class AttestationEditor(Editor):
    """What an officer with the role says, and which officer of this office."""

    def __init__(self, field: FormField, parent: QWidget, desk: Desk) -> None:
        super().__init__(field, parent)
        self._number = desk.number
        self._answer = choice_box(field.choices, self)
        self._by = ChoiceBox(self)
        self._by.addItem(say("choice.officer"), None)
        for number, officer in desk.officers_with(field.role):
            self._by.addItem(officer.name, number)
        for box in (self._answer, self._by):
            box.activated.connect(lambda _index: self.edited.emit())
        self._hold(self._answer, self._by)
        self._by.setAccessibleName(f"{field.label}: {say('choice.officer')}")
        self.layout().addStretch(1)

    def value(self) -> Value:
        answer, officer = self._answer.currentData(), self._by.currentData()
        if answer is None and officer is None:
            return None
        return {"answer": answer, "by": None if officer is None else [self._number, officer]}

    def show_value(self, value: Value) -> None:
        by = (value or {}).get("by") or [None, None]
        self._answer.setCurrentIndex(max(0, self._answer.findData((value or {}).get("answer"))))
        self._by.setCurrentIndex(max(0, self._by.findData(by[1])))


class DocumentEditor(Editor):
    """A paper: what it says of itself, and its scan. The act carries the scan's SHA-256; a copy is kept in the replica,
    for this office and whoever asks for it.
    """

    def __init__(self, field: FormField, parent: QWidget, desk: Desk) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self._digest: bytes | None = None
        self._kind, self._paper, self._issuer = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self._day, self._pages, self._path = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self._day.setPlaceholderText(say("placeholder.day"))
        self._path.setPlaceholderText(say("document.path"))
        self._choose = button(say("document.choose"), self)
        self._choose.clicked.connect(self._ask_path)
        self._state = label("", self, "quiet")
        self._state.hide()
        self._asked: dict[str, QLineEdit | ChoiceBox] = {part.name: self._line_of(part) for part in field.of}
        self._lay_out()
        for line in (self._kind, self._paper, self._issuer, self._day, self._pages):
            line.textEdited.connect(lambda _text: self.edited.emit())
        self._path.editingFinished.connect(self._read_scan)
        self._read_path, self._reading = "", False

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        rows = [
            (("document.kind", self._kind), ("document.number", self._paper)),
            (("document.issuer", self._issuer), ("document.day", self._day)),
            (("document.scan", self._path), ("document.pages", self._pages)),
        ]
        for row, pair in enumerate(rows):
            for place, (key, line) in enumerate(pair):
                caption = label(say(key), self, "quiet", wrap=False)
                caption.setBuddy(line)
                line.setAccessibleName(f"{self.field.label}: {say(key)}")
                grid.addWidget(caption, row, place * 2)
                grid.addWidget(line, row, place * 2 + 1)
        grid.addWidget(self._choose, 3, 1)
        grid.addWidget(self._state, 8, 1, 1, 3)
        for place, (name, line) in enumerate(self._asked.items()):
            caption = label(say(f"document.asked-{name}"), self, "quiet", wrap=False)
            caption.setBuddy(line)
            line.setAccessibleName(f"{self.field.label}: {caption.text()}")
            grid.addWidget(caption, 4 + place // 2, place % 2 * 2)
            grid.addWidget(line, 4 + place // 2, place % 2 * 2 + 1)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(3, 1)
        self.setFocusProxy(self._kind)

    def _line_of(self, part: FormField) -> QLineEdit | ChoiceBox:
        """For what the law asks of the paper besides."""
        if part.type == "choice":
            box = choice_box([Choice(one.word, say(f"document.{part.name}-{one.word}")) for one in part.choices], self)
            box.activated.connect(lambda _index: self.edited.emit())
            return box
        line = QLineEdit(self)
        line.textEdited.connect(lambda _text: self.edited.emit())
        return line

    def value(self) -> Value:
        texts = [typed_text(line.text()) for line in (self._kind, self._paper, self._issuer)]
        day, pages = read_typed(_DAY, self._day.text()), read_typed(_PAGES, self._pages.text())
        asked = {name: _said(line) for name, line in self._asked.items()}
        if self._digest is None and not any(texts) and day is None and pages is None and not any(asked.values()):
            return None
        kind, number, issuer = texts
        told = {"digest": self._digest, "kind": kind, "number": number, "issuer": issuer, "day": day, "pages": pages}
        return {**told, **asked}

    def show_value(self, value: Value) -> None:
        if value == self.value():
            return
        paper = value or {}
        for line, name in ((self._kind, "kind"), (self._paper, "number"), (self._issuer, "issuer")):
            line.setText(paper.get(name) or "")
        for name, part in self._asked.items():
            if isinstance(part, ChoiceBox):
                part.setCurrentIndex(max(0, part.findData(paper.get(name))))
            else:
                part.setText(paper.get(name) or "")
        self._day.setText(show_typed(_DAY, paper.get("day")))
        self._pages.setText(show_typed(_PAGES, paper.get("pages")))
        self._take_digest(paper.get("digest"))

    def is_reading(self) -> bool:
        return self._reading

    def _ask_path(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("document.choose.title"))
        if path:
            self._path.setText(path)
            self._read_scan()

    def _read_scan(self) -> None:
        path = self._path.text().strip()
        if not path or path == self._read_path:
            return
        self._read_path, self._reading = path, True
        limit = (self.field.high or 1) << 20
        self._tell(say("document.reading"))
        self._desk.background.run(self, lambda: read_bounded(Path(path), limit), self._keep_scan, self._not_scanned)

    def _keep_scan(self, content: bytes) -> None:
        self._desk.ask(self, lambda office: office.papers.add(content), self._scanned, self._not_scanned)

    def _not_scanned(self, error: MunimentError) -> None:
        self._reading = False
        self._tell(sentence(error.code, error.facts), "trouble")
        self.edited.emit()

    def _scanned(self, digest: bytes) -> None:
        self._reading = False
        self._take_digest(digest)
        self.edited.emit()

    def _take_digest(self, digest: bytes | None) -> None:
        self._digest = digest
        self._tell(say("document.kept") if digest else "")

    def _tell(self, words: str, role: str = "quiet") -> None:
        self._state.setProperty("role", role)
        restyle(self._state)
        self._state.setText(words)
        self._state.setVisible(bool(words))


def _said(line: QLineEdit | ChoiceBox) -> Value:
    """Of what a law asks besides; None while nothing is."""
    return line.currentData() if isinstance(line, ChoiceBox) else typed_text(line.text()) or None
