"""Who is signed in at this computer, and what that person has looked at and opened: asked before anything is done.

An office begins unattended: its custodian (actions.py) acts, as for a command. From `attend` on, and for every window,
nobody may do anything until an officer of this office has signed in with his own key; roles are read anew at each
question, so that one who lost them has lost them here. No officer's key is kept: each signature asks for it again.

Two-officer acts: whoever signs and is not the person signed in has first opened these very bytes here (`open_review`):
one byte more or less is another act, and has to be opened again. Signing out forgets all of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import officers
from core.clock import Clock
from core.crypto.hashing import tagged_hash
from core.crypto.signing import Signer as Key
from core.crypto.signing import verify
from core.errors import MunimentError
from core.laws.signing import is_of_node
from core.laws.visibility import Reader, asks_interest, is_public
from core.ledger.transaction import Signer, Transaction, decode_transaction, transaction_id
from core.people.actions import ROLES, Action, Gate, action_of
from core.replica import Replica
from core.store.looks import MAX_NOTE_CHARS, Look
from core.store.working import WorkingState

CHALLENGE_BYTES = 32
# What a person may state; the last ones say nothing without words.
PURPOSES = ("application", "holder", "check", "audit", "authority", "other")
IN_WORDS = frozenset({"authority", "other"})
# What core states itself, because the work that is done says why.
PREPARING, DECIDING, SECOND_OFFICER, EXTRACT, AGAIN = "preparing", "deciding", "second-officer", "extract", "again"

LOCK_S = (30, 3600)  # shortest and longest
USUAL_LOCK_S = 300
_LOCK_AFTER = "lock-after-s"


@dataclass(frozen=True, slots=True)
class Person:
    """An officer of this office, signed in."""

    number: int
    name: str
    roles: frozenset[str]


class People(Gate):
    """Used on the office's thread. `number`: of the office."""

    def __init__(self, replica: Replica, number: int, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._replica, self._number, self._clock, self._random_bytes = replica, number, clock, random_bytes
        self._attended = False
        self._present: int | None = None
        self._read: tuple[int, Person] | None = None  # rows written until then, and who was read
        self._looked: set[tuple[bytes, str]] = set()
        self._opened: set[tuple[int, bytes]] = set()

    # -- who is here --------------------------------------------------------------------------------------------

    @property
    def attended(self) -> bool:
        return self._attended

    @property
    def present(self) -> Person | None:
        """The person signed in, with the roles held at this moment: read again whenever a row was written since."""
        if self._present is None:
            return None
        changes = self._replica.store.database.row_changes
        if self._read is None or self._read[0] != changes or self._read[1].number != self._present:
            self._read = (changes, self._person(self._present))
        return self._read[1]

    @property
    def roles(self) -> frozenset[str]:
        if not self._attended:
            return super().roles
        person = self.present
        return person.roles if person is not None else frozenset()

    def attend(self) -> None:
        """From now on a person has to sign in: a window is open."""
        self._attended = True
        self.sign_out()

    def go_on_from(self, before: "People") -> None:
        """The same office was closed and opened again in one go: who was here is here."""
        vars(self).update({name: vars(before)[name] for name in ("_attended", "_present", "_looked", "_opened")})

    def sign_in(self, number: int, key: Key) -> Person:
        """`number`: of the officer. Raises `not-this-officer` for another key, `officer-ended` without any role."""
        self._prove(number, key)
        person = self._person(number)
        if not person.roles:
            raise MunimentError("officer-ended", name=person.name)
        self.sign_out()
        self._attended, self._present = True, number
        return person

    def sign_out(self) -> None:
        """Nobody is here; what was looked at and opened is forgotten."""
        self._present = None
        self._looked.clear()
        self._opened.clear()

    @property
    def lock_after_s(self) -> int:
        """After so many seconds without use the window of this office signs out."""
        kept = self._replica.store.database.meta(_LOCK_AFTER)
        return int(kept) if kept is not None else USUAL_LOCK_S

    def lock_after(self, seconds: int) -> None:
        """Raises `bad-lock-time` outside LOCK_S, `nobody-signed-in`."""
        if self._attended and self._present is None:
            raise MunimentError("nobody-signed-in")
        if not LOCK_S[0] <= seconds <= LOCK_S[1]:
            raise MunimentError("bad-lock-time", least=LOCK_S[0], most=LOCK_S[1])
        self._replica.store.database.set_meta(_LOCK_AFTER, str(seconds).encode())

    def require(self, action: Action) -> None:
        """Raises `nobody-signed-in`, `not-for-role`."""
        if self._attended and self._present is None:
            raise MunimentError("nobody-signed-in")
        super().require(action)

    def _prove(self, number: int, key: Key) -> None:
        """That whoever asks holds the officer's key, and not only knows a number."""
        known = officers.key(self._state, self._replica.roll, self._number, number)
        challenge = tagged_hash("sign-in", self._replica.network, self._random_bytes(CHALLENGE_BYTES))
        if known is None or not verify(known, challenge, key.sign(challenge)):
            raise MunimentError("not-this-officer", officer=number)

    def _person(self, number: int) -> Person:
        state, roll, office = self._state, self._replica.roll, self._number
        name = officers.name_of(state, roll, office, number) or str(number)
        return Person(number, name, officers.roles(state, roll, office, number))

    @property
    def _state(self) -> WorkingState:
        return WorkingState(self._replica.store.state, self._number)

    # -- signing ------------------------------------------------------------------------------------------------

    def open_review(self, number: int, key: Key, encoded: bytes) -> Transaction:
        """The act in these bytes, to be shown to the officer who is to sign it beside the person signed in.

        That he has opened it is durable on return. Raises `not-this-officer`, `not-a-signer`, what `require` raises.
        """
        self.require(Action.DRAW_UP)
        transaction = decode_transaction(encoded)
        if not any(one.officer == number for one in self._own(transaction)):
            raise MunimentError("not-a-signer", officer=number)
        self._prove(number, key)
        act = transaction_id(self._replica.network, encoded)
        self._note(self._person(number), act, "", SECOND_OFFICER, "")
        self._opened.add((number, act))
        return transaction

    def check_signing(self, transactions: Sequence[Transaction], acts: Sequence[bytes]) -> None:
        """Before acts (with their ids) are recorded here.

        Raises `not-for-role` where this application lets no such role do that, `one-key-two-persons`,
        `review-not-opened`, and what `require` raises.
        """
        if all(is_of_node(transaction.signers) for transaction in transactions):
            return  # nobody signs: the law lets the node enter it by itself
        if self._attended:
            self.require(Action.DRAW_UP)
        state, roll = self._state, self._replica.roll
        for transaction, act in zip(transactions, acts, strict=True):
            action = action_of(transaction, self._replica.laws)
            persons: dict[bytes, int] = {}
            for signer in self._own(transaction):
                if signer.role not in ROLES[action]:
                    raise MunimentError("not-for-role", action=action.value, roles=sorted(ROLES[action]))
                known = officers.key(state, roll, signer.office, signer.officer) or b""
                if persons.setdefault(known, signer.officer) != signer.officer:
                    raise MunimentError("one-key-two-persons", name=self._person(signer.officer).name)
                absent = self._attended and signer.officer != self._present
                if absent and (signer.officer, act) not in self._opened:
                    raise MunimentError("review-not-opened", name=self._person(signer.officer).name)

    def _own(self, transaction: Transaction) -> list[Signer]:
        return [signer for signer in transaction.signers if signer.office == self._number]

    # -- looking ------------------------------------------------------------------------------------------------

    def look(self, record_id: bytes, purpose: str, note: str = "") -> None:
        """State why a record is looked at, before it is shown. Durable on return.

        Raises `purpose-missing`, `purpose-in-words`, `too-large`, `unknown-record`, `looks-full`, and what `require`
        raises.
        """
        self.require(Action.LOOK)
        record = self._replica.store.state.present(record_id)
        if record is None:
            raise MunimentError("unknown-record", record=record_id)
        if purpose not in PURPOSES:
            raise MunimentError("purpose-missing")
        if len(note) > MAX_NOTE_CHARS:
            raise MunimentError("too-large", bytes=len(note), limit=MAX_NOTE_CHARS)
        register = self._replica.register_of(record.register)
        if not note and (purpose in IN_WORDS or (register is not None and asks_interest(register))):
            raise MunimentError("purpose-in-words")
        self._state_purpose(record_id, record.register, purpose, note)

    def search(self, words: str, purpose: str, note: str) -> None:
        """State why sealed fields are searched for words, before they are, whatever is found. Durable on return.

        Who asks, or the number of the file, is always told. Raises as `look`.
        """
        self.require(Action.LOOK)
        if purpose not in PURPOSES:
            raise MunimentError("purpose-missing")
        if not note:
            raise MunimentError("purpose-in-words")
        kept = f"{words} · {note}"
        if len(kept) > MAX_NOTE_CHARS:
            raise MunimentError("too-large", bytes=len(kept), limit=MAX_NOTE_CHARS)
        person = self.present
        assert person is not None
        self._note(person, b"", "", purpose, kept)

    def found(self, record_id: bytes, register: str, purpose: str, note: str) -> None:
        """A record that such a search has shown: as a look at it."""
        self._state_purpose(record_id, register, purpose, note)

    def work_on(self, subject: bytes, purpose: str) -> None:
        """As `look`, where the work itself says why; nothing happens for one who may not look. `subject`: record or
        act."""
        if self._present is None or not self.may(Action.LOOK):
            return
        record = self._replica.store.state.present(subject)
        register = self._replica.register_of(record.register) if record is not None else None
        if register is None or not is_public(register):
            self._state_purpose(subject, record.register if record is not None else "", purpose, "")

    def looks_at(self, subject: bytes) -> list[Look]:
        """Who looked at a record or an act, newest first."""
        self.require(Action.READ_LOOKS)
        return self._replica.store.looks.of_subject(subject)

    def _state_purpose(self, subject: bytes, register: str, purpose: str, note: str) -> None:
        if (subject, purpose + note) not in self._looked:
            person = self.present
            assert person is not None
            self._note(person, subject, register, purpose, note)
            self._looked.add((subject, purpose + note))

    def _note(self, person: Person, subject: bytes, register: str, purpose: str, note: str) -> None:
        roles = ",".join(sorted(person.roles))
        looks = self._replica.store.looks
        looks.add(self._clock.now_ms(), person.number, person.name, roles, subject, register, purpose, note)

    # -- what may be seen ---------------------------------------------------------------------------------------

    def has_stated(self, *subjects: bytes) -> bool:
        return any(subject in subjects for subject, _ in self._looked)

    def reader(self, stated: bool) -> Reader:
        return Reader(self.roles, self._number, stated)
