"""Opens the window: the office of a folder, or the first run; and ends its threads before it ends.

`run` is what `muniment` without a subcommand calls. An `OpenOffice` holds what belongs together while one is open.
"""

import signal
import time
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from core.clock import SystemClock
from core.crypto.keyfile import Cost, calibrate
from core.errors import MunimentError
from core.folder import Folder, OpenedOffice, open_office
from core.office import Office
from desktop.background import Background
from desktop.desk import Desk
from desktop.dialogs.gate import Gate
from desktop.main_window import MainWindow
from desktop.pages.papers import clear_copies
from desktop.qt_application import make_application
from desktop.remembering import forget, remember, remembered
from desktop.standing import Standing, read_standing
from desktop.unlocking import Access
from desktop.window_control import attach_control
from sync.service import Service, Settings

PULSE_MS = 250  # how often Python looks for Ctrl+C while Qt waits


class OpenOffice(QObject):
    """A running service, its desk and its first window."""

    def __init__(self, service: Service[Office], folder: Folder, standing: Standing, background: Background) -> None:
        super().__init__()
        clear_copies(folder)
        self.service, self._folder = service, folder
        self.desk = Desk(service, folder, standing, background, self)
        self.window = MainWindow(self.desk)

    def stop(self) -> None:
        """The drafts' child and the service's thread end; the windows are closed already."""
        self.desk.stop()
        self.close()

    def close(self) -> None:
        """The same but for the desk's clock, behind what is still being kept, on any thread."""
        self.desk.casefiles.close()
        self.service.stop()
        clear_copies(self._folder)


class Application(QObject):
    """One process: the gate first, then an office."""

    opened = Signal(object)  # OpenOffice

    def __init__(
        self,
        folder: Folder,
        settings: Settings | None = None,
        choose_cost: Callable[[], Cost] = lambda: calibrate(time.perf_counter),
        floor: Cost | None = None,
    ) -> None:
        super().__init__()
        self.folder = folder
        self.background = Background(self)
        self.office: OpenOffice | None = None
        self.gate: Gate | None = None
        self._by_itself = False  # it is being opened with what the system has kept
        self._settings = settings or Settings()
        self._choose_cost, self._floor = choose_cost, floor

    def show_gate(self) -> None:
        """Unlock, or the first run where the folder holds no office of a network yet."""
        self.gate = Gate(self.folder, self.background, self._choose_cost, self._floor)
        self.gate.passphrase_given.connect(self.open)
        self.gate.show()

    def begin(self) -> None:
        """Open the office where the system keeps its passphrase for this user, else show the gate."""
        folder = self.folder.path
        if self.folder.standing() != "member":
            self.show_gate()
            return
        self.background.run(self, lambda: remembered(folder), self._begin_with, self._refused)

    def _begin_with(self, passphrase: str | None) -> None:
        if passphrase is None:
            self.show_gate()
        else:
            self._by_itself = True
            self.open(passphrase)

    def open(self, passphrase: str) -> None:
        """Open the office off the GUI thread; `opened` tells, or the gate says why not."""
        folder, settings = self.folder, self._settings
        stays = self.gate is not None and self.gate.stays_unlocked
        given = [passphrase]  # taken out when it has opened: what runs until the end must not hold it

        def start() -> tuple[Service[Office], Standing]:
            def unlock() -> OpenedOffice:
                secret = given.pop()
                opened = open_office(folder, secret, SystemClock())
                if stays:
                    with suppress(MunimentError):  # the office is open all the same
                        remember(folder.path, secret)
                return opened

            service: Service[Office] = Service(unlock, settings)
            service.start()
            service.call(lambda: service.office.people.attend()).result()  # a window shows nothing to nobody
            return service, service.call(lambda: read_standing(service.office)).result()

        self.background.run(self, start, lambda answer: self._opened(*answer), self._refused)

    def _opened(self, service: Service[Office], standing: Standing) -> None:
        self.office = OpenOffice(service, self.folder, standing, self.background)
        self.office.window.show()
        if self.gate is not None:  # after the window: the last window closed would end the application
            self.gate.finish()
            self.gate = None
        self.office.desk.repair_wanted.connect(self._repair)
        self.opened.emit(self.office)

    def _repair(self) -> None:
        """Close the office and show the gate where its copy is repaired; what is being typed is kept first."""
        office, self.office = self.office, None
        if office is None:
            return
        self.show_gate()  # before the windows go: the last one closed would end the application
        assert self.gate is not None
        stage = self.gate.show_repairing()
        stage.wait_for_closing()
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow) and window.desk is office.desk:
                window.close()
        office.desk.auto_lock.stop()
        self.background.run_in_order(stage, office.close, stage.closed, stage.tell_trouble)

    def _refused(self, error: MunimentError) -> None:
        if self.gate is None:
            self.show_gate()
        assert self.gate is not None
        by_itself, self._by_itself = self._by_itself, False
        if by_itself and error.code == "wrong-passphrase":  # nobody has typed it: it was changed since
            self.background.run(self, lambda: forget(self.folder.path), lambda _kept: None, self.gate.tell_trouble)
        else:
            self.gate.tell_trouble(error)

    def stop(self) -> None:
        """Every thread ends here; nothing is delivered afterwards."""
        self.background.stop()
        if self.office is not None:
            self.office.stop()


def run(access: Access, control: bool = False, settings: Settings | None = None) -> int:
    """Show the window until the last one is closed; the exit code.

    Where a passphrase file is named the office is opened without asking. `control`: also take commands as JSON lines
    on standard input, until it ends (desktop/control.py).
    """
    qt = make_application()
    application = Application(access.folder, settings)
    if control:
        application.opened.connect(lambda office: attach_control(office.desk, office.window, qt.quit))
    if access.passphrase_file is not None:
        application.open(access.passphrase())
    else:
        application.begin()
    pulse = QTimer(application)
    pulse.start(PULSE_MS)
    signal.signal(signal.SIGINT, lambda *_: qt.quit())
    code = qt.exec()
    application.stop()
    return code
