"""Sealing an act before it is signed: each sealed field gets a key of its own, drawn at the edge.

What people typed is checked by the type that the law declares, then closed; the signed act holds the boxes. The keys
wait in memory until the act is recorded and are stored before its block (core/sealing/keys.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.crypto.sealing import KEY_BYTES, NONCE_BYTES
from core.errors import MunimentError
from core.laws.field_checks import FieldFault, make_check
from core.laws.field_types import SealedType
from core.laws.law import Procedure
from core.ledger.encoding import Value
from core.ledger.opening import deal
from core.ledger.roll import Roll
from core.ledger.sealed import MAX_SHARES, Sealed, close_box, commit, is_sealed, share_digest


@dataclass(frozen=True, slots=True)
class Secret:
    """A key of a field, or its shares, that is not stored yet."""

    sealed: Sealed
    key: bytes | None  # None where it is divided: then nobody keeps it
    shares: tuple[bytes, ...] = ()  # in the order of `sealed.shares`


@dataclass(frozen=True)
class Closing:
    """Who seals, and for whom it can be."""

    network: bytes
    office: int
    keepers: frozenset[int]  # of the records that the act is about, and who is asked for it
    roll: Roll
    random_bytes: Callable[[int], bytes]

    def close(self, procedure: Procedure, act: Mapping[str, Value]) -> tuple[dict[str, Value], list[Secret]]:
        """The act as it is signed, and its keys. What is sealed already stays as it is.

        Raises `FieldFault` for a value that does not fit, and `too-few-witnesses` where nobody could hold shares.
        """
        closed, secrets = dict(act), list[Secret]()
        for name, kind in procedure.sealed.items():
            if name in act and not is_sealed(act[name]):
                secret = self._close(name, kind, act)
                closed[name] = secret.sealed.value
                secrets.append(secret)
        return closed, secrets

    def _close(self, name: str, kind: SealedType, act: Mapping[str, Value]) -> Secret:
        try:
            make_check(kind.of)(act[name])
        except FieldFault as fault:
            raise fault.within(name) from None
        key, offices = self.random_bytes(KEY_BYTES), tuple(sorted(self._offices(kind, act)))
        threshold, digests, shares = 0, tuple[tuple[int, bytes], ...](), list[bytes]()
        if kind.until:
            holders, threshold = self._holders(kind)
            shares = deal(self.network, key, threshold, len(holders))
            digests = tuple(
                (holder, share_digest(self.network, share)) for holder, share in zip(holders, shares, strict=True)
            )
        unsealed = Sealed(b"", self.office, b"", offices, threshold, digests)
        commitment = commit(self.network, key, unsealed.terms)
        box = close_box(self.network, key, act[name], self.random_bytes(NONCE_BYTES))
        sealed = Sealed(box, self.office, commitment, offices, threshold, digests)
        return Secret(sealed, None if kind.until else key, tuple(shares))

    def _offices(self, kind: SealedType, act: Mapping[str, Value]) -> set[int]:
        """Numbers of the offices that may have the key. The one that seals has it: it wrote what is inside."""
        found = {self.office}
        for word in kind.offices:
            if word == "all":
                found.update(member.number for member in self.roll.members if not member.removed)
            elif word == "keeper":
                found |= self.keepers
            elif word != "author" and type(act.get(word)) is int:
                found.add(act[word])
        return found

    def _holders(self, kind: SealedType) -> tuple[list[int], int]:
        """The witnesses, and how many of their shares make up the key: none who are dishonest and tolerated can."""
        holders = [member.number for member in self.roll.members if member.witness and not member.removed][:MAX_SHARES]
        if len(holders) < 2:
            raise MunimentError("too-few-witnesses", witnesses=len(holders))
        threshold = self.roll.quorum if kind.threshold == "majority" else self.roll.tolerated + 1
        return holders, min(max(2, threshold), len(holders))
