"""An office's keys of sealed fields: kept, passed on to those entitled, given out as shares after an event, and used.

Keys are stored before the block that needs them: after a crash in between the kept block is signed again and finds
them, and a key without its text harms nobody. Whoever meets carries the envelopes of the blocks that it hands on; an
office that may read a field and has no key asks everybody it meets.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from core.crypto.sealing import KEY_BYTES
from core.crypto.shamir import combine
from core.crypto.signing import Signer as Key
from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.payload import ErasureNote, Item, ShareRelease
from core.ledger.sealed import Sealed, commit, share_digest
from core.ledger.vertex import Vertex
from core.reading_acts import HeldActs
from core.replica import Replica
from core.sealing.closing import Secret
from core.sealing.envelope import KEY, RELEASED, SHARE, Envelope, make_envelope, read_envelope
from core.sealing.intake import REGISTER
from core.store.sealing import SealedRow

MAX_WANTED = 256  # of one question
MAX_ANSWERED = 1024  # envelopes in one answer
MAX_DUE = 256  # notes and shares in one block


class SealedKeys:
    """Used on the office's thread. `number`: of the office; `key`: of its node."""

    def __init__(self, replica: Replica, number: int, key: Key, held: HeldActs) -> None:
        self._replica, self._number, self._key, self._held = replica, number, key, held
        self._store = replica.store.sealing

    @property
    def _me(self) -> tuple[int, int]:
        member = self._replica.roll.members[self._number]
        return member.number, member.incarnation

    # -- keeping ------------------------------------------------------------------------------------------------

    def keep(self, secrets: Iterable[Secret]) -> None:
        """Keys of an act that is about to be recorded, with the envelopes for others. Durable on return."""
        with self._replica.store.database.atomic():
            for secret in secrets:
                name = secret.sealed.name(self._replica.network)
                if secret.key is not None:
                    self._store.put_key(name, secret.key)
                    for number in secret.sealed.offices:
                        if number != self._number:
                            self._put(KEY, name, number, secret.key)
                for (holder, _), share in zip(secret.sealed.shares, secret.shares, strict=True):
                    self._put(SHARE, name, holder, share)

    def _put(self, kind: int, name: bytes, number: int, secret: bytes) -> Envelope | None:
        """Make an envelope for the node that a member has now."""
        member = self._replica.roll.member(number)
        if member is None:
            return None
        to = (number, member.incarnation, member.key)
        made = make_envelope(self._replica.network, kind, name, to, self._me, self._key, secret)
        self._store.put_envelope(made.place, made.encoded)
        return made

    # -- passing on ---------------------------------------------------------------------------------------------

    def of_block(self, block: bytes) -> list[bytes]:
        """The envelopes that travel with a block, each sealed to its recipient and encoded: of what is sealed in it,
        and shares that it says are given out.
        """
        if self._store.is_empty:
            return []
        names = [row.name for row in self._store.of_block(block) if not row.erased]
        found = [one for name in names for one in self._store.envelopes(name)]
        vertex = self._replica.lace.vertices[block]
        for name in self._released_in(vertex):
            found += self._store.envelopes(name, RELEASED, vertex.author)
        return found

    def _released_in(self, vertex: Vertex) -> list[bytes]:
        """Names of the sealed fields of which the block says that its author's share is given out."""
        _, payload = self._held.stored(vertex.position)
        items = payload.items if payload else ()
        return [item.sealed for item in items if isinstance(item, ShareRelease) and item.usable]

    def wanted(self) -> list[bytes]:
        """Names of the fields of which this office lacks a key or a share that it may have; bounded."""
        if self._store.is_empty:
            return []
        lacking = filter(self._lacks, self._store.lacking(self._number))
        return [row.name for row in islice(lacking, MAX_WANTED)]

    def _lacks(self, row: SealedRow) -> bool:
        sealed, number = row.sealed, self._number
        if not sealed.shares:
            return True
        if sealed.holds_share(number) is not None and not self._store.envelopes(row.name, SHARE, number):
            return True
        return number in sealed.offices and self._happened(row)

    def _happened(self, row: SealedRow) -> bool:
        """Whether the event that opens a field is executed; of a field whose act is not here nobody knows, and yes."""
        return self._store.event_of(row) is not None or row.procedure.startswith(REGISTER)

    def for_member(self, number: int, names: Sequence[bytes]) -> list[bytes]:
        """Envelopes for a member that lacks keys: those on their way to it, shares given out, and a key known here.

        May store a new one, durable on return.
        """
        found: list[bytes] = []
        for name in names[:MAX_WANTED]:
            row = self._store.get(name)
            if row is None or row.erased or len(found) >= MAX_ANSWERED:
                continue
            found += self._store.envelopes(name, RELEASED)
            found += self._store.envelopes(name, SHARE, number)
            held = [read_envelope(one) for one in self._store.envelopes(name, KEY, number)]
            member, key = self._replica.roll.member(number), self._store.key(name)
            if member is None or number not in row.sealed.offices:
                continue
            fitting = [one for one in held if one.incarnation == member.incarnation]
            if key is not None and all(one.by != self._number for one in fitting):
                # Its node has another key than it had then, or what others made for it does not open: it still asks.
                with self._replica.store.database.atomic():
                    made = self._put(KEY, name, number, key)
                fitting = [made, *fitting] if made else fitting
            found += [one.encoded for one in fitting]
        return found[:MAX_ANSWERED]

    def take(self, envelopes: Iterable[bytes]) -> int:
        """Keep what others bring, as far as it may be kept here; how many were new. Durable on return.

        Raises `malformed-envelope`, `too-large`, `not-canonical`: then nothing was kept.
        """
        with self._replica.store.database.atomic():
            return sum(self._take(one) for one in envelopes)

    def _take(self, data: bytes) -> bool:
        envelope = read_envelope(data)
        row = self._store.get(envelope.name)
        if row is None or row.erased is not None or not self._may_make(envelope, row):
            return False
        signer = self._replica.epochs.key_of(envelope.by, envelope.by_incarnation)
        if signer is None or not verify(signer, envelope.message(self._replica.network), envelope.signature):
            return False
        if self._is_for_me(envelope) and self._store.key(row.name) is None:
            key = self._opened(envelope)
            if key is None or not self._fits(key, row.sealed):
                return False  # rubbish would take the place of what opens
            self._store.put_key(row.name, key)
            self._store.put_envelope(envelope.place, data)
            return True
        if not self._store.put_envelope(envelope.place, data):
            return False
        if envelope.kind == RELEASED:
            self._combine(row)
        return True

    def _may_make(self, envelope: Envelope, row: SealedRow) -> bool:
        sealed, network = row.sealed, self._replica.network
        if self._replica.epochs.key_of(envelope.recipient, envelope.incarnation) is None:
            return False  # else one office could fill the disk with envelopes to keys that never were
        if envelope.kind == KEY:
            early = row.event is not None and not self._happened(row)  # then nobody honest has the key
            return not early and envelope.by in (sealed.by, *sealed.offices) and envelope.recipient in sealed.offices
        if envelope.kind == SHARE:
            return envelope.by == sealed.by and sealed.holds_share(envelope.recipient) is not None
        digest = sealed.holds_share(envelope.by)
        return envelope.recipient == envelope.by and digest == share_digest(network, envelope.content)

    def _is_for_me(self, envelope: Envelope) -> bool:
        return envelope.kind == KEY and (envelope.recipient, envelope.incarnation) == self._me

    def _opened(self, envelope: Envelope) -> bytes | None:
        try:
            return self._key.open(envelope.content)
        except MunimentError:
            return None

    def _fits(self, key: bytes, sealed: Sealed) -> bool:
        return len(key) == KEY_BYTES and commit(self._replica.network, key, sealed.terms) == sealed.commitment

    # -- shares -------------------------------------------------------------------------------------------------

    def shares_given(self, row: SealedRow) -> dict[int, bytes]:
        """Shares given out that are here, by the number that the office has among the holders."""
        given = (read_envelope(one) for one in self._store.envelopes(row.name, RELEASED))
        by = {one.by: one.content for one in given}
        return {place: by[holder] for place, (holder, _) in enumerate(row.sealed.shares, 1) if holder in by}

    def opening(self, sealed: Sealed) -> Value:
        """What opens a field inside the ledger (core/ledger/opening.py), as an act carries it; None: not open here."""
        row = self._store.get(sealed.name(self._replica.network))
        key = self._store.key(row.name) if row is not None and row.erased is None else None
        if key is not None or row is None or row.erased is not None or not self._happened(row):
            return key
        shares = self.shares_given(row)
        if not sealed.shares or len(shares) < sealed.threshold:
            return None
        return [[number, share] for number, share in sorted(shares.items())][: sealed.threshold]  # they make up no key

    def _combine(self, row: SealedRow) -> None:
        """Not before the event was executed here: holders who give their shares too early open nothing by that."""
        if self._number not in row.sealed.offices or not self._happened(row):
            return
        shares = self.shares_given(row)
        if len(shares) >= row.sealed.threshold:
            key = combine(dict(list(shares.items())[: row.sealed.threshold]))
            if self._fits(key, row.sealed):
                self._store.put_key(row.name, key)

    def _share(self, row: SealedRow) -> bytes | None:
        """This office's own share, where it has come and is what its author committed to; b"" where it is not."""
        digest, wrong = row.sealed.holds_share(self._number), None
        for one in self._store.envelopes(row.name, SHARE, self._number):
            share = self._opened(read_envelope(one))
            if share is not None and share_digest(self._replica.network, share) == digest:
                return share
            wrong = b""
        return wrong

    # -- what is due in the next block --------------------------------------------------------------------------

    def due(self) -> tuple[Item, ...]:
        """Notes of erasures done here, and shares of fields that an executed event has opened."""
        if self._store.is_empty:
            return ()
        items: list[Item] = [*self._notes_due(), *self._releases_due()]
        return tuple(items[:MAX_DUE])

    def _notes_due(self) -> list[ErasureNote]:
        rows = self._store.erasures()
        due = [row for row in rows if self._number not in self._store.notes(row.act)]
        if any(not row.swept for row in rows) and not self._store.sweep():
            return []  # a note says that nothing is left, so it waits until nothing is; after a restore one was said
        return [ErasureNote(act) for act in dict.fromkeys(row.act for row in due)]

    def _releases_due(self) -> list[ShareRelease]:
        due, number = list[ShareRelease](), self._number
        for row in self._store.opened():
            if self._store.key(row.name) is None:
                with self._replica.store.database.atomic():
                    self._combine(row)  # shares may have come before the event
            share = self._share(row) if number not in self._store.releases(row.name) else None
            if share is None or row.sealed.holds_share(number) is None:
                continue
            if share:
                with self._replica.store.database.atomic():
                    self._put(RELEASED, row.name, number, share)
                    self._combine(row)
            due.append(ShareRelease(row.name, bool(share)))
        return due
