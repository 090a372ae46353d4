"""One record: as it stands now, and its history with each field before and after."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.laws.conflicts import fits
from core.people.actions import Action
from core.views import RecordView, TimelineEntry
from desktop.desk import Desk
from desktop.pages.alike import AlikePanel
from desktop.pages.days_asked import AsOf
from desktop.pages.looking import LookBar, WhoLookedButton
from desktop.pages.papers import PapersPanel
from desktop.pages.questions import QuestionsPanel
from desktop.pages.record_fields import RecordFields
from desktop.pages.requests_panel import RequestsPanel
from desktop.pages.sealed import SealedPanel
from desktop.printing_act import print_act, save_proof
from desktop.widgets.notice import Notice
from desktop.widgets.status import StatusLine, ladder_shape, shape_icon
from desktop.widgets.tab_order import on_escape
from desktop.widgets.texts import button, label, literal
from desktop.wording import say, sentence
from desktop.wording.ladder import ladder_words, short_step
from desktop.wording.values import claimed_text


class RecordPanel(QWidget):
    left = Signal()
    act_wanted = Signal(object, str)
    ledger_wanted = Signal(bytes)  # an act, to be shown in the ledger
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view: RecordView | None = None
        self._wanted = b""
        self.heading = label("", self, "heading")
        self.status = StatusLine(self)
        self._back = button(say("record.back"), self)
        self._back.clicked.connect(self.left)
        self._print = button(say("record.print"), self)
        self._print.clicked.connect(self._print_newest)
        self.prove = button(say("record.prove"), self)
        self.prove.clicked.connect(self._prove)
        self.ledger = button(say("record.ledger"), self)
        self.ledger.clicked.connect(self._show_in_ledger)
        self.looks = WhoLookedButton(desk, self)
        self.look_bar = LookBar(desk, self)
        self.look_bar.stated.connect(self.refresh)
        self._act = button(say("record.act"), self)
        self._acts = QMenu(self)
        self._act.setMenu(self._acts)
        self.notice = Notice(self)
        self.look_bar.failed.connect(self.notice.tell_trouble)
        self.looks.failed.connect(self.notice.tell_trouble)
        self.looks.told.connect(lambda words: self.notice.tell(words, "done"))
        self.timeline = QListWidget(self)
        self.timeline.setAccessibleName(say("record.timeline"))
        self.timeline.setUniformItemSizes(True)
        self.timeline.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.timeline.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.timeline.currentRowChanged.connect(self._show_entry)
        self._now, self._change = RecordFields(desk, self), RecordFields(desk, self)
        self.as_of = AsOf(self)
        self.as_of.asked.connect(self.refresh)
        self.sealed = SealedPanel(desk, self)
        self.sealed.failed.connect(self.notice.tell_trouble)
        self.questions = QuestionsPanel(desk, self)
        self.questions.failed.connect(self.notice.tell_trouble)
        self.requests = RequestsPanel(desk, self)
        self.requests.failed.connect(self.notice.tell_trouble)
        self.alike = AlikePanel(desk, self)
        self.alike.failed.connect(self.notice.tell_trouble)
        self.papers = PapersPanel(desk, self)
        self.papers.failed.connect(self.notice.tell_trouble)
        self.papers.saved.connect(lambda path: self.notice.tell(sentence("paper-saved", {"path": path}), "done"))
        self._lay_out()
        on_escape(self, self.left.emit)
        self.setFocusProxy(self.timeline)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        texts = QVBoxLayout()
        texts.addWidget(self.heading)
        texts.addWidget(self.status)
        head.addLayout(texts, 1)
        for widget in (self._act, self.looks, self._print, self._back):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        history = QWidget(self)
        right = QVBoxLayout(history)
        right.setContentsMargins(8, 0, 0, 0)
        above = QHBoxLayout()
        above.addWidget(label(say("record.timeline"), history, "heading"), 1)
        above.addWidget(self.ledger)
        right.addLayout(above)
        right.addWidget(self.timeline, 2)
        right.addWidget(self._change, 3)
        right.addWidget(self.papers)
        present = QWidget(self)
        left = QVBoxLayout(present)
        left.setContentsMargins(0, 0, 8, 0)
        state = QHBoxLayout()
        state.addWidget(label(say("record.now"), present, "heading"), 1)
        state.addWidget(self.prove)
        left.addLayout(state)
        left.addWidget(self.as_of)
        left.addWidget(self._now, 1)
        left.addWidget(self.sealed)
        left.addWidget(self.requests)
        left.addWidget(self.questions)
        left.addWidget(self.alike)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(present)
        split.addWidget(history)
        split.setSizes([520, 560])
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.notice)
        layout.addWidget(self.look_bar)
        layout.addWidget(split, 1)

    # -- showing ------------------------------------------------------------------------------------------------

    @property
    def view(self) -> RecordView | None:
        return self._view

    def show_record(self, record_id: bytes) -> None:
        self._wanted = record_id
        self.as_of.line.clear()
        self.notice.clear()
        self.refresh()

    def refresh(self) -> None:
        wanted, day = self._wanted, self.as_of.line.day
        if wanted:
            self._desk.ask(self, lambda office: office.records.view(wanted, day), self._show, self.failed.emit)

    def _show(self, view: RecordView) -> None:
        if view.record.id != self._wanted:
            return
        self._view = view
        record = view.record
        title = next((title for name, title in self._desk.registers() if name == record.register), record.register)
        state = self._desk.state_label(record.register, record.state)
        self.heading.setText(say("record.heading", register=title, label=view.label, state=state))
        if view.timeline:
            self.status.show_ladder(view.timeline[0].ladder, len(self._desk.offices))
        self.look_bar.ask_for(record)
        for paper in (self._print, self.prove):
            paper.setVisible(self._desk.may(Action.PRINT))
        self.looks.ask_of(view)
        self._now.show_record(view)
        self.as_of.setVisible(view.day is not None)
        self.sealed.show_record(record)
        self.requests.show_record(record.id)
        self.questions.show_record(record.id)
        self.alike.show_record(record.id)
        self._fill_acts(view)
        chosen = max(0, self.timeline.currentRow())
        self.timeline.clear()
        for entry in view.timeline:
            self.timeline.addItem(self._timeline_item(entry))
        self.timeline.setCurrentRow(min(chosen, len(view.timeline) - 1))

    def _timeline_item(self, entry: TimelineEntry) -> QListWidgetItem:
        words = say(
            "record.entry",
            act=self._desk.procedure_title(entry.procedure),
            office=self._desk.offices[entry.author],
            when=claimed_text(entry.claimed_ms),
            step=short_step(entry.ladder),
        )
        item = QListWidgetItem(shape_icon(ladder_shape(entry.ladder)), words)
        item.setData(
            Qt.ItemDataRole.AccessibleTextRole, f"{words}. {ladder_words(entry.ladder, len(self._desk.offices))}"
        )
        return item

    def _show_entry(self, row: int) -> None:
        if self._view is not None and 0 <= row < len(self._view.timeline):
            entry = self._view.timeline[row]
            self._change.show_change(entry, len(self._desk.offices), self._view.names)
            self.papers.show_act(entry.act)

    def _show_in_ledger(self) -> None:
        """The act of the version that is chosen."""
        row = self.timeline.currentRow()
        if self._view is not None and 0 <= row < len(self._view.timeline):
            self.ledger_wanted.emit(self._view.timeline[row].act)

    # -- what can be done ---------------------------------------------------------------------------------------

    def _fill_acts(self, view: RecordView) -> None:
        """The acts that the law allows on a record in this state."""
        self._acts.clear()
        law = self._desk.laws.get(view.record.register.partition(".")[0])
        for procedure in law.procedures.values() if law else ():
            for name, register in procedure.referenced.items():
                full_name = law.register(register).full_name if law else ""
                if full_name == view.record.register and fits(procedure, name, view.record, self._desk.number):
                    full = f"{law.name}.{procedure.name}" if law else ""
                    action = self._acts.addAction(literal(self._desk.procedure_title(full)))
                    action.setData(full)
                    action.triggered.connect(partial(self.act_wanted.emit, view, full))
                    break
        self._act.setVisible(not self._acts.isEmpty() and self._desk.may(Action.DRAW_UP))

    def procedures(self) -> list[str]:
        """Full names of the acts that are possible on the record shown."""
        return [action.data() for action in self._acts.actions()]

    def _print_newest(self) -> None:
        if self._view is None or not self._view.timeline:
            return
        path, _ = QFileDialog.getSaveFileName(self, say("print.title"), f"{self._view.label}.pdf", "PDF (*.pdf)")
        if path:
            print_act(self._desk, self, self._view.timeline[0].act, path, self.notice)

    def _prove(self) -> None:
        if self._view is None:
            return
        name = say("prove.name", label=self._view.label)
        path, _ = QFileDialog.getSaveFileName(self, say("prove.title"), name)
        if path:
            self.save_proof(path)

    def save_proof(self, path: str) -> None:
        """What the common register says of the record now, for somebody outside the network."""
        if self._view is not None:
            save_proof(self._desk, self, self._view.record.id, path, self.notice)
