"""What ending an act or a question has in common: a card with the choices and a reason, one officer's signature.

Rules: nothing is signed without the reason that is asked for; the passphrase is cleared as soon as signing has ended;
what was recorded takes the place of the choices.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.laws.field_types import MAX_REASON_CHARS
from core.laws.form import typed_text
from core.laws.law import Law
from core.laws.verdict import Rejected
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.views import ActView
from desktop.desk import Desk
from desktop.pages.acting import sign_act
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.refusal import refusal


class Ending(QWidget):
    """A page fills `standing_card` and `choices`, and calls `lay_out` with what stands between them."""

    left = Signal()
    ended = Signal(object)  # ActView

    def __init__(self, desk: Desk, law: Law, sign: str, reason: str, parent: QWidget) -> None:
        """`sign`: what the button says, `reason`: what is asked for, both in words."""
        super().__init__(parent)
        self._desk, self._law = desk, law
        self.notice = Notice(self)
        self._standing_frame, self.standing_card = card(self)
        self.standing = StatusLine(self._standing_frame, "large")
        self.standing_card.addWidget(self.standing)
        self._choices_frame, self.choices = card(self)
        self.reason = QPlainTextEdit(self._choices_frame)
        self.reason.setTabChangesFocus(True)
        self.reason.setAccessibleName(reason)
        self.officer: QComboBox = ChoiceBox(self._choices_frame)
        self.passphrase = QLineEdit(self._choices_frame)
        self.busy = Busy(self)
        self.later, self.sign = button(say("resolve.later"), self), button(sign, self, main=True)
        self.later.clicked.connect(self.left)
        self.sign.clicked.connect(self._sign)
        self.passphrase.returnPressed.connect(self._sign)

    def add_reason(self, words: str) -> None:
        """The reason among the choices, under its caption."""
        caption = label(words, self, "strong")
        caption.setBuddy(self.reason)
        self.reason.setFixedHeight(96)
        for widget in (caption, self.reason):
            self.choices.addWidget(widget)

    def lay_out(self, between: QWidget | None = None) -> None:
        """`between`: what takes the room that is left; without it the room stays empty."""
        self.choices.addLayout(self._signature())
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.notice)
        layout.addWidget(self._standing_frame)
        if between is not None:
            layout.addWidget(between, 1)
        layout.addWidget(self._choices_frame)
        layout.addWidget(self.busy)
        if between is None:
            layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.later)
        buttons.addWidget(self.sign)
        layout.addLayout(buttons)

    def give_room(self, wanted: bool) -> None:
        """Whether the choices share the room that is left with what stands above them."""
        self._layout.setStretchFactor(self._choices_frame, int(wanted))

    def _signature(self) -> QLayout:
        row = QHBoxLayout()
        caption = label(say("resolve.signer"), self._choices_frame, wrap=False)
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
        return row

    def offer(self, roles: Sequence[str]) -> None:
        """Officers of this office who hold one of these roles."""
        self.officer.clear()
        for role in roles:
            for number, officer in self._desk.officers_with(role):
                self.officer.addItem(f"{officer.name} ({say(f'role.{role}')})", (number, role))

    def focus_first(self) -> None:
        """Where typing begins."""
        self.reason.setFocus()

    # -- what a page says ---------------------------------------------------------------------------------------

    def reason_needed(self) -> bool:
        return True

    def proposing(self, signer: Signer, reason: str) -> Callable[[Office], Proposal]:
        """What is asked of the office. Values only: it runs beside the window."""
        raise NotImplementedError

    def words_of(self, view: ActView) -> str:
        """What was recorded, said."""
        raise NotImplementedError

    # -- signing ------------------------------------------------------------------------------------------------

    def _sign(self) -> None:
        chosen, reason = self.officer.currentData(), typed_text(self.reason.toPlainText())
        self.notice.clear()
        if self.reason_needed() and not 0 < len(reason) <= MAX_REASON_CHARS:
            self.notice.tell(say("decide.reason-needed", most=MAX_REASON_CHARS))
            self.reason.setFocus()
            return
        if chosen is None or not self.passphrase.text():
            self.passphrase.setFocus()
            return
        work = self.proposing(Signer(self._desk.number, *chosen), reason)
        self._set_signing(True)
        self._desk.ask(self, work, self._proposed, self._not_signed)

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
        for widget in (self._choices_frame, self.later, self.sign):
            widget.setEnabled(not signing)

    def _not_signed(self, error: MunimentError) -> None:
        self._set_signing(False)
        self.notice.tell_trouble(error)

    def _recorded(self, view: ActView) -> None:
        self._set_signing(False)
        for widget in (self._choices_frame, self.sign):
            widget.hide()
        self.standing.show_words(Shape.RECORDED, self.words_of(view))
        self._desk.tell_changed()
        self.ended.emit(view)
        self.later.setText(say("decide.close"))
        self.later.setFocus()
