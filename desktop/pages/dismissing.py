"""Leaving what an act of another register asks: the reason, and the signature of one who decides in this office."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.laws.form import typed_text
from core.laws.questions import MAX_REASON_CHARS
from core.laws.verdict import Rejected
from core.ledger.transaction import Signer
from core.linking import AskedView
from core.office import Proposal
from core.views import ActView
from desktop.desk import Desk
from desktop.pages.acting import sign_act
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.refusal import refusal


class Dismissing(QWidget):
    left = Signal()
    dismissed = Signal(object)  # ActView

    def __init__(self, desk: Desk, asked: AskedView, about: str, why: str, parent: QWidget) -> None:
        """`about`: what is asked for, `why`: because of which act, both in words."""
        super().__init__(parent)
        self._desk, self._asked = desk, asked
        self._law = desk.laws[asked.called.law]
        self.notice = Notice(self)
        self.standing = StatusLine(self, "large")
        self.standing.show_words(Shape.WAITING, about)
        self._why = label(why, self)
        self.reason = QPlainTextEdit(self)
        self.reason.setTabChangesFocus(True)
        self.reason.setAccessibleName(say("dismiss.reason"))
        self.reason.setFixedHeight(96)
        self.officer: QComboBox = ChoiceBox(self)
        for role in self._roles():
            for number, officer in desk.officers_with(role):
                self.officer.addItem(f"{officer.name} ({say(f'role.{role}')})", (number, role))
        self.passphrase = QLineEdit(self)
        self.busy = Busy(self)
        self.later, self.sign = button(say("resolve.later"), self), button(say("dismiss.sign"), self, main=True)
        self._lay_out()
        self.later.clicked.connect(self.left)
        self.sign.clicked.connect(self._sign)
        self.passphrase.returnPressed.connect(self._sign)

    def focus_first(self) -> None:
        self.reason.setFocus()

    def _roles(self) -> Sequence[str]:
        procedure = self._law.procedures[self._asked.called.procedure]
        own = (*procedure.signing.all_of, *procedure.signing.any_of)
        return self._law.deciding.by or tuple(dict.fromkeys(own))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.notice)
        frame, inside = card(self)
        inside.addWidget(self.standing)
        inside.addWidget(self._why)
        inside.addWidget(label(say("dismiss.means"), frame, "quiet"))
        layout.addWidget(frame)
        self._choices, inside = card(self)
        asked = label(say("dismiss.reason"), self._choices, "strong")
        asked.setBuddy(self.reason)
        inside.addWidget(asked)
        inside.addWidget(self.reason)
        row = QHBoxLayout()
        caption = label(say("resolve.signer"), self._choices, wrap=False)
        caption.setBuddy(self.officer)
        self.officer.setAccessibleName(say("resolve.signer"))
        self.officer.setMinimumWidth(300)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText(say("officer.passphrase"))
        self.passphrase.setAccessibleName(f"{say('resolve.signer')} {say('officer.passphrase')}")
        self.passphrase.setMinimumWidth(320)
        for part in (caption, self.officer, self.passphrase):
            row.addWidget(part)
        row.addStretch(1)
        inside.addLayout(row)
        layout.addWidget(self._choices)
        layout.addWidget(self.busy)
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.later)
        buttons.addWidget(self.sign)
        layout.addLayout(buttons)

    # -- signing ------------------------------------------------------------------------------------------------

    def _sign(self) -> None:
        chosen, called = self.officer.currentData(), self._asked.called
        reason = typed_text(self.reason.toPlainText())
        self.notice.clear()
        if not 0 < len(reason) <= MAX_REASON_CHARS:
            self.notice.tell(say("decide.reason-needed", most=MAX_REASON_CHARS))
            self.reason.setFocus()
            return
        if chosen is None or not self.passphrase.text():
            self.passphrase.setFocus()
            return
        signer = Signer(self._desk.number, *chosen)
        self._set_signing(True)
        self._desk.ask(
            self,
            lambda office: office.propose_dismissal(called.act, called.record, reason, [signer]),
            self._proposed,
            self._not_signed,
        )

    def _proposed(self, proposal: Proposal) -> None:
        if isinstance(proposal.verdict, Rejected):
            self._set_signing(False)
            self.notice.tell(refusal(self._law, proposal.verdict))
            return
        sign_act(self._desk, self, proposal, [self.passphrase.text()], self._recorded, self._not_signed)

    def _set_signing(self, signing: bool) -> None:
        if signing:
            self.busy.begin(say("review.signing"))
        else:
            self.busy.end()
            self.passphrase.clear()
        for widget in (self._choices, self.later, self.sign):
            widget.setEnabled(not signing)

    def _not_signed(self, error: MunimentError) -> None:
        self._set_signing(False)
        self.notice.tell_trouble(error)

    def _recorded(self, view: ActView) -> None:
        self._set_signing(False)
        for widget in (self._choices, self.sign):
            widget.hide()
        self.standing.show_words(Shape.RECORDED, say("dismiss.done", seq=view.seq))
        self._desk.tell_changed()
        self.dismissed.emit(view)
        self.later.setText(say("decide.close"))
        self.later.setFocus()
