"""One entry of the ledger, read: in plain words, with its acts; long numbers only under Technical details."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.office import Office
from core.views import ActView, BlockDetail, BlockView
from desktop.desk import Desk
from desktop.widgets.ledger_painting import entry_shape
from desktop.widgets.status import StatusLine, ladder_shape
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.entries import entry_step, entry_title, entry_what, order_words, parents_words
from desktop.wording.ladder import ladder_words
from desktop.wording.values import claimed_text

SHOWN = 12
WIDTH = 340


class EntryPanel(QScrollArea):
    record_wanted = Signal(bytes)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted = b""
        self._technical_open = False
        self.acts: Sequence[ActView] = ()
        self.technical: QPushButton | None = None
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clear()

    def clear(self) -> None:
        self._wanted, self.acts = b"", ()
        content, layout = self._fresh()
        layout.addWidget(label(say("ledger.choose"), content, "quiet"))
        self._finish(content, layout)

    def show_entry(self, block: BlockView, parents: Sequence[BlockView]) -> None:
        """`parents`: those that the picture holds."""
        wanted = self._wanted = block.id

        def ask(office: Office) -> tuple[BlockDetail, Mapping[bytes, str]]:
            detail = office.ledger.block_detail(wanted)
            records = {record for act in detail.acts[:SHOWN] for record in act.records[:1]}
            return detail, {record: office.records.view(record).label for record in records}

        def take(answer: tuple[BlockDetail, Mapping[bytes, str]]) -> None:
            if self._wanted == wanted:
                self._show(*answer, parents)

        self._desk.ask(self, ask, take, self.failed.emit)

    def _show(self, detail: BlockDetail, labels: Mapping[bytes, str], parents: Sequence[BlockView]) -> None:
        block, offices = detail.block, self._desk.offices
        self.acts = detail.acts
        content, layout = self._fresh()
        layout.addWidget(label(entry_title(block, offices), content, "heading"))
        status = StatusLine(content, narrow=True)
        step = entry_step(block, self._desk.standing.quorum, len(offices))
        status.show_words(entry_shape(block), f"{step[0].upper()}{step[1:]}")
        layout.addWidget(status)
        if block.forked:
            layout.addWidget(label(say("ledger.twice"), content, "trouble"))
        if not block.acts:
            what = entry_what(block)
            layout.addWidget(label(f"{what[0].upper()}{what[1:]}.", content))
        seen_by = ", ".join(offices[number] for number in block.seen_by)
        layout.addLayout(
            _pairs(
                content,
                {
                    "ledger.clock": claimed_text(block.claimed_ms),
                    "ledger.seen-by": seen_by or say("value.none"),
                    "ledger.had-seen": parents_words(parents, offices),
                    "ledger.order": order_words(block),
                },
            )
        )
        if detail.acts:
            layout.addWidget(label(say("ledger.acts-in-it", count=block.acts), content, "heading"))
            for act in detail.acts[:SHOWN]:
                layout.addWidget(self._act(content, act, labels))
            if block.acts > SHOWN:
                layout.addWidget(label(say("ledger.more-acts", count=block.acts - SHOWN), content, "quiet"))
        layout.addWidget(self._technical(content, detail))
        self._finish(content, layout)

    def _act(self, parent: QWidget, act: ActView, labels: Mapping[bytes, str]) -> QWidget:
        line = QWidget(parent)
        layout = QVBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        title = self._desk.act_title(act.transaction)
        about = labels.get(act.records[0], "") if act.records else ""
        words = ladder_words(act.ladder, len(self._desk.offices))
        status = StatusLine(line, narrow=True)
        status.show_words(
            ladder_shape(act.ladder), "\n".join((" · ".join(part for part in (title, about) if part), words))
        )
        layout.addWidget(status)
        if act.records:
            opening = button(say("ledger.open-record"), line)
            opening.clicked.connect(partial(self.record_wanted.emit, act.records[0]))
            layout.addWidget(opening, 0, Qt.AlignmentFlag.AlignRight)
        return line

    # -- technical details --------------------------------------------------------------------------------------

    def _technical(self, parent: QWidget, detail: BlockDetail) -> QWidget:
        block = detail.block
        frame = QWidget(parent)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 6, 0, 0)
        switch = self.technical = button(say("ledger.technical"), frame)
        switch.setCheckable(True)
        switch.setChecked(self._technical_open)
        facts = {
            "ledger.technical.block": _grouped(block.id),
            "ledger.technical.parents": "\n".join(_grouped(parent) for parent in block.parents) or say("value.none"),
            "ledger.technical.acts": "\n".join(_grouped(act.id) for act in detail.acts[:SHOWN]) or say("value.none"),
            "ledger.technical.round": str(block.round),
            "ledger.technical.opener": say("value.yes" if block.opener else "value.no"),
            "ledger.technical.period": str(block.epoch),
            "ledger.technical.incarnation": str(block.incarnation),
            "ledger.technical.position": str(block.position),
        }
        inside = QWidget(frame)
        inside.setLayout(_pairs(inside, facts))
        inside.setVisible(self._technical_open)
        switch.toggled.connect(partial(self._toggle, inside))
        layout.addWidget(switch)
        layout.addWidget(inside)
        return frame

    def _toggle(self, inside: QWidget, shown: bool) -> None:
        self._technical_open = shown
        inside.setVisible(shown)

    def _fresh(self) -> tuple[QWidget, QVBoxLayout]:
        content = QWidget(self)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(4, 0, 10, 4)
        layout.setSpacing(8)
        return content, layout

    def _finish(self, content: QWidget, layout: QVBoxLayout) -> None:
        layout.addStretch(1)
        self.setWidget(content)


def _pairs(parent: QWidget, facts: Mapping[str, str]) -> QGridLayout:
    """Each name above its value: the panel is narrow."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(1)
    for row, (key, value) in enumerate(facts.items()):
        grid.addWidget(label(say(key), parent, "quiet"), 3 * row, 0)
        grid.addWidget(label(value, parent, selectable=True), 3 * row + 1, 0)
        grid.setRowMinimumHeight(3 * row + 2, 5)
    return grid


def _grouped(number: bytes) -> str:
    text = number.hex()
    return " ".join(text[start : start + 8] for start in range(0, len(text), 8))
