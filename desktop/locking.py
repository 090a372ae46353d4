"""When the window locks itself: nobody used it for a while, the computer slept, or its session was locked.

Idle is counted here, by what reaches any window of this process, and looked at twice a second. Sleep and session lock
are told by the system where it speaks D-Bus (desktop/session_watch.py); besides, a computer that slept is known by its
clocks: the one that goes on in sleep runs ahead of the one that does not, or a look comes a minute late. Both are tried
on Linux only; on other systems the clocks alone decide, and nobody has tried it yet.
"""

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from core.people.people import USUAL_LOCK_S
from desktop.session_watch import SessionWatch

LOOK_MS = 500
ASLEEP_S = 3.0  # more than this between two clocks is sleep
LATE_S = 60.0  # a look so much too late is sleep too, where no clock tells: nothing else holds a window up so long
CHOICES_S = (60, 120, 300, 600, 900, 1800)
IDLE, SLEEP, SESSION, ASKED, ENDED, START = "idle", "sleep", "session", "asked", "ended", "start"

_USED = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.InputMethod,
    }
)


def awake_s() -> float:
    """Seconds that do not pass in sleep."""
    return time.monotonic()


def passed_s() -> float:
    """Seconds that do: of the system's own clock, or of the calendar, where a clock that is set looks like sleep."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boot) if boot is not None else time.time()


class AutoLock(QObject):
    """Tells why to lock; begins to count anew with `restart`."""

    due = Signal(str)  # idle, sleep or session

    def __init__(
        self,
        parent: QObject,
        awake: Callable[[], float] = awake_s,
        passed: Callable[[], float] = passed_s,
        watch: SessionWatch | None = None,
    ) -> None:
        """The clocks in seconds; `watch`: of another bus than the system's."""
        super().__init__(parent)
        self._awake, self._passed = awake, passed
        self.limit_s: float = USUAL_LOCK_S
        self._watch = watch or SessionWatch(self)
        self._watch.sleeping.connect(lambda: self.due.emit(SLEEP))
        self._watch.locked.connect(lambda: self.due.emit(SESSION))
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._listens = False
        self.restart()
        self._timer.start()

    def stop(self) -> None:
        """On the GUI thread, before whoever owns this goes: Python may throw it away on any thread."""
        self._timer.stop()
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def restart(self) -> None:
        """Somebody is here."""
        self._used = self._looked = self._awake()
        self._slept = self._passed() - self._looked

    def _listen(self) -> None:
        """From the first look on: a window that is built has thousands of events, and none of them is a person's."""
        application = QCoreApplication.instance()
        if application is not None and not self._listens:
            application.installEventFilter(self)
            self._listens = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _USED:
            self._used = self._awake()
        return False

    def look(self) -> None:
        """Lock if it is time."""
        self._listen()
        now = self._awake()
        late, self._looked = now - self._looked - LOOK_MS / 1000, now
        slept, self._slept = self._passed() - now - self._slept, self._passed() - now
        if slept > ASLEEP_S or late > LATE_S:
            self.due.emit(SLEEP)
        elif now - self._used >= self.limit_s:
            self.due.emit(IDLE)
