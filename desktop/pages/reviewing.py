"""The third stage of a new act: exactly what will be signed, what the rules say to it, and the signatures."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from core.laws.form import FormField
from core.laws.sentences import rule_sentence
from core.laws.verdict import Accepted, Finding, Rejected
from core.ledger.transaction import Signer
from core.office import Proposal
from desktop.desk import Desk
from desktop.pages.filling import Filling
from desktop.widgets.notice import Busy
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label, literal
from desktop.wording import say, sentence
from desktop.wording.values import claimed_text, value_lines

_SHAPES = {
    "suspended": Shape.SUSPENDED,
    "held": Shape.HELD,
    "warned": Shape.HELD,
    "without_effect": Shape.HELD,
    "requested": Shape.WAITING,
}


class Reviewing(QWidget):
    sign_wanted = Signal(object)  # passphrases, in the order of the signers
    request_wanted = Signal(int)  # the number of the competent office
    left = Signal()

    def __init__(self, filling: Filling, proposal: Proposal, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._filling, self._proposal, self._desk = filling, proposal, desk
        self.passphrases: list[QLineEdit] = []
        self.competent = self._competent_office()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._verdict())
        layout.addWidget(self._text(), 1)
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
        is_request = proposal.transaction.addressed_to is not None
        self.sign = button(say("review.sign-request" if is_request else "review.sign"), self, main=True)
        self.sign.clicked.connect(self._sign)
        self.sign.setVisible(self.may_sign)
        row.addWidget(self.sign)
        if self.competent is not None:
            number = self.competent
            self.request = button(say("review.request", office=literal(desk.offices[number])), self, main=True)
            self.request.clicked.connect(lambda: self.request_wanted.emit(number))
            row.addWidget(self.request)
        layout.addLayout(row)

    def focus_first(self) -> None:
        if self.passphrases:
            self.passphrases[0].setFocus()
        else:
            (self.request if self.competent is not None else self.back).setFocus()

    def _competent_office(self) -> int | None:
        """The office that may be asked, where the act is refused here only because it is not this one."""
        verdict = self._proposal.verdict
        if not isinstance(verdict, Rejected) or verdict.code != "not-keeper" or self._filling.law.asking is None:
            return None
        number = verdict.facts.get("office")
        return number if isinstance(number, int) and number != self._desk.number else None

    def begin_signing(self) -> None:
        self.busy.begin(say("review.signing"))
        for widget in (*self.passphrases, self.sign, self.back):
            widget.setEnabled(False)

    def end_signing(self) -> None:
        self.busy.end()
        for widget in (*self.passphrases, self.sign, self.back):
            widget.setEnabled(True)
        for line in self.passphrases:
            line.clear()
        self.focus_first()

    # -- what the rules say -------------------------------------------------------------------------------------

    def _verdict(self) -> QWidget:
        frame, layout = card(self)
        verdict = self._proposal.verdict
        if self.competent is not None:
            office = self._desk.offices[self.competent]
            self._say(frame, Shape.WAITING, say("review.other-office", office=office), "large")
            return frame
        if isinstance(verdict, Rejected):
            self._say(frame, Shape.REJECTED, say("review.rejected"), "large")
            self._say_refusal(frame, verdict)
            return frame
        shape = _SHAPES.get(verdict.outcome, Shape.INFO)
        asked = self._proposal.transaction.addressed_to
        office = "" if asked is None else self._desk.offices[asked]
        self._say(frame, shape, say(f"review.{verdict.outcome}", office=office), "large")
        for finding in verdict.findings[0 if asked is None else 1 :]:  # the first of a request is that it waits
            self._say(frame, shape, self._rule_words(finding))
        layout.addWidget(label(say("review.as-of"), frame, "quiet"))
        return frame

    def _say(self, frame: QWidget, shape: Shape, words: str, role: str = "") -> None:
        line = StatusLine(frame, role)
        line.show_words(shape, words)
        frame.layout().addWidget(line)

    def _say_refusal(self, frame: QWidget, verdict: Rejected) -> None:
        words = self._rule_words(verdict)
        frame.layout().addWidget(label(words, frame))
        field = str(verdict.facts.get("field", ""))
        if field:
            self._filling.form.mark_field(field, words)

    def _rule_words(self, verdict: Rejected | Finding) -> str:
        facts = dict(verdict.facts)
        if isinstance(facts.get("office"), int):
            facts["office"] = self._desk.offices[facts["office"]]
        if isinstance(facts.get("role"), str):
            facts["role"] = say(f"role.{facts['role']}")
        facts["field"] = self._field_label(str(facts.get("field", "")))
        own = rule_sentence(self._filling.law, verdict)
        words = f"{own} {say('review.kept')}" if own else sentence(verdict.code, facts)
        return f"{words} {say('review.article', article=verdict.article)}" if verdict.article else words

    def _field_label(self, path: str) -> str:
        name = path.partition(".")[0].partition("[")[0]
        return next((field.label for field in self._filling.form.fields if field.name == name), path)

    # -- what will be signed ------------------------------------------------------------------------------------

    def _text(self) -> QWidget:
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        frame, layout = card(scroll)
        layout.addWidget(label(say("review.text"), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for row, (caption, lines) in enumerate(self._lines()):
            grid.addWidget(label(caption, frame, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label("\n".join(lines), frame, selectable=True), row, 1)
        grid.setColumnMinimumWidth(0, 200)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        layout.addStretch(1)
        scroll.setWidget(frame)
        return scroll

    def _lines(self) -> Sequence[tuple[str, Sequence[str]]]:
        transaction, form = self._proposal.transaction, self._filling.form
        law = self._filling.law
        lines: list[tuple[str, Sequence[str]]] = [
            (say("review.act"), [self._desk.procedure_title(f"{law.name}.{transaction.procedure}")]),
            (say("review.rules"), [say("review.version", version=transaction.law_version)]),
        ]
        if transaction.addressed_to is not None:
            lines.insert(0, (say("review.request-to"), [self._desk.offices[transaction.addressed_to]]))
        for field in form.fields:
            if field.type == "subject":
                view = form.picked(field.name)
                lines.append((field.label, [view.label if view else "…"]))
            elif field.name in transaction.act:
                lines.append((field.label, self._value_lines(field)))
        people = [say("review.signer", name=self._name(s), role=say(f"role.{s.role}")) for s in transaction.signers]
        lines.append((say("review.signers"), people))
        lines.append((say("review.claimed"), [claimed_text(transaction.claimed_ms)]))
        return lines

    def _value_lines(self, field: FormField) -> Sequence[str]:
        value = self._proposal.transaction.act[field.name]
        return value_lines(value, field, self._desk.offices, self._filling.form.entry_words)

    def _name(self, signer: Signer) -> str:
        return self._desk.standing.officers[signer.officer].name

    # -- signatures ---------------------------------------------------------------------------------------------

    def _signatures(self) -> QWidget:
        frame, layout = card(self)
        layout.addWidget(label(say("review.signatures"), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for row, signer in enumerate(self._proposal.transaction.signers):
            line = QLineEdit(frame)
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setMinimumWidth(320)
            words = say("review.passphrase-of", name=self._name(signer), role=say(f"role.{signer.role}"))
            caption = label(words, frame, wrap=False)
            caption.setBuddy(line)
            line.setAccessibleName(words)
            line.returnPressed.connect(self._next_or_sign)
            grid.addWidget(caption, row, 0)
            grid.addWidget(line, row, 1)
            self.passphrases.append(line)
        grid.setColumnStretch(2, 1)
        layout.addLayout(grid)
        return frame

    def _next_or_sign(self) -> None:
        empty = [line for line in self.passphrases if not line.text()]
        if empty:
            empty[0].setFocus()
        else:
            self._sign()

    def _sign(self) -> None:
        if self.may_sign and all(line.text() for line in self.passphrases):
            self.sign_wanted.emit([line.text() for line in self.passphrases])
        else:
            self._next_empty()

    def _next_empty(self) -> None:
        for line in self.passphrases:
            if not line.text():
                line.setFocus()
                return
