"""An office that wrote twice: what happened, whether anything is lost, what to do, and the proof as a file."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.laws.visibility import Withheld
from core.ledger.forks import encode_evidence_file
from core.office import Office
from core.store.files import write_durably
from core.views import ActView, ForkBranch, ForkView
from desktop.desk import Desk
from desktop.widgets.notice import Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.tab_order import on_escape
from desktop.widgets.technical import Technical
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from desktop.wording.values import claimed_text

SHOWN = 12
_WHICH = ("fork.first", "fork.second")


class ForkPanel(QWidget):
    left = Signal()
    entry_wanted = Signal(bytes)  # a block, to be shown in the ledger

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view: ForkView | None = None
        self.heading = label("", self, "heading")
        self.notice = Notice(self)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.save = button(say("fork.save"), self, main=True)
        self.save.clicked.connect(self._choose)
        self.ledger = button(say("fork.show"), self)
        self.ledger.clicked.connect(self._show_in_ledger)
        back = button(say("fork.back"), self)
        back.clicked.connect(self.left)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.heading, 1)
        for widget in (self.save, self.ledger, back):
            head.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.notice)
        layout.addWidget(self._scroll, 1)
        on_escape(self, self.left.emit)
        self.setFocusProxy(self.save)

    def show_fork(self, number: int) -> None:
        """Of the office with this number."""
        self.notice.clear()
        self._view = None
        self.heading.setText(say("fork.title", office=self._desk.offices[number]))
        self.save.setEnabled(False)
        self.ledger.setEnabled(False)
        self._scroll.setWidget(QWidget(self._scroll))
        self._desk.ask(self, lambda office: office.ledger.fork_of(number), self._show, self.notice.tell_trouble)

    def _show(self, view: ForkView) -> None:
        self._view = view
        self.save.setEnabled(True)
        self.ledger.setEnabled(any(branch.held for branch in view.branches))
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for part in (self._what(content, view), self._lost(content, view), self._next(content, view)):
            layout.addWidget(part)
        facts = {say(key): branch.block.hex() for key, branch in zip(_WHICH, view.branches, strict=True)}
        layout.addWidget(Technical(facts, content))
        layout.addStretch(1)
        self._scroll.setWidget(content)
        self.save.setFocus()

    # -- what it says -------------------------------------------------------------------------------------------

    def _what(self, parent: QWidget, view: ForkView) -> QFrame:
        frame, layout = card(parent)
        layout.addWidget(label(say("fork.what"), frame, "heading"))
        layout.addWidget(label(say("fork.what.text", office=self._desk.offices[view.author], seq=view.seq), frame))
        for key, branch in zip(_WHICH, view.branches, strict=True):
            line = StatusLine(frame, "strong")
            line.show_words(Shape.REJECTED, self._branch_words(say(key), view.seq, branch))
            layout.addWidget(line)
            for act in branch.acts[:SHOWN]:
                layout.addWidget(self._act_line(frame, act))
        return frame

    def _branch_words(self, which: str, seq: int, branch: ForkBranch) -> str:
        facts = {"which": which, "seq": seq, "clock": claimed_text(branch.claimed_ms)}
        if not branch.held:
            return say("fork.branch.not-held", **facts)
        if not branch.acts:
            return say("fork.branch.bare", **facts)
        return say("fork.branch", count=len(branch.acts), **facts)

    def _lost(self, parent: QWidget, view: ForkView) -> QFrame:
        frame, layout = card(parent)
        layout.addWidget(label(say("fork.lost"), frame, "heading"))
        layout.addWidget(label(say("fork.lost.own"), frame))
        if view.standing_count:
            layout.addWidget(label(say("fork.lost.standing", count=view.standing_count), frame))
        if view.void_count:
            layout.addWidget(label(say("fork.lost.void", count=view.void_count), frame))
            for act in view.void[:SHOWN]:
                layout.addWidget(self._act_line(frame, act))
            if view.void_count > SHOWN:
                layout.addWidget(label(say("today.more", count=view.void_count - SHOWN), frame, "quiet"))
        else:
            layout.addWidget(label(say("fork.lost.none"), frame))
        return frame

    def _next(self, parent: QWidget, view: ForkView) -> QFrame:
        frame, layout = card(parent)
        office = self._desk.offices[view.author]
        layout.addWidget(label(say("fork.next"), frame, "heading"))
        own = view.author == self._desk.number
        steps = ("fork.next.own",) if own else ("fork.next.papers", "fork.next.lodge")
        for key in (*steps, "fork.next.save", "fork.next.key"):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(label("•", frame, wrap=False), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(say(key, office=office), frame), 1)
            layout.addLayout(row)
        return frame

    def _act_line(self, parent: QWidget, act: ActView) -> QWidget:
        title = self._desk.procedure_title(f"{act.transaction.law}.{act.transaction.procedure}")
        about = self._about(act)
        words = " · ".join(part for part in (title, about, claimed_text(act.transaction.claimed_ms)) if part)
        made = label(words, parent, "quiet")
        made.setContentsMargins(26, 0, 0, 0)
        return made

    def _about(self, act: ActView) -> str:
        """What the act names by the numbers that its registers go by."""
        law = self._desk.laws.get(act.transaction.law)
        keys = [name for register in law.registers.values() for name in register.key] if law else []
        found = (act.transaction.act.get(name) for name in keys)
        return " · ".join(str(value) for value in found if value is not None and not isinstance(value, Withheld))

    # -- what it does -------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        if self._view is None:
            return
        name = say("fork.save.name", office=self._desk.offices[self._view.author])
        path, _ = QFileDialog.getSaveFileName(self, say("fork.save.title"), name)
        if path:
            self.write(path)

    def write(self, path: str) -> None:
        """The proof, for somebody who trusts nobody here."""
        if self._view is None:
            return
        author, target = self._view.author, Path(path)
        done = sentence("evidence-written", {"path": path, "office": self._desk.offices[author]})

        def encode(office: Office) -> bytes:
            evidence = office.ledger.evidence_against(author)
            if evidence is None:
                raise MunimentError("no-evidence", office=self._desk.offices[author])
            return encode_evidence_file(office.network, evidence)

        def write(data: bytes) -> None:
            self._desk.background.run(
                self,
                lambda: write_durably(target, data),
                lambda _none: self.notice.tell(done, "done"),
                self.notice.tell_trouble,
            )

        self._desk.ask(self, encode, write, self.notice.tell_trouble)

    def _show_in_ledger(self) -> None:
        held = [branch.block for branch in self._view.branches if branch.held] if self._view else []
        if held:
            self.entry_wanted.emit(held[0])
