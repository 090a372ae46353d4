"""Repairing the damaged copy of an office that is closed: from its own blocks, and from a backup where there is one.

An office that joined with another office's copy of the register joins again with a new one.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.crypto.keyfile import open_keys
from core.custody.restoring import kind_of
from core.errors import MunimentError
from core.folder import Folder, read_bounded
from core.joining_folder import read_hash
from core.repairing import NewCopy, Repaired, repair
from core.restoring import with_passphrase
from core.trying import open_source
from desktop.background import Background, Watch
from desktop.dialogs.copy_numbers import CopyNumbers
from desktop.dialogs.stage import Stage
from desktop.widgets.texts import button, label
from desktop.wording import say
from desktop.wording.repairing import repaired_words
from desktop.wording.values import size_text


class RepairingStage(Stage):
    repaired = Signal(str)  # the passphrase, with which the office is opened

    def __init__(self, folder: Folder, background: Background, parent: QWidget) -> None:
        super().__init__(say("repair.title"), say("repair.about"), parent)
        self._folder, self._background = folder, background
        self.passphrase, self.path = QLineEdit(self.content), QLineEdit(self.content)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.returnPressed.connect(self._repair)
        browse = button(say("stage.browse"), self.content)
        browse.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        for key, widget in (("unlock.passphrase", self.passphrase), ("repair.backup", self.path)):
            widget.setAccessibleName(say(key))
            caption = label(say(key), self.content, wrap=False)
            caption.setBuddy(widget)
            self.body.addWidget(caption)
            self.body.addLayout(row) if widget is self.path else self.body.addWidget(widget)
        self.path.textChanged.connect(lambda _text: self._look())
        self.numbers = CopyNumbers(background, self.content, network=False)
        self.numbers.failed.connect(self.tell_trouble)
        self.numbers.hide()
        self.body.addWidget(self.numbers)
        self.body.addWidget(label(say("unlock.folder", path=str(folder.path)), self.content, "quiet"))
        self.body.addStretch(1)
        self.repair = button(say("repair.repair"), self, main=True)
        self.repair.clicked.connect(self._repair)
        self.open = button(say("repair.open"), self, main=True)
        self.open.clicked.connect(lambda: self.repaired.emit(self.passphrase.text()))
        self.open.hide()
        self.foot.addWidget(self.repair)
        self.foot.addWidget(self.open)

    def focus_first(self) -> None:
        self.passphrase.setFocus()

    def wait_for_closing(self) -> None:
        """The office was open a moment ago and is being closed."""
        self._allow(False)
        self.busy.begin(say("repair.closing"))

    def closed(self, _none: object = None) -> None:
        self.busy.end()
        self._allow(True)
        self.focus_first()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("restore.choose.title"))
        if path:
            self.path.setText(path)

    @property
    def _is_copy(self) -> bool:
        path = Path(self.path.text().strip())
        return path.is_file() and kind_of(path) == "snapshot"

    def _look(self) -> None:
        """With another office's copy of the register the office joins again."""
        self.numbers.setVisible(self._is_copy)
        self.repair.setText(say("repair.join" if self._is_copy else "repair.repair"))

    def _allow(self, allowed: bool) -> None:
        self.content.setEnabled(allowed)
        self.repair.setEnabled(allowed)

    def _repair(self) -> None:
        secret, text, folder = self.passphrase.text(), self.path.text().strip(), self._folder
        if not secret or not self.repair.isEnabled():
            self.focus_first()
            return
        watch = self._background.watch(self, self._show_far)
        backup, copy = Path(text) if text else None, None
        try:
            if self._is_copy:
                number, whole = read_hash(self.numbers.checkpoint.text(), "checkpoint"), Path(text).stat().st_size
                backup, copy = None, NewCopy(Path(text), number, lambda taken: watch(taken, whole))
        except MunimentError as error:
            self.tell_trouble(error)
            return
        self.notice.clear()
        self._allow(False)
        self.busy.begin(say("repair.busy", count=0), watch.stop)
        self._background.run(self, lambda: _work(folder, secret, backup, copy, watch), self._done, self.tell_trouble)

    def _show_far(self, far: tuple[int, int]) -> None:
        """Bytes of a copy and its size, or parts of which nobody knows how many there are."""
        done, whole = far
        key = "joining.progress" if whole else "repair.busy"
        self.busy.advance(done, whole, say(key, count=done, done=size_text(done), whole=size_text(whole)))

    def _done(self, told: Repaired) -> None:
        self.busy.end()
        self.notice.tell(repaired_words(told), "care" if told.waiting or told.unreadable or told.lost else "done")
        self.repair.hide()
        self.open.show()
        self.open.setFocus()

    def tell_trouble(self, error: MunimentError) -> None:
        self._allow(True)
        super().tell_trouble(error)


def _work(folder: Folder, secret: str, backup: Path | None, copy: NewCopy | None, watch: Watch) -> Repaired:
    """On a thread for slow work, while the office is closed."""
    keys, told = open_keys(read_bounded(folder.node_key), secret), Repaired()
    with TemporaryDirectory(prefix="muniment-repair.") as made:
        source = open_source(backup, Folder(Path(made)), with_passphrase(secret)) if backup else None
        for read, told in enumerate(repair(folder, keys, source, copy)):  # noqa: B007  # the last one is of the whole
            watch(read, 0)
    return told
