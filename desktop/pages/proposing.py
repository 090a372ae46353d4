"""Proposing a change: what it is, whom it concerns, the file it comes in. What leads nowhere is refused here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.changing import CHOICES, NEEDS_MEMBER, RETURN, as_voted, check_change, next_place
from core.errors import MunimentError
from core.folder import read_bounded
from core.laws.form import typed_text
from core.laws.law import Law
from core.laws.law_reading import parse_law
from core.ledger.constitution import POLICIES
from core.ledger.encoding import Value
from core.office import Office
from core.views import OfficeStanding
from core.voting import pack_content
from desktop.desk import Desk
from desktop.library import laws_beside
from desktop.stories.run import refuse_broken
from desktop.widgets.fields.choice_box import ChoiceBox
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.changes import heard_words

_WITH_FILE = frozenset({"admit", "incarnation", "law", RETURN})


class ProposeForm(QFrame):
    act_wanted = Signal(str, object)  # procedure, fields
    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget, lost: bool = False) -> None:
        """`lost`: a computer is reported as lost or stolen; which change that is needs no choice."""
        super().__init__(parent)
        self._desk, self._lost = desk, lost
        self.kind, self.office, self.policy = ChoiceBox(self), ChoiceBox(self), ChoiceBox(self)
        for kind in CHOICES:
            self.kind.addItem(say(f"propose.{kind}"), kind)
        for number, name in enumerate(desk.offices):
            self.office.addItem(name, number)
        for policy in POLICIES:
            self.policy.addItem(say(f"change.policy.{policy}"), policy)
        self.file, self.reason = QLineEdit(self), QLineEdit(self)
        self.reason.setMaxLength(500)
        self.notice, self.busy = Notice(self), Busy(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(self)
        inside.addWidget(label(say("lost.title" if lost else "propose.title"), frame, "heading"))
        inside.addWidget(label(say("lost.about" if lost else "propose.about"), frame, "quiet"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._rows: dict[str, list[QWidget]] = {}
        for name in ("kind", "office", "policy", "file", "reason"):
            self._add_row(frame, name, getattr(self, name))
        self._grid.setColumnMinimumWidth(1, 460)
        self._grid.setColumnStretch(3, 1)
        inside.addLayout(self._grid)
        self.heard = label("", frame)
        self.heard.setVisible(lost)
        inside.addWidget(self.heard)
        for part in (self.busy, self.notice):
            inside.addWidget(part)
        row = QHBoxLayout()
        self.back, self.go_on = button(say("propose.back"), frame), button(say("propose.go-on"), frame, main=True)
        self.back.clicked.connect(self.left)
        self.go_on.clicked.connect(self._check)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.go_on)
        inside.addLayout(row)
        layout.addWidget(frame)
        layout.addStretch(1)
        self.kind.currentIndexChanged.connect(lambda _index: self._show_rows())
        self._show_rows()
        if lost:
            self._begin_lost()

    def _begin_lost(self) -> None:
        """Of any office but this one, which would have to report it from another."""
        self.kind.setCurrentIndex(self.kind.findData("remove"))
        self.office.removeItem(self.office.findData(self._desk.number))
        for widget in self._rows["kind"]:
            widget.hide()

        def tell(standings: Sequence[OfficeStanding]) -> None:
            heard = {one.number: one.last_claimed_ms for one in standings}

            def show(_index: int = 0) -> None:
                self.heard.setText(heard_words(heard.get(self.office.currentData())))

            self.office.currentIndexChanged.connect(show)
            show()

        self._desk.ask(self, lambda office: office.standing.offices(), tell, self.notice.tell_trouble)

    def focus_first(self) -> None:
        (self.office if self._lost else self.kind).setFocus()

    def _add_row(self, frame: QWidget, name: str, widget: QWidget) -> None:
        caption = label(say(f"propose.field.{name}"), frame, wrap=False)
        caption.setBuddy(widget)
        widget.setAccessibleName(say(f"propose.field.{name}"))
        row = len(self._rows)
        self._rows[name] = [caption, widget]
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(widget, row, 1)
        if name == "file":
            choose = button(say("propose.choose"), frame)
            choose.clicked.connect(self._choose)
            self._grid.addWidget(choose, row, 2)
            self._rows[name].append(choose)

    def _show_rows(self) -> None:
        kind = self.kind.currentData()
        shown = {"office": kind in NEEDS_MEMBER, "policy": kind == "quorum", "file": kind in _WITH_FILE}
        for name, visible in shown.items():
            for widget in self._rows[name]:
                widget.setVisible(visible)

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("propose.choose.title"))
        if path:
            self.file.setText(path)

    def _check(self) -> None:
        """Read the file and ask whether the change leads anywhere, before it becomes an act."""
        kind, path, reason = self.kind.currentData(), self.file.text().strip(), typed_text(self.reason.text())
        empty = next((line for line in (self.file, self.reason) if line.isVisible() and not line.text().strip()), None)
        if empty is not None:
            self.notice.tell_trouble(MunimentError("form-incomplete", fields=[empty.accessibleName()]))
            empty.setFocus()
            return
        member = self.office.currentData() if kind in NEEDS_MEMBER else None
        policy = self.policy.currentData()
        rules: list[Law] = []

        def read() -> bytes:
            if kind == "law":
                rules.append(parse_law(read_bounded(Path(path)).decode("utf-8", "replace")))
                return rules[0].canonical
            return read_bounded(Path(path)) if kind in _WITH_FILE else policy.encode() if kind == "quorum" else b""

        def check(read_content: bytes) -> None:
            voted, content = as_voted(kind, read_content)
            fields: dict[str, Value] = {"kind": voted, "reason": reason, "content": pack_content(content)}
            if member is not None:
                fields["member"] = member

            def work(office: Office) -> dict[str, Value]:
                check_change(office, voted, member, content)
                return {**next_place(office), **fields}

            self._desk.ask(self, work, go_on, self._failed)

        def go_on(act: Mapping[str, Value]) -> None:
            if rules:
                self._play(rules[0], Path(path), act)
            else:
                self.act_wanted.emit("propose", act)

        self.notice.clear()
        self._allow(False)
        self._desk.background.run(self, read, check, self._failed)

    def _play(self, law: Law, path: Path, act: Mapping[str, Value]) -> None:
        """The stories beside the rules, before they become an act: half a minute for many of them, on a thread."""
        watch = self._desk.background.watch(self, self._show_far)
        for stopping in (self.left, self.destroyed):  # nobody waits for the outcome any more
            stopping.connect(watch.stop)
        self.busy.begin(say("propose.stories"), watch.stop)
        self._desk.background.run(
            self,
            lambda: refuse_broken(law, path, laws_beside(path), watch),
            lambda _none: self.act_wanted.emit("propose", act),
            self._failed,
        )

    def _show_far(self, far: tuple[int, int]) -> None:
        done, whole = far
        self.busy.advance(done, whole, say("propose.story", number=done + 1, count=whole))

    def _allow(self, allowed: bool) -> None:
        for widget in (*(one for row in self._rows.values() for one in row), self.go_on):
            widget.setEnabled(allowed)

    def _failed(self, error: MunimentError) -> None:
        self.busy.end()
        self._allow(True)
        self.notice.tell_trouble(error)
