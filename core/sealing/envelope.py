"""Keys and shares on their way from office to office, beside the ledger so that they can be destroyed.

An envelope is `[1, kind, name of the field, recipient, incarnation, by, incarnation of by, content, signature]`:

- KEY: the content is a box that only the recipient's node opens, around the key of the field. Who sealed the field
  makes one for each office that may read it; an office that has read it may make one for another (a new key of a
  node).
- SHARE: the same around the recipient's share of a key that is divided. Only who sealed the field makes them.
- RELEASED: a share given out after the event, as it is. Its digest stands in the act: anybody can check it.

Whoever meets carries envelopes on for others. Signatures keep strangers from filling the places of honest ones; what is
inside is checked by whoever opens it.
"""

from dataclasses import dataclass

from core.crypto.hashing import tag_bytes
from core.crypto.signing import SIGNATURE_BYTES, Signer, seal_to
from core.errors import MunimentError
from core.ledger.encoding import decode, encode, is_natural

VERSION = 1
KEY, SHARE, RELEASED = 0, 1, 2
MAX_ENVELOPE_BYTES = 512
NAME_BYTES = 32
MAX_CONTENT_BYTES = 128


@dataclass(frozen=True, slots=True)
class Envelope:
    kind: int
    name: bytes  # of the sealed field (core/ledger/sealed.py)
    recipient: int  # number of a member; of a share given out: who gives it
    incarnation: int  # of the recipient's key
    by: int
    by_incarnation: int
    content: bytes
    signature: bytes = b""

    @property
    def place(self) -> tuple[bytes, int, int, int, int]:
        return self.name, self.kind, self.recipient, self.incarnation, self.by

    def message(self, network: bytes) -> bytes:
        """What `by` signs."""
        return tag_bytes("sealed-envelope") + network + encode(self._stated)

    @property
    def _stated(self) -> list[int | bytes]:
        addressed = [self.recipient, self.incarnation, self.by, self.by_incarnation]
        return [VERSION, self.kind, self.name, *addressed, self.content]

    @property
    def encoded(self) -> bytes:
        return encode([*self._stated, self.signature])


def make_envelope(
    network: bytes, kind: int, name: bytes, to: tuple[int, int, bytes], by: tuple[int, int], key: Signer, secret: bytes
) -> Envelope:
    """`to`: number, incarnation and node key; `by`: number and incarnation of who signs with `key`."""
    content = secret if kind == RELEASED else seal_to(to[2], secret)
    unsigned = Envelope(kind, name, to[0], to[1], *by, content)
    return Envelope(kind, name, to[0], to[1], *by, content, key.sign(unsigned.message(network)))


def read_envelope(data: bytes) -> Envelope:
    """Raises `malformed-envelope`, `too-large`, `not-canonical`."""
    match decode(data, MAX_ENVELOPE_BYTES):
        case [version, kind, bytes(name), to, incarnation, by, by_incarnation, bytes(content), bytes(signature)] if all(
            map(is_natural, (version, kind, to, incarnation, by, by_incarnation))
        ):
            fits = len(name) == NAME_BYTES and len(signature) == SIGNATURE_BYTES and len(content) <= MAX_CONTENT_BYTES
            if version == VERSION and kind in (KEY, SHARE, RELEASED) and fits:
                return Envelope(kind, name, to, incarnation, by, by_incarnation, content, signature)
    raise MunimentError("malformed-envelope")
