"""The third stage of a new act: exactly what will be signed, what the rules say to it, and the signatures."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.laws.form import FormField
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.transaction import Signer, Transaction
from core.office import Proposal
from desktop.desk import Desk
from desktop.pages.filling import Filling
from desktop.pages.perhaps_entered import PerhapsEntered
from desktop.pages.signing import Signing
from desktop.pages.verdict_card import VerdictCard
from desktop.widgets.notice import Busy
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label, literal
from desktop.wording import say
from desktop.wording.sealing import sealed_words
from desktop.wording.values import claimed_text, value_lines


class Reviewing(QWidget):
    recorded = Signal(object)  # ActView
    failed = Signal(object)  # MunimentError
    request_wanted = Signal(int)  # the number of the competent office
    left = Signal()

    def __init__(
        self, filling: Filling, proposal: Proposal, names: Mapping[bytes, str], desk: Desk, parent: QWidget
    ) -> None:
        """`names`: what the records and acts that the act names are called, by id."""
        super().__init__(parent)
        self._names = names
        self._filling, self._proposal, self._desk = filling, proposal, desk
        self.passphrases: list[QLineEdit] = []  # of the persons, in the order of their turns
        self._marks: list[StatusLine] = []
        self.signing = Signing(desk, proposal, self)
        self.signing.turn_changed.connect(self._next_turn)
        self.signing.opened.connect(self._show_opened)
        self.signing.recorded.connect(self.recorded)
        self.signing.failed.connect(self._failed)
        self.competent = self._competent_office()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(VerdictCard(filling, proposal, desk, self.competent, self))
        self.perhaps = PerhapsEntered(desk, proposal, self)
        layout.addWidget(self.perhaps)
        self.handing_over = StatusLine(self, "strong")
        self.handing_over.hide()
        layout.addWidget(self.handing_over)
        self.text = QScrollArea(self)
        self.text.setWidgetResizable(True)
        self._show_text(proposal.transaction)
        layout.addWidget(self.text, 1)
        self.busy = Busy(self)
        layout.addWidget(self.busy)
        self.may_sign = isinstance(proposal.verdict, Accepted)
        if self.may_sign:
            layout.addWidget(self._signatures())
        row = QHBoxLayout()
        row.addStretch(1)
        self.back = button(say("review.back"), self)
        self.back.clicked.connect(self.left)
        row.addWidget(self.back)
        self.sign = button("", self, main=True)
        self.sign.clicked.connect(self._go_on)
        self.sign.setVisible(self.may_sign)
        row.addWidget(self.sign)
        if self.competent is not None:
            number = self.competent
            self.request = button(say("review.request", office=literal(desk.offices[number])), self, main=True)
            self.request.clicked.connect(lambda: self.request_wanted.emit(number))
            row.addWidget(self.request)
        layout.addLayout(row)
        if self.may_sign:
            self._next_turn()

    def focus_first(self) -> None:
        if self.may_sign:
            self._focus_turn()
        else:
            (self.request if self.competent is not None else self.back).setFocus()

    def _competent_office(self) -> int | None:
        """The office that may be asked, where the act is refused here only because it is not this one."""
        verdict = self._proposal.verdict
        if not isinstance(verdict, Rejected) or verdict.code != "not-keeper" or self._filling.law.asking is None:
            return None
        number = verdict.facts.get("office")
        return number if isinstance(number, int) and number != self._desk.number else None

    # -- what will be signed ------------------------------------------------------------------------------------

    def _show_text(self, transaction: Transaction) -> None:
        frame, layout = card(self.text)
        layout.addWidget(label(say("review.text"), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for row, (caption, lines) in enumerate(self._lines(transaction)):
            grid.addWidget(label(caption, frame, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            value = label("\n".join(lines), frame, selectable=True)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnMinimumWidth(0, 200)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        layout.addStretch(1)
        self.text.setWidget(frame)
        self.text.verticalScrollBar().setValue(0)

    def _lines(self, transaction: Transaction) -> Sequence[tuple[str, Sequence[str]]]:
        form = self._filling.form
        law = self._filling.law
        lines: list[tuple[str, Sequence[str]]] = [
            (say("review.act"), [self._desk.procedure_title(f"{law.name}.{transaction.procedure}")]),
            (say("review.rules"), [say("review.version", version=transaction.law_version)]),
        ]
        if transaction.addressed_to is not None:
            lines.insert(0, (say("review.request-to"), [self._desk.offices[transaction.addressed_to]]))
        for field in form.fields:
            if field.type == "subject":
                lines.append((field.label, [self._subject(field, transaction)]))
            elif field.name in transaction.act:
                lines.append((field.label, self._value_lines(field, transaction)))
        people = [say("review.signer", name=self._name(s), role=say(f"role.{s.role}")) for s in transaction.signers]
        lines.append((say("review.signers"), people))
        lines.append((say("review.claimed"), [claimed_text(transaction.claimed_ms)]))
        return lines

    def _value_lines(self, field: FormField, transaction: Transaction) -> Sequence[str]:
        typed = self._proposal.typed.get(field.name)  # what is sealed is read before it is signed
        if typed is not None:
            lines = self._text_lines(typed, field)
            return [*lines, sealed_words(field)]
        return self._text_lines(transaction.act[field.name], field)

    def _text_lines(self, value: Value, field: FormField) -> Sequence[str]:
        return value_lines(value, field, self._desk.offices, self._filling.form.entry_words, self._names)

    def _subject(self, field: FormField, transaction: Transaction) -> str:
        changed = transaction.changes.get(field.name)
        return self._names.get(changed.record, say("value.none")) if changed else say("value.none")

    def _name(self, signer: Signer) -> str:
        return self._name_of(signer.officer)

    def _name_of(self, officer: int) -> str:
        return self._desk.standing.officers[officer].name

    def _roles_of(self, officer: int) -> str:
        signers = self._proposal.transaction.signers
        return ", ".join(say(f"role.{one.role}") for one in signers if one.officer == officer)

    # -- signatures ---------------------------------------------------------------------------------------------

    def _signatures(self) -> QWidget:
        frame, layout = card(self)
        layout.addWidget(label(say("review.signatures"), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for row, officer in enumerate(self.signing.persons):
            line = QLineEdit(frame)
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setMinimumWidth(320)
            words = say("review.passphrase-of", name=self._name_of(officer), role=self._roles_of(officer))
            caption = label(words, frame, wrap=False)
            caption.setBuddy(line)
            line.setAccessibleName(words)
            line.returnPressed.connect(self._go_on)
            mark = StatusLine(frame, "quiet")
            grid.addWidget(caption, row, 0)
            grid.addWidget(line, row, 1)
            grid.addWidget(mark, row, 2)
            self.passphrases.append(line)
            self._marks.append(mark)
        grid.setColumnStretch(2, 1)
        layout.addLayout(grid)
        return frame

    def _next_turn(self) -> None:
        """Whoever signs next: only that person's line is open."""
        self.busy.end()
        turn = self.signing.turn
        for officer, line, mark in zip(self.signing.persons, self.passphrases, self._marks, strict=True):
            signed = self.signing.has_signed(officer)
            line.setEnabled(officer == turn)
            line.clear()
            shape, key = (Shape.CERTIFIED, "signed") if signed else (Shape.WAITING, "waits")
            mark.show_words(shape, say(f"review.{key}"))
            mark.setVisible(signed or officer != turn)
        for widget in (self.sign, self.back):
            widget.setEnabled(True)
        if turn is not None:
            self._name_button(turn)
            guest = self.signing.is_guest
            self.handing_over.setVisible(guest)
            if guest:
                words = say("review.hand-over", name=self._name_of(turn), role=self._roles_of(turn))
                self.handing_over.show_words(Shape.INFO, words)
        self._focus_turn()

    def _name_button(self, turn: int) -> None:
        if self.signing.is_guest and not self.signing.has_opened:
            words = say("review.open-for", name=literal(self._name_of(turn)))
        else:
            is_request = self._proposal.transaction.addressed_to is not None
            words = say("review.sign-request" if is_request else "review.sign")
        self.sign.setText(words)

    def _focus_turn(self) -> None:
        turn = self.signing.turn
        if self.signing.has_opened:
            self.sign.setFocus()
        elif turn is not None:
            self.passphrases[list(self.signing.persons).index(turn)].setFocus()

    def _show_opened(self, transaction: Transaction) -> None:
        """What core has opened for the second officer, and nothing that the window had kept."""
        self.busy.end()
        turn = self.signing.turn
        if turn is None:
            return
        self._show_text(transaction)
        self.handing_over.show_words(Shape.INFO, say("review.read-now", name=self._name_of(turn)))
        for widget in (self.sign, self.back):
            widget.setEnabled(True)
        self._name_button(turn)
        self._focus_turn()

    def _go_on(self) -> None:
        turn = self.signing.turn
        if not self.may_sign or turn is None or self.busy.isVisible():
            return
        line = self.passphrases[list(self.signing.persons).index(turn)]
        if not self.signing.has_opened and not line.text():
            line.setFocus()
            return
        self.busy.begin(say("review.signing"))
        for widget in (*self.passphrases, self.sign, self.back):
            widget.setEnabled(False)
        if self.signing.has_opened:
            self.signing.sign()
        else:
            passphrase = line.text()
            line.clear()
            self.signing.give(passphrase)

    def _failed(self, error: MunimentError) -> None:
        self._next_turn()
        self.failed.emit(error)
