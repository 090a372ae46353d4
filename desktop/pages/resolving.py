"""Ending a suspended or held act: what it says, what stands in its way, and what is signed about it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from core.casefile.view import FieldPath, View
from core.laws.form import FormField, procedure_form
from core.laws.resolving import CONFIRM, CURE, SET_ASIDE, WITHDRAW
from core.laws.undecided import HELD
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.people.people import DECIDING
from core.views import ActView, RecordView, UndecidedView
from desktop.desk import Desk
from desktop.naming import names_in
from desktop.pages.ending import Ending
from desktop.pages.request_text import RequestText, people_of
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.fields.form import ActForm
from desktop.widgets.status import Shape
from desktop.widgets.texts import label
from desktop.wording import say, sentence
from desktop.wording.values import claimed_text

NOT_BROUGHT = frozenset({"subject", "list", "group", "entry_of", "record"})  # kinds that take a whole form


class _Shown(NamedTuple):
    view: UndecidedView
    records: Mapping[str, RecordView]
    people: Sequence[str]  # who signed the act, with their roles
    names: Mapping[bytes, str]


class Resolving(Ending):
    def __init__(self, desk: Desk, act: ActView, parent: QWidget) -> None:
        law = desk.standing.finishing(act.transaction)
        super().__init__(desk, law, say("resolve.sign"), say("resolve.reason"), parent)
        self._act = act
        self._brought: dict[str, Value] = {}
        self._text = RequestText(law, desk, self, "resolve.text")
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
        self.reason.setPlaceholderText(say("resolve.reason"))
        self.reason.setFixedHeight(64)
        self.choices.addWidget(label(say("resolve.way"), self, "strong"))
        for widget, stretch in ((self.way, 0), (self.scroll, 1), (self.reason, 0)):
            self.choices.addWidget(widget, stretch)
        self._text.setMinimumHeight(150)  # what is signed about stays in sight beside a long form
        self.lay_out(self._text)
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

    # -- what stands --------------------------------------------------------------------------------------------

    def _read(self, office: Office) -> _Shown:
        view = office.undecided.view(self._act.id)
        for subject in (view.act.id, *view.records.values()):
            office.people.work_on(subject, DECIDING)
        view = office.undecided.view(self._act.id)
        records = {name: office.records.view(record) for name, record in view.records.items()}
        transaction = view.act.transaction
        names = names_in(self._desk, office, transaction.act.values())
        return _Shown(view, records, people_of(office, transaction), names)

    def _show(self, shown: _Shown) -> None:
        view = shown.view
        why = " ".join(self._why(code) for code in view.codes)
        words = [say("resolve.standing", state=say(f"outcome.{view.state}"), why=why)]
        if view.lapsed:
            words.append(say("resolve.lapsed"))
        elif view.ends_ms is not None:
            words.append(say("resolve.until", day=claimed_text(view.ends_ms)))
        self.standing.show_words(Shape.HELD if view.state == HELD else Shape.SUSPENDED, " ".join(words))
        self._text.show_request(view.act.transaction, shown.records, shown.people, shown.names)
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
        self.give_room(not self.scroll.isHidden())
        self.reason.setVisible(way != CURE)
        self.offer(self._roles(way))

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

    # -- what is signed -----------------------------------------------------------------------------------------

    def reason_needed(self) -> bool:
        return self.way.currentData() != CURE

    def proposing(self, signer: Signer, reason: str) -> Callable[[Office], Proposal]:
        self.form.flush()
        way, act = self.way.currentData(), self._act.id
        fields = self.form.act() if way == CURE else {}
        return lambda office: office.propose_resolving(way, act, [signer], reason, fields)

    def words_of(self, view: ActView) -> str:
        ended = view.transaction.procedure in (SET_ASIDE, WITHDRAW)
        outcome = view.transaction.procedure.removeprefix("#") if ended else view.ladder.outcome
        outcome = {"withdraw": "withdrawn"}.get(outcome, outcome)
        return say("resolve.done", outcome=say(f"outcome.{outcome}"))
