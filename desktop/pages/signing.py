"""The signatures of one act, person after person: who is signed in signs first, everybody else opens the text first.

A second officer takes the chair: the own passphrase opens the own key and, in core, the very bytes that are to be
signed; only what core gives back is shown then, and only after that does this officer sign. No key outlives its turn.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.folder import open_officer
from core.ledger.payload import Group
from core.ledger.transaction import Transaction
from core.office import Office, Proposal
from core.views import ActView
from desktop.desk import Desk


class Signing(QObject):
    turn_changed = Signal()
    opened = Signal(object)  # Transaction: what the person whose turn it is has opened
    recorded = Signal(object)  # ActView
    failed = Signal(object)  # MunimentError; the turn is the same person's again

    def __init__(self, desk: Desk, proposal: Proposal, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._proposal = desk, proposal
        self._signatures: dict[int, bytes] = {}  # by officer
        self._key: SigningKey | None = None

    @property
    def persons(self) -> Sequence[int]:
        """Numbers of the officers who sign, in the order of their turns."""
        present = self._desk.person.number if self._desk.person is not None else None
        numbers = dict.fromkeys(signer.officer for signer in self._proposal.transaction.signers)
        return sorted(numbers, key=lambda number: number != present)

    @property
    def turn(self) -> int | None:
        """Whose turn it is; None once all have signed."""
        return next((number for number in self.persons if number not in self._signatures), None)

    @property
    def is_guest(self) -> bool:
        """Whether it is the turn of somebody else than the person signed in, who opens the text first."""
        person = self._desk.person
        return person is None or self.turn != person.number

    @property
    def has_opened(self) -> bool:
        return self._key is not None

    def has_signed(self, number: int) -> bool:
        return number in self._signatures

    def give(self, passphrase: str) -> None:
        """Of the person whose turn it is: signs, or opens the text."""
        number, folder, encoded = self.turn, self._desk.folder, self._proposal.encoded
        assert number is not None

        def use(key: SigningKey) -> None:
            if not self.is_guest:
                self._sign_with(key)
                return

            def keep(transaction: Transaction) -> None:
                self._key = key
                self.opened.emit(transaction)

            self._desk.ask(self, lambda office: office.people.open_review(number, key, encoded), keep, self._fail)

        self._desk.background.run(self, lambda: open_officer(folder, number, passphrase), use, self._fail)

    def sign(self) -> None:
        """The person whose turn it is has opened the text and read it."""
        if self._key is not None:
            self._sign_with(self._key)

    def _sign_with(self, key: SigningKey) -> None:
        number, encoded = self.turn, self._proposal.encoded
        assert number is not None

        def work(office: Office) -> bytes:
            return key.sign(office.signing_message([encoded]))

        def take(signature: bytes) -> None:
            self._key = None
            self._signatures[number] = signature
            if self.turn is None:
                self._record()
            else:
                self.turn_changed.emit()

        self._desk.ask(self, work, take, self._fail)

    def _record(self) -> None:
        signatures = tuple(self._signatures[signer.officer] for signer in self._proposal.transaction.signers)
        group = Group((self._proposal.encoded,), signatures)
        self._desk.ask(self, lambda office: office.record(group)[0], self._recorded, self._start_again)

    def _recorded(self, view: ActView) -> None:
        self.recorded.emit(view)

    def _start_again(self, error: MunimentError) -> None:
        """Nothing was written: everybody signs anew, or goes back."""
        self._signatures.clear()
        self._fail(error)

    def _fail(self, error: MunimentError) -> None:
        self._key = None
        self.failed.emit(error)
