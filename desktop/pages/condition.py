"""What this office may do now: why it may not sign, what goes on as always, and what ends it; and other halts.

The banner above the pages leads here. Each halt is a card: what happened, whether anything was lost, what to do next.
"""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.views import Condition, QuarantineView, Reserve, Stopped
from desktop.desk import Desk
from desktop.pages.new_key import NewKeyForm
from desktop.pages.page import Page
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.technical import Technical
from desktop.widgets.texts import button, card, label
from desktop.wording import catalogue, say
from desktop.wording.catalogue import Trouble
from desktop.wording.condition import names_of, reserve_words

PROPOSALS, NEW_KEY = "charter.proposal", "incarnation"  # where the network's own rules keep what is voted on
# What ends a quarantine that neither a meeting alone nor a new key ends.
_OTHER_WAYS = {
    "replica-damaged": "restore",
    "awaiting-incarnation": "votes",
    "renewed": "reopen",
    "removed": "return",
    "superseded": "other",
}


class ConditionPage(Page):
    offices_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("condition.title"), desk, parent)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self._scroll, 1)
        self.new_key: NewKeyForm | None = None
        self.repair: QPushButton | None = None
        self._shown: Condition | None = None
        self._progress: tuple[QProgressBar, QLabel] | None = None

    def refresh(self) -> None:
        condition, shown = self.desk.condition, self._shown
        if condition == shown:
            return
        if shown is not None and _but_for_progress(condition) == _but_for_progress(shown):
            self._shown = condition  # what somebody types into the page stays
            self._tell_progress(condition.quarantine)
        else:
            self.show_condition(condition)

    def show_condition(self, condition: Condition) -> None:
        self._shown, self.new_key, self.repair, self._progress = condition, None, None, None
        content = QWidget(self._scroll)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        if condition.quarantine is not None:
            layout.addWidget(self._quarantine(content, condition.quarantine))
        if condition.stopped is not None:
            layout.addWidget(self._stopped(content, condition.stopped))
        if condition.reserve.thin:
            layout.addWidget(self._reserve(content, condition.reserve))
        if not layout.count():
            line = StatusLine(content, "large")
            line.show_words(Shape.INFO, say("condition.fine"))
            layout.addWidget(line)
        layout.addStretch(1)
        self._scroll.setWidget(content)

    # -- an office that may not sign ----------------------------------------------------------------------------

    def _quarantine(self, parent: QWidget, view: QuarantineView) -> QFrame:
        frame, layout = card(parent)
        trouble = catalogue().outcome(view.code)
        if not isinstance(trouble, Trouble):
            trouble = catalogue().troubles["quarantine"]
        line = StatusLine(frame, "strong")
        line.show_words(Shape.HELD if view.mends else Shape.REJECTED, trouble.happened)
        layout.addWidget(line)
        layout.addWidget(label(trouble.kept, frame))
        layout.addWidget(label(say("condition.works"), frame, "heading"))
        layout.addLayout(_points(frame, ("condition.works.read", "condition.works.pass-on", "condition.works.drafts")))
        layout.addWidget(label(say("condition.ways"), frame, "heading"))
        if view.code == "replica-damaged":
            self._repairing(frame, layout, "repair")
        if view.code in _OTHER_WAYS:
            self._way(frame, layout, _OTHER_WAYS[view.code])
            layout.addWidget(self._meet(frame, main=self.repair is None))
        else:
            if view.mends and view.meant:
                self._recover(frame, layout, view)
            else:
                key = "condition.way.recover.twice" if view.code == "own-fork" else "condition.way.recover.not"
                layout.addWidget(label(say(key), frame))
            layout.addWidget(self._meet(frame))
            if view.is_empty:
                self._repairing(frame, layout, "copy")
            self._way(frame, layout, "key")
            layout.addWidget(label(self._key_act(), frame))
            self.new_key = NewKeyForm(self.desk, frame)
            layout.addWidget(self.new_key)
        layout.addWidget(Technical({say("condition.technical.code"): view.code}, frame))
        return frame

    def _repairing(self, frame: QFrame, layout: QVBoxLayout, way: str) -> None:
        self._way(frame, layout, way)
        self.repair = button(say("condition.repair"), frame, main=way == "repair")
        self.repair.clicked.connect(self.desk.repair_wanted)
        layout.addWidget(self.repair)

    def _recover(self, frame: QFrame, layout: QVBoxLayout, view: QuarantineView) -> None:
        self._way(frame, layout, "recover")
        row = QHBoxLayout()
        row.setSpacing(12)
        bar, words = QProgressBar(frame), label("", frame, "strong", wrap=False)
        self._progress = bar, words
        bar.setTextVisible(False)
        bar.setFixedHeight(10)
        bar.setMaximumWidth(420)
        bar.setRange(0, 1000)
        self._tell_progress(view)
        row.addWidget(bar, 1)
        row.addWidget(words)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addWidget(label(say("condition.way.recover.last"), frame, "quiet"))

    def _tell_progress(self, view: QuarantineView | None) -> None:
        if view is not None and view.meant and self._progress is not None:
            bar, words = self._progress
            bar.setValue(1000 * view.held // view.meant)
            words.setText(say("condition.way.recover.progress", held=view.held, meant=view.meant))
            bar.setAccessibleName(words.text())

    def _meet(self, parent: QWidget, main: bool = True) -> QPushButton:
        meet = button(say("condition.meet"), parent, main)
        meet.clicked.connect(self.offices_wanted)
        return meet

    def _way(self, frame: QFrame, layout: QVBoxLayout, name: str) -> None:
        layout.addWidget(label(say(f"condition.way.{name}"), frame, "strong"))
        layout.addWidget(label(say(f"condition.way.{name}.about"), frame))

    def _key_act(self) -> str:
        """By which act the other offices give this one a new key, in the words of the network's own rules."""
        kinds = next((field for field in self.desk.record_form(PROPOSALS) if field.name == "kind"), None)
        change = next((one.label for one in kinds.choices if one.word == NEW_KEY), None) if kinds else None
        if change is None:
            return say("condition.way.key.not-yet")
        return say("condition.way.key.act", act=self.desk.procedure_title("charter.propose"), change=change)

    # -- other halts --------------------------------------------------------------------------------------------

    def _stopped(self, parent: QWidget, stopped: Stopped) -> QFrame:
        frame, layout = card(parent)
        offices = self.desk.offices
        line = StatusLine(frame, "strong")
        line.show_words(Shape.REJECTED, say("condition.stopped"))
        layout.addWidget(line)
        names = names_of([witness for witness, _ in stopped.others], offices)
        layout.addWidget(label(say("condition.stopped.what", number=stopped.anchor, names=names), frame))
        layout.addWidget(label(say("condition.stopped.lost"), frame))
        layout.addWidget(label(say("condition.next"), frame, "heading"))
        steps = ("wait", "compare", "ours-wrong", "theirs-wrong")
        layout.addLayout(_points(frame, [f"condition.stopped.{step}" for step in steps]))
        facts = {say("condition.technical.ours"): stopped.state_root.hex() if stopped.state_root else say("value.none")}
        for witness, root in stopped.others:
            facts[say("condition.technical.of", office=offices[witness])] = root.hex()
        layout.addWidget(Technical(facts, frame))
        return frame

    def _reserve(self, parent: QWidget, reserve: Reserve) -> QFrame:
        frame, layout = card(parent)
        layout.addWidget(label(say("condition.reserve"), frame, "heading"))
        line = StatusLine(frame)
        line.show_words(Shape.HELD, reserve_words(reserve, self.desk.offices))
        layout.addWidget(line)
        facts = {"quorum": reserve.quorum, "witnesses": reserve.witnesses}
        layout.addWidget(
            label(say("condition.reserve.what", names=names_of(reserve.silent, self.desk.offices), **facts), frame)
        )
        layout.addLayout(_points(frame, ("condition.reserve.call", "condition.reserve.dormancy")))
        return frame


def _but_for_progress(condition: Condition) -> Condition:
    view = condition.quarantine
    return replace(condition, quarantine=replace(view, held=0)) if view is not None else condition


def _points(parent: QWidget, keys: Sequence[str]) -> QVBoxLayout:
    """Sentences of a list, each behind a dot."""
    layout = QVBoxLayout()
    layout.setSpacing(4)
    for key in keys:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label("•", parent, wrap=False), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(say(key), parent), 1)
        layout.addLayout(row)
    return layout
