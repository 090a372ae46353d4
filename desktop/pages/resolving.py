"""Ending a suspended or held act: what it says, what stands in its way, and what is signed about it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from core.casefile.view import FieldPath, View
from core.errors import MunimentError
from core.laws.form import FormField, procedure_form, typed_text
from core.laws.law import Law
from core.laws.resolving import CONFIRM, CURE, MAX_REASON_CHARS, SET_ASIDE, WITHDRAW
from core.laws.undecided import HELD
from core.laws.verdict import Rejected
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.people.people import DECIDING
from core.views import ActView, RecordView, UndecidedView
from desktop.desk import Desk
from desktop.pages.acting import sign_act
from desktop.pages.request_text import RequestText
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.fields.form import ActForm
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from desktop.wording.refusal import refusal
from desktop.wording.values import claimed_text

NOT_BROUGHT = frozenset({"subject", "list", "group", "entry_of", "record"})  # kinds that take a whole form


class _Shown(NamedTuple):
    view: UndecidedView
    records: Mapping[str, RecordView]


class Resolving(QWidget):
    left = Signal()
    resolved = Signal(object)  # ActView

    def __init__(self, desk: Desk, act: ActView, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._act = desk, act
        self._law: Law = desk.standing.finishing(act.transaction)
        self._brought: dict[str, Value] = {}
        self.notice = Notice(self)
        self.standing = StatusLine(self, "large")
        self._text = RequestText(self._law, desk, self, "resolve.text")
        self.scroll = QScrollArea(self)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form = ActForm(self._missing(), desk, self.scroll)
        self.form.changed.connect(self._bring)
        self.scroll.setWidget(self.form)
        self.scroll.setVisible(False)
        self.way = ChoiceBox(self)
        self.way.setAccessibleName(say("resolve.way"))
        self.way.currentIndexChanged.connect(self._show_way)
        self.reason = QPlainTextEdit(self)
        self.reason.setTabChangesFocus(True)
        self.reason.setAccessibleName(say("resolve.reason"))
        self.reason.setPlaceholderText(say("resolve.reason"))
        self.reason.setFixedHeight(64)
        self.officer: QComboBox = ChoiceBox(self)
        self.passphrase = QLineEdit(self)
        self.busy = Busy(self)
        self.later, self.sign = button(say("resolve.later"), self), button(say("resolve.sign"), self, main=True)
        self._lay_out()
        self.later.clicked.connect(self.left)
        self.sign.clicked.connect(self._sign)
        self.passphrase.returnPressed.connect(self._sign)
        desk.ask(self, self._read, self._show, self.notice.tell_trouble)

    def focus_first(self) -> None:
        self.way.setFocus()

    def _missing(self) -> Sequence[FormField]:
        """What the act may still bring: optional fields that it has left out."""
        stated = self._act.transaction.act
        return [
            field
            for field in procedure_form(self._law, self._act.transaction.procedure)
            if not field.required
            and field.name not in stated
            and field.type not in NOT_BROUGHT
            and not field.sealed_for
        ]

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.notice)
        frame, inside = card(self)
        inside.addWidget(self.standing)
        layout.addWidget(frame)
        layout.addWidget(self._text, 1)
        self._choices, inside = card(self)
        inside.addWidget(label(say("resolve.way"), self._choices, "strong"))
        for widget, stretch in ((self.way, 0), (self.scroll, 1), (self.reason, 0)):
            inside.addWidget(widget, stretch)
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
        layout.addWidget(self._choices, 1)
        layout.addWidget(self.busy)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.later)
        buttons.addWidget(self.sign)
        layout.addLayout(buttons)

    # -- what stands --------------------------------------------------------------------------------------------

    def _read(self, office: Office) -> _Shown:
        view = office.undecided_view(self._act.id)
        for subject in (view.act.id, *view.records.values()):
            office.people.work_on(subject, DECIDING)
        view = office.undecided_view(self._act.id)
        return _Shown(view, {name: office.record_view(record) for name, record in view.records.items()})

    def _show(self, shown: _Shown) -> None:
        view = shown.view
        why = " ".join(self._why(code) for code in view.codes)
        words = [say("resolve.standing", state=say(f"outcome.{view.state}"), why=why)]
        if view.lapsed:
            words.append(say("resolve.lapsed"))
        elif view.ends_ms is not None:
            words.append(say("resolve.until", day=claimed_text(view.ends_ms)))
        self.standing.show_words(Shape.HELD if view.state == HELD else Shape.SUSPENDED, " ".join(words))
        self._text.show_request(view.act.transaction, shown.records, [])
        ways = [CONFIRM] if view.state == HELD else []
        ways += [] if view.lapsed else [CURE]
        ways.append(SET_ASIDE)
        procedure = self._law.procedures.get(view.act.transaction.procedure)
        own = view.act.author == self._desk.number
        ways += [WITHDRAW] if own and procedure is not None and procedure.act_class != "fact" else []
        self.way.clear()
        for way in ways:
            self.way.addItem(say(f"resolve.way.{way.removeprefix('#')}"), way)

    def _why(self, code: str) -> str:
        """The law's own sentence, without what it inserts only at the counter."""
        procedure = self._act.transaction.procedure
        rule = self._law.rules.get(f"{procedure}.{code}")
        said = rule.says.get("en", "") if rule is not None else ""
        return said if said and "{" not in said else sentence(code, self._act.ladder.facts)

    def _show_way(self) -> None:
        way = self.way.currentData()
        self.scroll.setVisible(way == CURE and bool(self.form.fields))
        self.reason.setVisible(way != CURE)
        self.officer.clear()
        for role in self._roles(way):
            for number, officer in self._desk.officers_with(role):
                self.officer.addItem(f"{officer.name} ({say(f'role.{role}')})", (number, role))

    def _roles(self, way: str) -> Sequence[str]:
        procedure = self._law.procedures.get(self._act.transaction.procedure)
        own = (*procedure.signing.all_of, *procedure.signing.any_of) if procedure is not None else ()
        return (self._law.deciding.by or own) if way in (CONFIRM, SET_ASIDE) else own

    def _bring(self, path: FieldPath, value: Value) -> None:
        if value is None:
            self._brought.pop(path[0], None)
        else:
            self._brought[path[0]] = value
        self.form.show_view(View(dict(self._brought), {}, ()))

    # -- signing ------------------------------------------------------------------------------------------------

    def _sign(self) -> None:
        way, chosen = self.way.currentData(), self.officer.currentData()
        reason = typed_text(self.reason.toPlainText())
        self.notice.clear()
        if way != CURE and not 0 < len(reason) <= MAX_REASON_CHARS:
            self.notice.tell(say("decide.reason-needed", most=MAX_REASON_CHARS))
            self.reason.setFocus()
            return
        if chosen is None or not self.passphrase.text():
            self.passphrase.setFocus()
            return
        self.form.flush()
        fields = self.form.act() if way == CURE else {}
        signer, act = Signer(self._desk.number, *chosen), self._act.id
        self._set_signing(True)
        self._desk.ask(
            self,
            lambda office: office.propose_resolving(way, act, [signer], reason, fields),
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
        ended = view.transaction.procedure in (SET_ASIDE, WITHDRAW)
        outcome = view.transaction.procedure.removeprefix("#") if ended else view.ladder.outcome
        outcome = {"withdraw": "withdrawn"}.get(outcome, outcome)
        self.standing.show_words(Shape.RECORDED, say("resolve.done", outcome=say(f"outcome.{outcome}")))
        self._desk.tell_changed()
        self.resolved.emit(view)
        self.later.setText(say("decide.close"))
        self.later.setFocus()
