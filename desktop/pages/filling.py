"""The second stage of a new act: the form generated from the law, who will sign, and the draft kept meanwhile."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from core.casefile.view import View
from core.errors import MunimentError
from core.laws.form import procedure_form
from core.laws.law import Law
from core.ledger.transaction import Signer
from desktop.desk import Desk
from desktop.drafting import DraftKeeper
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.fields.form import ActForm
from desktop.widgets.notice import Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label, literal
from desktop.wording import say


class Filling(QWidget):
    review_wanted = Signal(object)  # the signers chosen
    left = Signal()
    discarded = Signal()

    def __init__(self, law: Law, procedure: str, desk: Desk, keeper: DraftKeeper, parent: QWidget) -> None:
        super().__init__(parent)
        self.law, self.procedure = law, procedure
        self._desk, self._keeper = desk, keeper
        self.notice = Notice(self)
        self.scroll = QScrollArea(self)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form = ActForm(procedure_form(law, procedure), desk, self.scroll)
        self.scroll.setWidget(self.form)
        self.state = StatusLine(self, "quiet")
        self.state.show_words(Shape.DRAFT, say("draft.state"))
        self.signers: list[tuple[str, QComboBox]] = []
        self._lay_out()
        self.form.next_stop = self.signers[0][1] if self.signers else self.review
        self._waiting_for_draft = False
        self.form.changed.connect(keeper.set)
        self.form.row_wanted.connect(keeper.add_row)
        self.form.row_unwanted.connect(keeper.remove_row)
        keeper.saved.connect(self._saved)
        keeper.shared.connect(self._tell_shared)
        keeper.ask_shared()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.notice)
        layout.addWidget(self.scroll, 1)
        layout.addWidget(self._signers_card())
        row = QHBoxLayout()
        row.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        discard = button(say("draft.discard"), self)
        discard.clicked.connect(self.discarded)
        self.share = button(say("draft.share"), self)
        self._offices = QMenu(self)
        self.share.setMenu(self._offices)
        for number, name in enumerate(self._desk.offices):
            if number != self._desk.number:
                self._offices.addAction(literal(name)).triggered.connect(partial(self._share_with, number))
        leave = button(say("draft.leave"), self)
        leave.clicked.connect(self._leave)
        self.review = button(say("draft.review"), self, main=True)
        self.review.clicked.connect(self._review)
        for widget in (discard, self.share, leave, self.review):
            row.addWidget(widget)
        layout.addLayout(row)

    def _signers_card(self) -> QWidget:
        frame, layout = card(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        signing = self.law.procedures[self.procedure].signing
        for row, role in enumerate((*signing.all_of, *signing.any_of[:1])):
            box = ChoiceBox(frame)
            for number, officer in self._desk.officers_with(role):
                box.addItem(officer.name, number)
            if not box.count():
                box.addItem(say("sign.nobody"), None)
            caption = label(say("sign.as", role=say(f"role.{role}")), frame, wrap=False)
            caption.setBuddy(box)
            box.setAccessibleName(caption.text())
            box.setMinimumWidth(260)
            grid.addWidget(caption, row // 2, row % 2 * 2)
            grid.addWidget(box, row // 2, row % 2 * 2 + 1)
            self.signers.append((role, box))
        if signing.different_persons:
            self._prefer_different_persons()
            grid.addWidget(label(say("sign.different"), frame, "quiet"), 9, 0, 1, 4)
        grid.setColumnStretch(4, 1)
        layout.addLayout(grid)
        return frame

    def _prefer_different_persons(self) -> None:
        taken: set[int] = set()
        for _role, box in self.signers:
            free = [place for place in range(box.count()) if box.itemData(place) not in taken]
            box.setCurrentIndex(free[0] if free else 0)
            taken.add(box.currentData())

    # -- the draft ----------------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        self.form.show_view(view)
        if self._waiting_for_draft and self._is_told():
            self._waiting_for_draft = False
            self._go_on_to_review()

    def _share_with(self, office: int, *_checked: bool) -> None:
        """What was typed last goes into the draft first."""
        self.form.flush()
        self._keeper.share(office)

    def _tell_shared(self, offices: Sequence[int]) -> None:
        if offices:
            names = ", ".join(self._desk.offices[number] for number in offices)
            self.notice.tell(say("draft.shared", offices=names), "info")

    def _saved(self) -> None:
        self.state.show_words(Shape.DRAFT, say("draft.saved"))

    def _leave(self) -> None:
        self.form.flush()
        self.left.emit()

    def _review(self) -> None:
        """What was typed last goes into the draft first; the review reads the draft."""
        self.notice.clear()
        if self._is_told():
            self._go_on_to_review()
        else:
            self._waiting_for_draft = True
            self.form.flush()

    def _is_told(self) -> bool:
        return self._keeper.is_told and not self.form.has_pending()

    def _go_on_to_review(self) -> None:
        missing = self.form.mark_incomplete()
        if missing:
            self.notice.tell_trouble(MunimentError("form-incomplete", fields=missing))
            return
        # A role that nobody here holds is no hindrance yet: the act may be requested where somebody does.
        chosen = [(role, box.currentData()) for role, box in self.signers if box.currentData() is not None]
        if not chosen:
            self.notice.tell_trouble(MunimentError("signer-missing"))
            return
        self.review_wanted.emit([Signer(self._desk.number, number, role) for role, number in chosen])
