"""How much room the office's copy takes, how long the disk lasts, and putting settled acts into the archive."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from core.storage import StorageMeter
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.values import size_text

LONG_MONTHS = 120  # beyond ten years nobody asks for the month


class StorageCard(QFrame):
    prune_wanted = Signal()

    def __init__(self, meter: StorageMeter, may_prune: bool, parent: QWidget) -> None:
        super().__init__(parent)
        frame, inside = card(self)
        inside.addWidget(label(say("storage.title"), frame, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (key, words) in enumerate(storage_words(meter).items()):
            grid.addWidget(label(say(key), frame, "quiet", wrap=False), row, 0)
            grid.addWidget(label(words, frame), row, 1)
        inside.addLayout(grid)
        about = label(say("storage.prune.about"), frame, "quiet")
        self.prune = button(say("storage.prune"), frame)
        self.prune.clicked.connect(self.prune_wanted)
        for widget in (about, self.prune):
            inside.addWidget(widget)
            widget.setVisible(may_prune)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)


def storage_words(meter: StorageMeter) -> dict[str, str]:
    """What the meter shows: keys of captions, and words."""
    words = {"storage.size": say("storage.size.text", copy=size_text(meter.replica), archive=size_text(meter.archive))}
    if meter.acts:
        words["storage.act"] = say("storage.act.text", size=size_text(meter.bytes_an_act), count=meter.acts)
    words["storage.free"] = _lasting(meter)
    minutes = meter.line_minutes_a_week
    if minutes is not None:
        words["storage.line"] = say("storage.line.text", count=max(1, round(minutes)))
    return words


def _lasting(meter: StorageMeter) -> str:
    free, months = size_text(meter.free), meter.months_left
    if months is None:
        return say("storage.free.unknown", free=free)
    if months > LONG_MONTHS:
        return say("storage.free.long", free=free, years=LONG_MONTHS // 12)
    if months < 1:
        return say("storage.free.short", free=free, days=round(meter.days))
    return say("storage.free.months", free=free, count=round(months), days=round(meter.days))
