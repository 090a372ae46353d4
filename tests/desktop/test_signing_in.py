"""Who works here: officers sign in and change, windows lock and show nothing, and records ask why one looks."""

import gc
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.errors import MunimentError
from core.people.actions import Action
from desktop.application import OpenOffice
from desktop.dialogs.who_looked import WhoLooked
from desktop.locking import IDLE, LOOK_MS, SLEEP, AutoLock
from tests.desktop.conftest import (
    ALICE,
    NOTARY_SECRET,
    REGISTRAR_SECRET,
    first_registration,
    record_act,
    sign_in,
    sign_in_turn,
)

Open = Callable[..., OpenOffice]
CADASTRAL = "7000000123"


def _wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def _texts(widget: QWidget) -> list[str]:
    shown = [label.text() for label in widget.findChildren(QLabel)]
    return shown + [line.text() for line in widget.findChildren(QLineEdit)]


def _parcel(office: OpenOffice) -> bytes:
    fields = first_registration(CADASTRAL, "1 Street", ALICE)
    return record_act(office.service, office.desk.folder, "first_registration", {}, fields).records[0]


def test_the_window_asks_who_works_here(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(officer=None)
    page = office.window.signing_in
    assert page is not None
    assert [page.officer.itemText(row) for row in range(page.officer.count())] == [
        "Dudzicki registrar (administrator, registrar)",
        "Dudzicki notary (notary)",
    ]
    page.passphrase.setText(NOTARY_SECRET)  # of another officer
    page.go_on.click()
    qtbot.waitUntil(lambda: bool(page.notice.text), timeout=10_000)
    assert page.notice.text.startswith("This passphrase does not open the key.")
    sign_in(qtbot, office, 1, NOTARY_SECRET)
    assert office.window.signing_in is None
    assert (office.window.who.name.text(), office.window.who.roles.text()) == ("Dudzicki notary", "notary")
    assert not office.desk.may(Action.APPOINT)


def test_a_locked_window_holds_nothing_of_the_register_and_keeps_the_draft(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    window = office.window
    _parcel(office)
    window.go("register")
    _wait(qtbot, office)
    window.go("new")
    window.new_act.start("land.first_registration")
    _wait(qtbot, office)
    filling = window.new_act.filling
    assert filling is not None
    address = filling.form.editor("address")
    address.setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "5 Long Street")  # not told to the draft yet
    gone = QSignalCount(window.register, window.today, filling)
    del filling, address
    office.desk.lock("asked")
    assert window.signing_in is not None
    qtbot.waitUntil(lambda: gone.count == 3, timeout=5_000)
    gc.collect()
    held = " ".join(_texts(window))
    assert CADASTRAL not in held
    assert "5 Long Street" not in held
    assert "You have locked this window." in held
    assert "Your draft is kept" in held
    _wait(qtbot, office)
    with pytest.raises(MunimentError) as refused:
        office.service.call(lambda: office.service.office.people.require(Action.LOOK)).result()
    assert refused.value.code == "nobody-signed-in"
    sign_in(qtbot, office)
    qtbot.waitUntil(lambda: window.new_act.filling is not None, timeout=10_000)
    assert window.new_act.filling is not None
    form = window.new_act.filling.form
    qtbot.waitUntil(lambda: form.act() == {"address": "5 Long Street"}, timeout=10_000)


class QSignalCount:
    """How many of these widgets Qt has deleted."""

    def __init__(self, *widgets: QObject) -> None:
        self.count = 0
        for widget in widgets:
            widget.destroyed.connect(self._one)

    def _one(self) -> None:
        self.count += 1


def test_another_officer_does_not_get_the_page_of_the_one_before(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    office.window.go("register")
    office.desk.lock("asked")
    _wait(qtbot, office)
    sign_in(qtbot, office, 1, NOTARY_SECRET)
    assert office.window.page is office.window.today
    office.desk.lock("asked")
    _wait(qtbot, office)
    sign_in(qtbot, office, 1, NOTARY_SECRET)


class Clocks:
    """Seconds awake and seconds passed, as a test says."""

    def __init__(self) -> None:
        self.awake_s = self.asleep_s = 100.0

    def awake(self) -> float:
        return self.awake_s

    def passed(self) -> float:
        return self.awake_s + self.asleep_s


@pytest.fixture
def counted(qapp: QApplication) -> Iterator[tuple[AutoLock, Clocks, list[str]]]:
    clocks, told, owner = Clocks(), list[str](), QObject()
    lock = AutoLock(owner, clocks.awake, clocks.passed)
    lock.due.connect(told.append)
    yield lock, clocks, told
    qapp.removeEventFilter(lock)
    owner.deleteLater()


def test_idle_and_sleep_are_told_apart(counted: tuple[AutoLock, Clocks, list[str]], qapp: QApplication) -> None:
    lock, clocks, told = counted
    lock.limit_s = 60
    lock.restart()
    for _ in range(119):
        clocks.awake_s += LOOK_MS / 1000
        lock.look()
    assert told == []
    QApplication.sendEvent(qapp, QEvent(QEvent.Type.KeyPress))  # somebody is here
    for _ in range(119):
        clocks.awake_s += LOOK_MS / 1000
        lock.look()
    assert told == []
    clocks.awake_s += LOOK_MS / 1000
    lock.look()
    assert told == [IDLE]  # at the first look after the time, which comes twice a second
    lock.restart()
    clocks.asleep_s += 20
    lock.look()
    assert told == [IDLE, SLEEP]
    clocks.awake_s += 5  # something held the window up: that is no sleep
    lock.look()
    assert told == [IDLE, SLEEP]
    clocks.awake_s += 62  # no clock tells of sleep, but the look comes far too late
    lock.look()
    assert told == [IDLE, SLEEP, SLEEP]


def test_a_window_that_nobody_uses_locks_by_itself(open_desk: Open, qtbot: QtBot) -> None:
    """Within two seconds of its time: at the next look (`test_idle_and_sleep_are_told_apart`), which comes sooner."""
    assert LOOK_MS < 2_000
    office = open_desk()
    office.desk.auto_lock.limit_s = 0.2
    office.desk.auto_lock.restart()
    with qtbot.waitSignal(office.desk.locked, timeout=30_000) as told:
        pass
    assert told.args == [IDLE]
    assert office.window.signing_in is not None
    assert "Nobody has used this window for a while." in _texts(office.window)


def test_the_time_is_chosen_and_kept(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    office.window.who.lock_time_chosen.emit(60)
    _wait(qtbot, office)
    assert office.desk.auto_lock.limit_s == 60
    office.desk.lock("asked")
    _wait(qtbot, office)
    sign_in(qtbot, office)
    assert office.desk.standing.lock_s == 60


def test_meetings_go_on_while_locked(open_desk: Open, qtbot: QtBot) -> None:
    first, second = open_desk(0), open_desk(1)
    _parcel(first)
    second.desk.lock("asked")
    _wait(qtbot, second)
    port = second.service.port
    report = first.service.meet_address(f"127.0.0.1:{port}").result(20)
    assert report["blocks_new"] or report["blocks_written"]
    counts = second.service.call(second.service.office.standing.counts).result()
    assert counts.acts == 1
    _wait(qtbot, second)
    assert second.window.signing_in is not None
    assert CADASTRAL not in " ".join(_texts(second.window))


def test_a_record_asks_why_and_an_auditor_sees_who_looked(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk()
    parcel = _parcel(office)
    panel = office.window.register.record
    office.window.open_record(parcel)
    _wait(qtbot, office)
    assert "1 Street" in _texts(panel)  # public
    assert not any("Alice" in text for text in _texts(panel))
    assert "not shown yet: say why you look" in _texts(panel)
    bar = panel.look_bar
    bar.purpose.setCurrentIndex(bar.purpose.findData("authority"))
    bar.show_all.click()
    _wait(qtbot, office)
    assert panel.notice.text.startswith("This purpose has to be told in words.")
    assert not any("Alice" in text for text in _texts(panel))
    bar.note.setText("District court, file 2-77")
    bar.show_all.click()
    _wait(qtbot, office)
    assert any("Alice Żak" in text for text in _texts(panel))
    assert panel.looks.isHidden()  # no auditor
    looks = office.service.call(lambda: office.service.office.store.looks.of_subject(parcel)).result()
    assert [(look.name, look.purpose, look.note) for look in looks] == [
        ("Dudzicki registrar", "authority", "District court, file 2-77")
    ]
    dialog = WhoLooked("7000000123", looks, office.window)
    shown = [dialog.table.item(0, column).text() for column in range(1, 5)]
    assert shown == [
        "Dudzicki registrar",
        "administrator, registrar",
        "A court or another authority asks",
        "District court, file 2-77",
    ]


def test_the_second_officer_signs_after_opening_the_text(open_desk: Open, qtbot: QtBot) -> None:
    """A clerk or notary at the desk prepares, the registrar takes the chair: the same rule for whoever is a guest."""
    office = open_desk(officer=1)
    page = office.window.new_act
    page.start("land.first_registration")
    _wait(qtbot, office)
    assert page.keeper is not None
    assert page.filling is not None
    for name, value in first_registration(CADASTRAL, "1 Street", ALICE).items():
        page.keeper.set((name,), value)
    _wait(qtbot, office)
    page.filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=10_000)
    reviewing = page.reviewing
    assert reviewing is not None
    assert reviewing.signing.is_guest
    assert reviewing.sign.text() == "Open the text for Dudzicki registrar"
    with qtbot.waitSignal(page.recorded, timeout=20_000):
        sign_in_turn(qtbot, reviewing, (REGISTRAR_SECRET,))
    (look,) = office.service.call(lambda: office.service.office.store.looks.page()).result()
    assert (look.name, look.purpose) == ("Dudzicki registrar", "second-officer")
