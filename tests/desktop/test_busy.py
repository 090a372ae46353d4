"""A sign that work is under way moves while it is seen, says how far it is where that is known, and leaves nothing."""

from PySide6.QtWidgets import QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.notice import Busy
from desktop.widgets.pulse import Pulse


def test_it_moves_while_nobody_knows_how_far_it_is(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    busy = Busy(page)
    (bar,), (pulse,) = busy.findChildren(QProgressBar), busy.findChildren(Pulse)
    page.show()
    busy.begin("Reading the file")
    assert (pulse.isVisible(), pulse.moving, bar.isVisible()) == (True, True, False)
    busy.advance(30, 60)
    assert (pulse.moving, bar.isVisible(), bar.value()) == (False, True, 500)
    busy.advance(31, 0)
    assert pulse.moving
    busy.end()
    assert not pulse.moving


def test_no_bar_is_ever_without_an_end(qtbot: QtBot) -> None:
    """The animation that Qt has for those ends the whole program now and then (desktop/widgets/pulse.py)."""
    page = QWidget()
    qtbot.addWidget(page)
    busy = Busy(page)
    for done, whole in ((0, 0), (5, 10), (7, 0)):
        busy.advance(done, whole)
        assert all(bar.maximum() > bar.minimum() for bar in busy.findChildren(QProgressBar))
