"""Sleep and session lock as the system tells them over D-Bus: logind's signals, and the screen savers'.

Nothing is asked and nothing is sent: signals are listened to, from whatever bus there is. A computer without D-Bus
has none; its clocks tell of sleep (desktop/locking.py).
"""

from PySide6.QtCore import SLOT, QObject, Signal, Slot

try:
    from PySide6.QtDBus import QDBusConnection
except ImportError:  # a system for which Qt is built without D-Bus
    QDBusConnection = None  # type: ignore[assignment,misc]  # stands for a class that is not there

LOGIND = "org.freedesktop.login1"
LOGIND_PATH = "/org/freedesktop/login1"
SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")


class SessionWatch(QObject):
    sleeping = Signal()
    locked = Signal()

    def __init__(self, parent: QObject, buses: "tuple[QDBusConnection, QDBusConnection] | None" = None) -> None:
        """`buses`: the system's and the session's, if not the usual ones."""
        super().__init__(parent)
        self.heard = False  # whether there is a bus that would tell
        if QDBusConnection is None:
            return
        system, session = buses or (QDBusConnection.systemBus(), QDBusConnection.sessionBus())
        if system.isConnected():
            self.heard = system.connect(
                "", LOGIND_PATH, f"{LOGIND}.Manager", "PrepareForSleep", self, SLOT("_prepare(bool)")
            )
            system.connect("", "", f"{LOGIND}.Session", "Lock", self, SLOT("_lock()"))
        if session.isConnected():
            for saver in SAVERS:
                session.connect("", "", saver, "ActiveChanged", self, SLOT("_saver(bool)"))

    @Slot(bool)
    def _prepare(self, begins: bool) -> None:
        """Sent before sleep with True, and again after it."""
        if begins:
            self.sleeping.emit()

    @Slot()
    def _lock(self) -> None:
        self.locked.emit()

    @Slot(bool)
    def _saver(self, active: bool) -> None:
        if active:
            self.locked.emit()
