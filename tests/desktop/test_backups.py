"""Backups while the window is open: written, read back, tried and told of; and everything kept here verified."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.backup import LastBackup
from desktop.application import OpenOffice
from desktop.pages.backups import backup_words
from desktop.widgets.status import Shape
from desktop.wording import say
from tests.desktop.conftest import OFFICE_SECRET


def test_the_open_office_is_backed_up_and_the_backup_is_tried(
    open_desk: Callable[[int], OpenOffice], qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk(0)
    window, target = office.window, tmp_path / "office.backup"
    reminder = say("today.back-up")
    qtbot.waitUntil(lambda: any(one.text() == reminder for one in window.today.findChildren(QPushButton)))
    next(one for one in window.today.findChildren(QPushButton) if one.text() == reminder).click()
    assert window.page is window.keys
    card = window.keys.backups
    with qtbot.waitSignal(card.written, timeout=20_000):
        card.back_up(target)
    assert str(target) in card.notice.text
    qtbot.waitUntil(lambda: str(target) in card.standing.accessibleName())
    assert target.stat().st_size > 100_000

    card.back_up(target)
    qtbot.waitUntil(lambda: "already" in card.notice.text)
    card.secret.setText(OFFICE_SECRET)
    card.try_one(target)
    qtbot.waitUntil(lambda: "is whole" in card.notice.text, timeout=20_000)
    card.secret.setText("another passphrase")
    card.try_one(target)
    qtbot.waitUntil(lambda: "passphrase" in card.notice.text, timeout=20_000)
    assert card.write.isEnabled()

    card.check_all()
    qtbot.waitUntil(lambda: "Nothing is damaged" in card.notice.text, timeout=20_000)


def test_an_old_backup_asks_for_a_new_one() -> None:
    day, last = 86_400_000, LastBackup(0, "/stick/office.backup", 7)
    assert backup_words(None, 0)[0] is Shape.HELD
    assert backup_words(last, 6 * day) == (Shape.INFO, backup_words(last, 0)[1])
    shape, words = backup_words(last, 9 * day)
    assert (shape, "9 days" in words, "/stick/office.backup" in words) == (Shape.HELD, True, True)
    assert backup_words(last, -day)[0] is Shape.INFO  # the clock was put back
