"""Backups: when the last one was written and where; writing one now, trying one, and checking what is kept here."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.backup import Done, LastBackup, last_backup, write_in_steps
from core.clock import SystemClock
from core.errors import MunimentError
from core.office import Office
from core.restoring import with_passphrase
from core.trying import Tried, try_backup, verify_all
from desktop.background import Watch
from desktop.desk import Desk
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.status import Shape, StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from desktop.wording.values import claimed_text

OLD_AFTER_DAYS = 7
_DAY_MS = 86_400_000


def backup_words(last: LastBackup | None, now_ms: int) -> tuple[Shape, str]:
    """What is to be said of the last backup, and whether it asks for a new one."""
    if last is None:
        return Shape.HELD, say("backup.none")
    days = max(0, now_ms - last.written_ms) // _DAY_MS
    words = say("backup.last", when=claimed_text(last.written_ms), path=last.path)
    if days < OLD_AFTER_DAYS:
        return Shape.INFO, words
    return Shape.HELD, f"{words} {say('backup.old', count=days)}"


class BackupCard(QFrame):
    written = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        frame, inside = card(self)
        inside.addWidget(label(say("backup.title"), frame, "heading"))
        self.standing = StatusLine(frame)
        self.notice, self.busy = Notice(frame), Busy(frame)
        self.secret = QLineEdit(frame)
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setPlaceholderText(say("backup.secret"))
        self.secret.setAccessibleName(say("backup.secret"))
        self.secret.setFixedWidth(420)
        self.write, self.check = button(say("backup.write"), frame), button(say("backup.check"), frame)
        self.write.clicked.connect(self._choose_target)
        self.check.clicked.connect(self.check_all)
        self.attempt = button(say("backup.try"), frame)
        self.attempt.clicked.connect(self._choose_source)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, widgets in ((first, (self.write, self.check)), (second, (self.secret, self.attempt))):
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
        for shown in (self.standing, self.notice, self.busy):
            inside.addWidget(shown)
        inside.addLayout(first)
        inside.addWidget(label(say("backup.try.about"), frame, "quiet"))
        inside.addLayout(second)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)
        self.refresh()

    def refresh(self) -> None:
        self._desk.ask(self, last_backup, self._show, self._tell_trouble)

    def _show(self, last: LastBackup | None) -> None:
        self.standing.show_words(*backup_words(last, SystemClock().now_ms()))

    # -- writing ------------------------------------------------------------------------------------------------

    def _choose_target(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("backup.choose.title"), say("backup.choose.name"))
        if path:
            self.back_up(Path(path))

    def back_up(self, target: Path) -> None:
        """While the office works on: only the copying itself keeps it waiting."""
        folder = self._desk.folder
        watch = self._begin(say("backup.busy"))

        def done(_far: Done) -> None:
            self._done(sentence("backup-written", {"path": str(target)}))
            self.refresh()
            self.written.emit()

        self._desk.ask_in_steps(
            self,
            lambda office: write_in_steps(folder, office, target),
            lambda far: watch(*far),
            done,
            self._tell_trouble,
        )

    # -- checking -----------------------------------------------------------------------------------------------

    def check_all(self) -> None:
        """What the computer keeps, all of it; the office works on between two steps."""
        watch = self._begin(say("backup.checking"))

        def done(_last: None) -> None:
            self._desk.ask(self, _acts, self._checked, self._tell_trouble)

        self._desk.ask_in_steps(self, verify_all, lambda _none: watch(0, 0), done, self._tell_trouble)

    def _checked(self, acts: int) -> None:
        self._done(sentence("copy-checked", {"acts": acts}))

    def _choose_source(self) -> None:
        if not self.secret.text():
            self.secret.setFocus()
            return
        path, _ = QFileDialog.getOpenFileName(self, say("backup.try.title"))
        if path:
            self.try_one(Path(path))

    def try_one(self, source: Path) -> None:
        """In a folder that is thrown away; it needs no office, so it runs beside it."""
        secret = self.secret.text()
        self._begin(say("backup.trying"), stoppable=False)
        unlock = with_passphrase(secret)
        self._desk.background.run(self, lambda: try_backup(source, unlock), self._tried, self._tell_trouble)

    def _tried(self, tried: Tried) -> None:
        self.secret.clear()
        when = claimed_text(tried.written_ms) if tried.written_ms is not None else say("backup.undated")
        self._done(sentence("backup-tried", {"when": when, "acts": tried.acts}))

    # -- telling ------------------------------------------------------------------------------------------------

    def _begin(self, what: str, stoppable: bool = True) -> Watch:
        self.notice.clear()
        watch = self._desk.background.watch(self, lambda far: self.busy.advance(*far))
        self.busy.begin(what, watch.stop if stoppable else None)
        self._enable(False)
        return watch

    def _done(self, told: str) -> None:
        self.busy.end()
        self._enable(True)
        self.notice.tell(told, "done")

    def _tell_trouble(self, error: MunimentError) -> None:
        self.busy.end()
        self._enable(True)
        self.notice.tell_trouble(error)

    def _enable(self, on: bool) -> None:
        for widget in (self.write, self.check, self.attempt):
            widget.setEnabled(on)


def _acts(office: Office) -> int:
    return office.store.chain.counts()[1]
