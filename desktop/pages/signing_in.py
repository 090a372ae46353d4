"""What a window shows while nobody is signed in: why, who may sign in here, and nothing of the register."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.crypto.keyfile import MAX_FILE_BYTES, read_header
from core.errors import MunimentError
from core.folder import read_bounded
from core.store.files import write_durably
from desktop.desk import Desk
from desktop.locking import START
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, card, label
from desktop.wording import say

WIDTH = 560


class SigningIn(QWidget):
    """`why`: of desktop/locking.py."""

    def __init__(self, desk: Desk, why: str, drafts_kept: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.notice, self.busy = Notice(self), Busy(self)
        self.title = label(say("sign-in.title" if why == START else "sign-in.locked"), self, "title")
        self.reason = label(say(f"sign-in.why.{why}", office=desk.office_name), self)
        self.officer, self.passphrase = QComboBox(self), QLineEdit(self)
        self.go_on = button(say("sign-in.go"), self, main=True)
        self.bring = button(say("sign-in.bring"), self)
        self._kept = label(say("sign-in.draft-kept"), self, "quiet")
        self._kept.setVisible(drafts_kept)
        self._about = label(say("sign-in.meetings"), self, "quiet")
        self._about.setVisible(why != START)
        self._lay_out()
        self.go_on.clicked.connect(self._sign_in)
        self.bring.clicked.connect(self._choose_file)
        self.passphrase.returnPressed.connect(self._sign_in)
        desk.standing_changed.connect(self.list_officers)
        self.list_officers()

    def _lay_out(self) -> None:
        frame, inside = card(self)
        frame.setMaximumWidth(WIDTH)
        frame.setMinimumWidth(WIDTH)
        for widget in (self.title, self.reason, self._kept, self._about, self.notice):
            inside.addWidget(widget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        for row, (key, widget) in enumerate((("officer", self.officer), ("passphrase", self.passphrase))):
            caption = label(say(f"sign-in.{key}"), frame, wrap=False)
            caption.setBuddy(widget)
            widget.setAccessibleName(say(f"sign-in.{key}").replace("&", ""))
            grid.addWidget(caption, row, 0)
            grid.addWidget(widget, row, 1)
        grid.setColumnStretch(1, 1)
        inside.addLayout(grid)
        inside.addWidget(self.busy)
        foot = QHBoxLayout()
        foot.addWidget(self.bring)
        foot.addStretch(1)
        foot.addWidget(self.go_on)
        inside.addLayout(foot)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(frame, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def focus_first(self) -> None:
        (self.passphrase if self.officer.count() else self.bring).setFocus()

    # -- who --------------------------------------------------------------------------------------------------

    def list_officers(self) -> None:
        """Who holds a role and whose key file is on this computer; the last one who signed in stands first."""
        chosen = self.officer.currentData()
        self.officer.clear()
        for number, one in self._desk.standing.officers.items():
            if one.roles and self._desk.folder.officer_key(number).exists():
                roles = ", ".join(say(f"role.{role}") for role in sorted(one.roles))
                self.officer.addItem(say("sign-in.person", name=one.name, roles=roles), number)
        wanted = self.officer.findData(chosen if chosen is not None else self._desk.last_person)
        self.officer.setCurrentIndex(max(0, wanted))
        for widget in (self.officer, self.passphrase, self.go_on):
            widget.setEnabled(self.officer.count() > 0)
        if not self.officer.count():
            self.notice.tell(say("sign-in.no-keys"), "care")

    def choose(self, number: int) -> None:
        self.officer.setCurrentIndex(self.officer.findData(number))

    def _sign_in(self) -> None:
        number, passphrase = self.officer.currentData(), self.passphrase.text()
        if number is None or not passphrase:
            self.focus_first()
            return
        self.passphrase.clear()
        self.notice.clear()
        self.busy.begin(say("sign-in.busy"))
        self._set_enabled(False)
        self._desk.sign_in(self, number, passphrase, self._refused)

    def _set_enabled(self, enabled: bool) -> None:
        for widget in (self.officer, self.passphrase, self.go_on, self.bring):
            widget.setEnabled(enabled)

    def _refused(self, error: MunimentError) -> None:
        self.busy.end()
        self._set_enabled(True)
        self.notice.tell_trouble(error)
        self.focus_first()

    # -- a key file that was made elsewhere ---------------------------------------------------------------------

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("sign-in.bring.title"), "", say("sign-in.bring.files"))
        if path:
            self.bring_key(Path(path))

    def bring_key(self, file: Path) -> None:
        """Copy an officer's key file into this office's folder, under the number in its name; it stays sealed."""
        folder, number = self._desk.folder, file.stem

        def work() -> None:
            content = read_bounded(file, MAX_FILE_BYTES)
            purpose, _ = read_header(content)
            if purpose != "officer" or not number.isdecimal():
                raise MunimentError("not-a-key-file")
            target = folder.officer_key(int(number))
            if target.exists():
                raise MunimentError("officer-key-exists", officer=int(number))
            target.parent.mkdir(exist_ok=True)
            write_durably(target, content)

        self.notice.clear()
        self._desk.background.run(self, work, lambda _none: self._brought(int(number)), self.notice.tell_trouble)

    def _brought(self, number: int) -> None:
        self.notice.clear()
        self.list_officers()
        self.choose(number)
        self.focus_first()
