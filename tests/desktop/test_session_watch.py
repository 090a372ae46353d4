"""Sleep and session lock as logind and the screen savers tell them, on a bus of the test's own."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from pytestqt.qtbot import QtBot

from desktop.session_watch import LOGIND, LOGIND_PATH, SessionWatch

DAEMON = shutil.which("dbus-daemon")
pytestmark = pytest.mark.skipif(DAEMON is None, reason="this computer has no dbus-daemon to speak through")


@pytest.fixture
def address() -> Iterator[str]:
    assert DAEMON is not None
    line = [DAEMON, "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()


@pytest.fixture
def watch(address: str) -> Iterator[SessionWatch]:
    listening = QDBusConnection.connectToBus(address, "listening")
    owner = QObject()
    yield SessionWatch(owner, (listening, listening))
    owner.deleteLater()
    QDBusConnection.disconnectFromBus("listening")
    QDBusConnection.disconnectFromBus("telling")


def _tell(address: str, path: str, interface: str, name: str, *arguments: object) -> None:
    signal = QDBusMessage.createSignal(path, interface, name)
    signal.setArguments(list(arguments))
    assert QDBusConnection.connectToBus(address, "telling").send(signal)


def test_sleep_and_lock_are_heard(address: str, watch: SessionWatch, qtbot: QtBot) -> None:
    assert watch.heard
    with qtbot.waitSignal(watch.sleeping, timeout=2_000):
        _tell(address, LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", True)
    with qtbot.waitSignal(watch.locked, timeout=2_000):
        _tell(address, f"{LOGIND_PATH}/session/_31", f"{LOGIND}.Session", "Lock")
    with qtbot.waitSignal(watch.locked, timeout=2_000):
        _tell(address, "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", True)


def test_waking_and_unlocking_lock_nothing(address: str, watch: SessionWatch, qtbot: QtBot) -> None:
    told: list[str] = []
    watch.sleeping.connect(lambda: told.append("sleep"))
    watch.locked.connect(lambda: told.append("lock"))
    _tell(address, LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", False)
    _tell(address, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", False)
    with qtbot.waitSignal(watch.locked, timeout=2_000):  # signals of one sender come in their order
        _tell(address, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", True)
    assert told == ["lock"]


def test_without_a_bus_nothing_is_told(qapp: QObject) -> None:
    nowhere = QDBusConnection.connectToBus("unix:path=/nowhere", "nowhere")
    assert not SessionWatch(qapp, (nowhere, nowhere)).heard
