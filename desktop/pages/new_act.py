"""New act: choose what is to be done, fill the form, review exactly what will be signed, sign, done.

Each stage is a widget of its own; the draft is kept from the first key on and goes only when its act is recorded.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from core.casefile.view import SUBJECT_PREFIX, View
from core.errors import MunimentError
from core.laws.form import procedure_form
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.views import ActView, Draft, RecordView
from core.voting import LAW
from desktop.desk import Desk
from desktop.drafting import DraftKeeper, new_draft
from desktop.naming import names_in
from desktop.pages.acting import Recorded, recorded_act
from desktop.pages.choosing import Choosing
from desktop.pages.filling import Filling
from desktop.pages.page import Page
from desktop.pages.reviewing import Reviewing
from desktop.wording import say

_DRAWN_UP_FROM_FILES = {f"{LAW}.{name}" for name in ("propose", "appoint")}  # on a page of their own


class NewActPage(Page):
    record_wanted = Signal(bytes)
    change_wanted = Signal(str)  # procedure
    recorded = Signal(object)  # ActView

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("new.title"), desk, parent)
        self._stack = QStackedWidget(self)
        self.body.addWidget(self._stack, 1)
        self.choosing = Choosing(desk, self._stack)
        self.done = Recorded(desk, self._stack)
        self._stack.addWidget(self.choosing)
        self._stack.addWidget(self.done)
        self.filling: Filling | None = None
        self.reviewing: Reviewing | None = None
        self.keeper: DraftKeeper | None = None
        self.choosing.procedure_chosen.connect(self._chosen)
        self.choosing.draft_chosen.connect(self.go_on)
        self.choosing.failed.connect(self.tell_trouble)
        self.done.record_wanted.connect(self.record_wanted)
        self.done.another_wanted.connect(self.leave)

    # -- where we are -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self.refresh()
        current = self._stack.currentWidget()
        if current is self.choosing:
            self.choosing.setFocus()

    def refresh(self) -> None:
        self.choosing.refresh()

    def leave(self) -> None:
        """Back to the choice; the draft stays."""
        self.leave_quietly()
        self.title.setText(say("new.title"))
        self._stack.setCurrentWidget(self.choosing)
        self.enter()

    # -- the draft ----------------------------------------------------------------------------------------------

    def _chosen(self, full_name: str) -> None:
        if full_name in _DRAWN_UP_FROM_FILES:
            self.change_wanted.emit(full_name.partition(".")[2])
        else:
            self.start(full_name)

    def start(self, full_name: str, picked: RecordView | None = None) -> None:
        """A new draft of "<law>.<procedure>", on a record where one was open."""
        law, _, procedure = full_name.partition(".")
        draft = new_draft(law, procedure, self.desk.procedure_title(full_name))
        subject = self._subject_for(law, procedure, picked)
        self.go_on(draft, {SUBJECT_PREFIX + subject: picked.record.id} if subject and picked else {})

    def start_with(self, full_name: str, fields: Mapping[str, Value]) -> None:
        """A new draft of "<law>.<procedure>" with some of its fields filled in."""
        law, _, procedure = full_name.partition(".")
        self.go_on(new_draft(law, procedure, self.desk.procedure_title(full_name)), fields)

    def go_on(self, draft: Draft, preset: Mapping[str, Value] | None = None) -> None:
        """Open a draft. `preset`: fields that it is given where it has none."""
        self.leave_quietly()
        law = self.desk.laws.get(draft.law)
        if law is None or draft.procedure not in law.procedures:
            self.tell_trouble(MunimentError("unknown-procedure", procedure=draft.title))
            return
        self.title.setText(draft.title)
        keeper = self.keeper = DraftKeeper(self.desk, draft, self)
        filling = self.filling = Filling(law, draft.procedure, self.desk, keeper, self._stack)
        filling.review_wanted.connect(self._review)
        filling.left.connect(self.leave)
        filling.discarded.connect(self._discard)
        keeper.failed.connect(self.tell_trouble)
        presets = dict(preset or {})

        def first(view: View) -> None:
            if self.filling is not filling:  # it was put away meanwhile: the lock's last flush is still answered
                return
            for name, value in presets.items():
                if name not in view.fields:
                    keeper.set((name,), value)
            presets.clear()
            filling.show_view(view)

        keeper.shown.connect(first)
        keeper.open()
        self._stack.addWidget(filling)
        self._stack.setCurrentWidget(filling)
        self._focus_unfilled(filling, preset or {})

    def _focus_unfilled(self, filling: Filling, preset: Mapping[str, Value]) -> None:
        """Where the first thing is to be typed: a line that has the cursor would not show what it is given."""
        if not preset:
            filling.form.focus_first()
            return
        asked = (f for f in filling.form.fields if f.required and f.reckoned is None)
        empty = (f for f in asked if not {f.name, SUBJECT_PREFIX + f.name} & preset.keys())
        first = next(empty, None)
        (filling.review if first is None else filling.form.editor(first.name)).setFocus()

    def leave_quietly(self) -> None:
        """Put the draft away as it is, the last letter included."""
        if self.filling is not None:
            self.filling.form.flush()
        if self.keeper is not None:
            self.keeper.close()
            self.keeper = None
        self._drop_stages()
        self.notice.clear()

    def _subject_for(self, law: str, procedure: str, picked: RecordView | None) -> str | None:
        found = self.desk.laws.get(law)
        if found is None or picked is None or procedure not in found.procedures:
            return None
        fields = procedure_form(found, procedure)
        return next((f.name for f in fields if f.type == "subject" and f.register == picked.record.register), None)

    def _discard(self) -> None:
        keeper, self.keeper = self.keeper, None
        self._drop_stages()
        if keeper is not None:
            keeper.discard()
        self.leave()

    def _drop_stages(self) -> None:
        for stage in (self.filling, self.reviewing):
            if stage is not None:
                stage.deleteLater()
        self.filling, self.reviewing = None, None

    # -- review and sign ----------------------------------------------------------------------------------------

    def _review(self, signers: Sequence[Signer], addressed_to: int | None = None) -> None:
        """`addressed_to`: the competent office that the act is requested from, where it is not this one."""
        filling = self.filling
        if filling is None:
            return
        law, procedure = filling.law.name, filling.procedure
        records, act = filling.form.records(), filling.form.act()
        self.notice.clear()

        def draw_up(office: Office) -> tuple[Proposal, Mapping[bytes, str]]:
            proposal = office.propose(law, procedure, records, act, signers, True, addressed_to)
            return proposal, names_in(self.desk, office, [*records.values(), *act.values()])

        self.desk.ask(self, draw_up, lambda drawn: self._proposed(*drawn, signers), self.tell_trouble)

    def _proposed(self, proposal: Proposal, names: Mapping[bytes, str], signers: Sequence[Signer]) -> None:
        filling = self.filling
        if filling is None:
            return
        if self.reviewing is not None:
            self.reviewing.deleteLater()
        reviewing = self.reviewing = Reviewing(filling, proposal, names, self.desk, self._stack)
        reviewing.left.connect(self._back_to_form)
        reviewing.recorded.connect(self._recorded)
        reviewing.failed.connect(self.tell_trouble)
        reviewing.perhaps.record_wanted.connect(self.record_wanted)
        reviewing.signing.turn_changed.connect(self.notice.clear)
        reviewing.request_wanted.connect(lambda office: self._review(signers, office))
        self._stack.addWidget(reviewing)
        self._stack.setCurrentWidget(reviewing)
        reviewing.focus_first()

    def _back_to_form(self) -> None:
        if self.filling is not None:
            self._stack.setCurrentWidget(self.filling)
            self.filling.form.focus_first()

    def _recorded(self, view: ActView) -> None:
        if self.keeper is not None:
            self.keeper.discard()
            self.keeper = None
        title = self.title.text()
        self._drop_stages()
        self.done.show_act(view, recorded_act(self.desk, view, title))
        self._stack.setCurrentWidget(self.done)
        self.done.setFocus()
        self.desk.tell_changed()
        self.recorded.emit(view)
