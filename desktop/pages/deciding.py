"""Deciding a request: what another office asks for, what the rules say to it now, and the signature that ends it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.laws.field_types import MAX_REASON_CHARS
from core.laws.form import typed_text
from core.laws.law import Asking, Law
from core.laws.verdict import Rejected
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.people.people import DECIDING
from core.views import ActView, RecordView, RequestView
from desktop.desk import Desk
from desktop.naming import names_in
from desktop.pages.acting import sign_act
from desktop.pages.request_text import RequestText, people_of
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.refusal import refusal

_SHAPES = {"entered": Shape.INFO, "suspended": Shape.SUSPENDED}


class _Asked(NamedTuple):
    """What the page shows, read together."""

    request: RequestView
    proposal: Proposal  # the act that would enter it
    records: Mapping[str, RecordView]
    people: Sequence[str]  # who signed the request, with their roles
    names: Mapping[bytes, str]


class Deciding(QWidget):
    left = Signal()
    decided = Signal(object)  # ActView

    def __init__(self, desk: Desk, request: RequestView, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self.request = desk, request
        transaction = request.act.transaction
        law = desk.standing.finishing(transaction)
        assert law.asking is not None  # or nobody could have asked
        self._law: Law = law
        self._asking: Asking = law.asking
        self.signers: list[tuple[str, QComboBox, QLineEdit]] = []
        self.notice = Notice(self)
        self._verdict, self._next = StatusLine(self, "large"), label("", self, "quiet")
        self._next.hide()
        self._text = RequestText(law, desk, self)
        self.reason = QPlainTextEdit(self)
        self.reason.setTabChangesFocus(True)
        self.reason.setAccessibleName(say("decide.reason"))
        self.reason.setFixedHeight(72)
        self._reason_caption = label(say("decide.reason"), self, "strong")
        self._reason_caption.setBuddy(self.reason)
        self.busy = Busy(self)
        self.later = button(say("decide.later"), self)
        self.refuse = button(say("decide.refuse"), self)
        self.enter = button(say("decide.sign-entry"), self, main=True)
        self.back = button(say("decide.back"), self)
        self.sign_refusal = button(say("decide.sign-refusal"), self, main=True)
        self.close_button = button(say("decide.close"), self, main=True)
        self._may_enter = False
        self._lay_out()
        self._connect()
        self._show_refusing(False)
        self._ask()

    def focus_first(self) -> None:
        if self.reason.isVisible():
            self.reason.setFocus()
        elif self.signers:
            self.signers[0][2].setFocus()

    # -- laying out ---------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.notice)
        frame, inside = card(self)
        inside.addWidget(self._verdict)
        inside.addWidget(self._next)
        layout.addWidget(frame)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._reason_caption)
        layout.addWidget(self.reason)
        layout.addWidget(self._signatures())
        layout.addWidget(self.busy)
        row = QHBoxLayout()
        row.addStretch(1)
        for made in (self.later, self.back, self.refuse, self.enter, self.sign_refusal, self.close_button):
            row.addWidget(made)
        layout.addLayout(row)
        self.close_button.hide()

    def _signatures(self) -> QWidget:
        self._signing, inside = card(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for row, role in enumerate(self._roles()):
            box = ChoiceBox(self._signing)
            for number, officer in self._desk.officers_with(role):
                box.addItem(officer.name, number)
            if not box.count():
                box.addItem(say("sign.nobody"), None)
            box.setMinimumWidth(260)
            words = say("decide.signer" if row == 0 else "sign.as", role=say(f"role.{role}"))
            caption = label(words, self._signing, wrap=False)
            caption.setBuddy(box)
            box.setAccessibleName(words)
            line = QLineEdit(self._signing)
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setPlaceholderText(say("officer.passphrase"))
            line.setAccessibleName(f"{words} {say('officer.passphrase')}")
            line.setMinimumWidth(320)
            line.returnPressed.connect(self._go_on)
            for column, widget in enumerate((caption, box, line)):
                grid.addWidget(widget, row, column)
            self.signers.append((role, box, line))
        grid.setColumnStretch(3, 1)
        inside.addLayout(grid)
        return self._signing

    def _roles(self) -> Sequence[str]:
        """Who decides, and whatever signature the act still lacks."""
        transaction = self.request.act.transaction
        signing = self._law.procedures[transaction.procedure].signing
        present = {signer.role for signer in transaction.signers}
        roles = [next((role for role in self._asking.decided_by if self._desk.officers_with(role)), "")]
        roles[0] = roles[0] or self._asking.decided_by[0]
        roles += [role for role in signing.all_of if role not in present and role not in roles]
        if signing.any_of and not present.union(roles).intersection(signing.any_of):
            roles.append(signing.any_of[0])
        return roles

    def _connect(self) -> None:
        self.later.clicked.connect(self.left)
        self.close_button.clicked.connect(self.left)
        self.refuse.clicked.connect(lambda: self._show_refusing(True))
        self.back.clicked.connect(lambda: self._show_refusing(False))
        self.enter.clicked.connect(lambda: self._sign(None))
        self.sign_refusal.clicked.connect(lambda: self._sign(typed_text(self.reason.toPlainText())))

    # -- what is asked ------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        request, signers = self.request, self._chosen(len(self.signers))

        def work(office: Office) -> _Asked:
            for subject in (request.act.id, *(ref.record for ref in request.act.transaction.changes.values())):
                office.people.work_on(subject, DECIDING)
            view = office.requests.view(request.act.id)
            changes = view.act.transaction.changes
            records = {name: office.records.view(ref.record) for name, ref in changes.items()}
            people = people_of(office, view.act.transaction)
            names = names_in(self._desk, office, view.act.transaction.act.values())
            return _Asked(view, office.propose_decision(request.act.id, signers, trace=True), records, people, names)

        self._desk.ask(self, work, self._show, self.notice.tell_trouble)

    def _show(self, asked: _Asked) -> None:
        verdict = asked.proposal.verdict
        if isinstance(verdict, Rejected):
            self._verdict.show_words(Shape.REJECTED, say("decide.cannot", why=refusal(self._law, verdict)))
            self._next.setText(say("decide.cannot.next"))
            self._next.show()
        else:
            shape = _SHAPES.get(verdict.outcome, Shape.HELD)
            self._verdict.show_words(shape, say(f"review.{verdict.outcome}"))
        self._may_enter = not isinstance(verdict, Rejected)
        self.enter.setEnabled(self._may_enter)
        self._text.show_request(asked.request.act.transaction, asked.records, asked.people, asked.names)

    # -- deciding -----------------------------------------------------------------------------------------------

    def _show_refusing(self, refusing: bool) -> None:
        for widget in (self.reason, self._reason_caption, self.back, self.sign_refusal):
            widget.setVisible(refusing)
        for widget in (self.later, self.refuse, self.enter):
            widget.setVisible(not refusing)
        for _, box, line in self.signers[1:]:  # a refusal is signed by who decides alone
            box.setEnabled(not refusing)
            line.setEnabled(not refusing)
        self.focus_first()

    def _go_on(self) -> None:
        """Enter in a passphrase: to the next empty one, or on."""
        open_lines = [line for _, _, line in self.signers if line.isEnabled() and not line.text()]
        if open_lines:
            open_lines[0].setFocus()
        elif self.reason.isVisible():
            self.sign_refusal.click()
        else:
            self.enter.click()

    def _chosen(self, count: int) -> list[Signer]:
        """Where nobody holds a role, the rules say so on the first officer's name."""
        return [Signer(self._desk.number, box.currentData() or 0, role) for role, box, _ in self.signers[:count]]

    def _sign(self, reason: str | None) -> None:
        """`reason`: of a refusal; None enters."""
        if reason is not None and not 0 < len(reason) <= MAX_REASON_CHARS:
            self.notice.tell(say("decide.reason-needed", most=MAX_REASON_CHARS))
            self.reason.setFocus()
            return
        count = len(self.signers) if reason is None else 1
        passphrases = [line.text() for _, _, line in self.signers[:count]]
        if not all(passphrases):
            next(line for _, _, line in self.signers if not line.text()).setFocus()
            return
        request, signers = self.request.act.id, self._chosen(count)
        self.notice.clear()
        self._set_signing(True)

        def proposed(proposal: Proposal) -> None:
            sign_act(self._desk, self, proposal, passphrases, self._recorded, self._not_signed)

        self._desk.ask(
            self, lambda office: office.propose_decision(request, signers, reason), proposed, self._not_signed
        )

    def _set_signing(self, signing: bool) -> None:
        if signing:
            self.busy.begin(say("review.signing"))
        else:
            self.busy.end()
        for widget in (self._signing, self.reason, self.later, self.back, self.refuse, self.sign_refusal):
            widget.setEnabled(not signing)
        self.enter.setEnabled(not signing and self._may_enter)

    def _not_signed(self, error: MunimentError) -> None:
        self._set_signing(False)
        for _, _, line in self.signers:
            line.clear()
        self.notice.tell_trouble(error)
        self.focus_first()

    def _recorded(self, view: ActView) -> None:
        self._set_signing(False)
        for widget in (self._signing, self.reason, self._reason_caption):
            widget.hide()
        for made in (self.later, self.back, self.refuse, self.enter, self.sign_refusal):
            made.hide()
        office = self._desk.offices[self.request.by]
        refused = bool(view.transaction.act)
        if refused:
            shape, words = Shape.REJECTED, say("decide.refused", seq=view.seq, office=office)
        elif view.records:
            shape, words = Shape.RECORDED, say("decide.entered", seq=view.seq, office=office)
        else:
            outcome = say(f"outcome.{view.ladder.outcome}")
            shape, words = Shape.HELD, say("decide.ended", seq=view.seq, outcome=outcome)
        self._verdict.show_words(shape, words)
        self._next.hide()
        self.close_button.show()
        self.close_button.setFocus()
        self._desk.tell_changed()
        self.decided.emit(view)
