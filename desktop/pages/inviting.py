"""Inviting an office: its invitation, the six digits that somebody there reads out, its admission, the register.

Who was paired with stays listed until it has the register, also after the window was closed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from os import urandom
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.changing import next_place
from core.errors import MunimentError
from core.ledger.charter import OfficeCard
from core.ledger.encoding import Value
from core.ledger.returning import card_returning
from core.newcomers import Awaited, change_to_let_in, keep_newcomer, list_newcomers
from core.office import Office
from core.people.actions import Action
from core.store.files import write_durably
from core.voting import LAW, pack_content
from desktop.background import Task
from desktop.commands.pairing import give_register, invitation_file, open_invitation
from desktop.desk import Desk, nothing
from desktop.widgets.notice import Busy, Notice
from desktop.widgets.texts import button, card, label
from desktop.wording import say, sentence
from sync.interfaces import interface_addresses
from sync.invitation import Invitation
from sync.inviting import Inviting
from sync.pairing import TOKEN_BYTES
from sync.pairing_port import DEFAULT_PAIRING_PORT

OPEN_MINUTES = 30


class InvitingCard(QFrame):
    act_wanted = Signal(str, object)  # "<law>.<procedure>", fields that it begins with
    opened = Signal(object)  # Invitation
    called = Signal(str)
    paired = Signal()
    handed_over = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.port = DEFAULT_PAIRING_PORT
        self._inviting: Inviting | None = None
        self._keep: Callable[[OfficeCard], None]
        self._task: Task | None = None
        self.notice, self.busy = Notice(self), Busy(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(self)
        layout.addWidget(frame)
        inside.addWidget(label(say("newcomer.card"), frame, "heading"))
        inside.addWidget(label(say("newcomer.card.about"), frame))
        inside.addWidget(self.busy)
        inside.addWidget(self.notice)
        self._asked = label("", frame, "strong")
        inside.addWidget(self._asked)
        inside.addLayout(self._row(frame))
        self._awaited = QVBoxLayout()
        self._awaited.setSpacing(8)
        inside.addLayout(self._awaited)
        self._ask_code("")
        self.setFocusProxy(self.invite)

    def _row(self, frame: QWidget) -> QHBoxLayout:
        self.invite = button(say("inviting.invite"), frame)
        self.invite.clicked.connect(self._choose)
        self.code, self.confirm = QLineEdit(frame), button(say("inviting.confirm"), frame, main=True)
        self.code.setFixedWidth(160)
        self.code.setAccessibleName(say("inviting.code"))
        self.code.returnPressed.connect(self._type)
        self.confirm.clicked.connect(self._type)
        row = QHBoxLayout()
        row.setSpacing(10)
        for widget in (self.invite, self.code, self.confirm):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    # -- the invitation -----------------------------------------------------------------------------------------

    def _choose(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("inviting.title"), say("inviting.name"))
        if path:
            self.begin(path)

    def begin(self, path: str) -> None:
        """Write the invitation and wait for the newcomer's call. It is on the disk before anybody is told of it."""
        desk, token = self._desk, urandom(TOKEN_BYTES)
        loopback = desk.service.loopback_only

        def opened(answer: tuple[Inviting, Invitation]) -> None:
            inviting, invitation = answer
            port = inviting.port
            self._inviting = inviting
            self._keep = lambda newcomer: nothing(keep_newcomer(desk.folder, newcomer, token, port))
            file = Path(path)
            desk.background.run(
                self,
                lambda: write_durably(file, invitation_file(invitation, file)),
                lambda _none: self._wait(path, invitation),
                self._failed,
            )

        self.notice.clear()
        self.invite.setEnabled(False)
        future = open_invitation(desk.service, token, interface_addresses(loopback), OPEN_MINUTES, self.port, loopback)
        desk.background.follow(self, future, opened, self._failed)

    def _wait(self, path: str, invitation: Invitation) -> None:
        inviting, desk = self._inviting, self._desk
        if inviting is None:
            return
        self.notice.tell(sentence("invitation-written", {"path": path, "minutes": OPEN_MINUTES}), "done")
        self.busy.begin(say("inviting.waiting"), self.stop)
        self._task = desk.background.follow(self, desk.service.run(inviting.caller), self._on_call, self._failed)
        self.opened.emit(invitation)

    def _on_call(self, name: str) -> None:
        self.busy.end()
        self.notice.clear()
        self._ask_code(name)
        self.called.emit(name)

    def _ask_code(self, name: str) -> None:
        """Nobody has called where the name is empty."""
        self._asked.setText(sentence("code-wanted", {"office": name}) if name else "")
        for widget in (self._asked, self.code, self.confirm):
            widget.setVisible(bool(name))
        self.invite.setVisible(not name)
        self.code.clear()
        if name:
            self.code.setFocus()

    def _type(self) -> None:
        inviting, code, keep = self._inviting, self.code.text(), self._keep
        if inviting is None or not code.strip():
            return
        self.confirm.setEnabled(False)
        future = self._desk.service.run(lambda: inviting.type_code(code, keep))
        self._desk.background.follow(self, future, self._paired, self._not_typed)

    def _not_typed(self, error: MunimentError) -> None:
        if error.code == "not-six-digits":
            self.confirm.setEnabled(True)
            self.notice.tell_trouble(error)
        else:
            self._failed(error)

    def _paired(self, newcomer: OfficeCard) -> None:
        self._end()
        self.notice.tell(say("inviting.paired", office=newcomer.name), "done")
        self.show_awaited()
        self.paired.emit()

    def stop(self) -> None:
        """The invitation is over."""
        if self._task is not None:
            self._task.cancel()
        if self._inviting is not None:
            self._desk.background.follow(self, self._desk.service.run(self._inviting.close), nothing, self._failed)
        self._end()
        self.notice.tell_trouble(MunimentError("invitation-over"))

    def _failed(self, error: MunimentError) -> None:
        self._end()
        self.notice.tell_trouble(error)

    def _end(self) -> None:
        self.busy.end()
        self._inviting = self._task = None
        self.invite.setEnabled(True)
        self.confirm.setEnabled(True)
        self._ask_code("")

    # -- who waits for the register -----------------------------------------------------------------------------

    def show_awaited(self) -> None:
        desk = self._desk
        self.invite.setEnabled(desk.may(Action.INVITE) and self._inviting is None)
        desk.background.run(self, lambda: list_newcomers(desk.folder), self._list, self.notice.tell_trouble)

    def _list(self, awaited: Sequence[Awaited]) -> None:
        while (item := self._awaited.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for one in awaited:
            line = QWidget(self)
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(label(say("inviting.awaited", office=one.card.name), line, wrap=False))
            for key, then in (("inviting.propose", self.propose), ("inviting.hand-over", self.hand_over)):
                made = button(say(key), line)
                made.setAccessibleName(say(f"{key}.which", office=one.card.name))
                made.clicked.connect(partial(then, one))
                row.addWidget(made)
            row.addStretch(1)
            self._awaited.addWidget(line)

    def propose(self, awaited: Awaited) -> None:
        """Draw up the act that proposes to admit it, or its new key, for an administrator to read and sign."""

        def work(office: Office) -> dict[str, Value]:
            change = change_to_let_in(office.roll, awaited.card)
            office.epochs.check(change)
            reason = say("inviting.reason" if card_returning(change.content) is None else "inviting.reason.return")
            fields: dict[str, Value] = {"kind": change.kind, "content": pack_content(change.content), "reason": reason}
            if change.member is not None:
                fields["member"] = change.member
            return {**next_place(office), **fields}

        def wanted(fields: dict[str, Value]) -> None:
            self.act_wanted.emit(f"{LAW}.propose", fields)

        self.notice.clear()
        self._desk.ask(self, work, wanted, self.notice.tell_trouble)

    def hand_over(self, awaited: Awaited) -> None:
        """Wait for the newcomer, which has been admitted, and give it the register."""
        desk = self._desk
        future = give_register(desk.service, desk.folder, awaited, desk.service.loopback_only, lambda: None)

        def stop() -> None:
            future.cancel()
            self._end()

        self.notice.clear()
        self.invite.setEnabled(False)
        self.busy.begin(sentence("handing-over", {"office": awaited.card.name}), stop)
        desk.background.follow(self, future, lambda size: self._handed_over(awaited, size), self._failed)

    def _handed_over(self, awaited: Awaited, size: int) -> None:
        self._end()
        self.notice.tell(sentence("handed-over", {"office": awaited.card.name, "bytes": size}), "done")
        self.show_awaited()
        self.handed_over.emit()
