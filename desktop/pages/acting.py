"""The last stages of a new act: signing with each officer's passphrase, recording, and what is shown then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.errors import MunimentError
from core.folder import open_officer
from core.ledger.payload import Group
from core.office import Office, Proposal
from core.views import ActView
from desktop.desk import Desk
from desktop.printing_act import print_act
from desktop.widgets.notice import Notice
from desktop.widgets.status import StatusLine
from desktop.widgets.texts import button, card, label
from desktop.wording import say
from desktop.wording.values import claimed_text


def sign_act(
    desk: Desk,
    owner: QObject,
    proposal: Proposal,
    passphrases: Sequence[str],
    then: Callable[[ActView], None],
    failed: Callable[[MunimentError], None],
) -> None:
    """Open each officer's key, sign, record. Keys live no longer than this; nothing is written if one fails.

    For a page that shows the text with all its signers: whoever is not signed in has opened it by giving the
    passphrase there (desktop/pages/signing.py takes the longer way).
    """
    folder, signers = desk.folder, proposal.transaction.signers
    service = desk.service

    def sign() -> tuple[bytes, ...]:
        keys = [open_officer(folder, s.officer, phrase) for s, phrase in zip(signers, passphrases, strict=True)]
        people = service.office.people

        def open_for_all() -> bytes:
            for signer, key in zip(signers, keys, strict=True):
                if people.present is None or signer.officer != people.present.number:
                    people.open_review(signer.officer, key, proposal.encoded)
            return service.office.signing_message([proposal.encoded])

        message = service.call(open_for_all).result()
        return tuple(key.sign(message) for key in keys)

    def record(signatures: tuple[bytes, ...]) -> None:
        def work(office: Office) -> ActView:
            (view,) = office.record(Group((proposal.encoded,), signatures))
            return view

        desk.ask(owner, work, then, failed)

    desk.background.run(owner, sign, record, failed)


@dataclass(frozen=True)
class RecordedWords:
    title: str
    number: str


def recorded_act(desk: Desk, view: ActView, title: str) -> RecordedWords:
    """How the act is named from now on."""
    number = say("recorded.number", office=desk.office_name, seq=view.seq)
    return RecordedWords(f"{title} · {claimed_text(view.transaction.claimed_ms)}", number)


class Recorded(QWidget):
    record_wanted = Signal(bytes)
    another_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view: ActView | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.notice = Notice(self)
        layout.addWidget(self.notice)
        frame, inside = card(self)
        self._title = label("", frame, "heading")
        self._number = label("", frame, selectable=True)
        self.status = StatusLine(frame, "large")
        self._next = label(say("recorded.next"), frame, "quiet")
        for widget in (self._title, self._number, self.status, self._next):
            inside.addWidget(widget)
        self.print = button(say("recorded.print"), frame, main=True)
        self.print.clicked.connect(self._print)
        self.show_record = button(say("recorded.show"), frame)
        self.show_record.clicked.connect(self._show)
        another = button(say("recorded.another"), frame)
        another.clicked.connect(self.another_wanted)
        row = QHBoxLayout()
        for made in (self.print, self.show_record, another):
            row.addWidget(made)
        row.addStretch(1)
        inside.addLayout(row)
        layout.addWidget(frame)
        layout.addStretch(1)
        self.setFocusProxy(self.print)

    @property
    def view(self) -> ActView | None:
        return self._view

    def show_act(self, view: ActView, words: RecordedWords) -> None:
        self._view = view
        self.notice.clear()
        self._title.setText(words.title)
        self._number.setText(words.number)
        self.status.show_ladder(view.ladder, len(self._desk.offices))
        self.show_record.setVisible(bool(view.records))
        asked = view.transaction.addressed_to
        if asked is None:
            self._next.setText(say("recorded.next"))
        else:
            self._next.setText(say("recorded.next-request", office=self._desk.offices[asked]))
        self.print.setText(say("recorded.print" if asked is None else "recorded.print-slip"))

    def _show(self) -> None:
        if self._view is not None and self._view.records:
            self.record_wanted.emit(self._view.records[0])

    def _print(self) -> None:
        if self._view is None:
            return
        path, _ = QFileDialog.getSaveFileName(self, say("print.title"), "muniment.pdf", "PDF (*.pdf)")
        if path:
            print_act(self._desk, self, self._view.id, path, self.notice)
