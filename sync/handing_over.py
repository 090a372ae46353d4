"""After the vote: the office that invited hands the register over, to the key that it has paired with and to no other.

The newcomer calls the same certificate once more, names the invitation, and signs the inviter's fresh nonce with the
node key of its card; the network must have admitted that key. What it gets is the hash of a checkpoint, over the line
that the code has proved, and the snapshot of that checkpoint, which it verifies as if it had come from a stranger
(core/joining.py).

Sans-IO. Canonical DAG-CBOR lists, after those of sync/pairing.py: COLLECT, CHALLENGE, PROOF, COPY, PART…, TAKEN; the
giver may say BYE instead of any of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.crypto.hashing import DIGEST_BYTES, tag_bytes
from core.errors import MunimentError
from core.ledger.charter import Verify
from core.ledger.encoding import Value, decode, encode, is_natural
from core.store.arriving import NOTHING, PART_BYTES, Held
from sync.pairing import BYE, NONCE_BYTES, Terms, refusal_of

COLLECT, _CHALLENGE, _PROOF, _COPY, _PART, _TAKEN = range(7, 13)
VERSION = 2
MAX_MESSAGE_BYTES = PART_BYTES + 160
MAX_COPY_BYTES = 256 << 20  # above that a stick is quicker than a person's patience
TAKEN = encode([_TAKEN])


@dataclass(frozen=True, slots=True)
class Copy:
    """What is about to come."""

    checkpoint: bytes  # hash
    anchor: int
    size_bytes: int
    digest: bytes  # of all of it

    def encoded(self, begin: int) -> bytes:
        """`begin`: the bytes before it are held over there."""
        return encode([_COPY, self.checkpoint, self.anchor, self.size_bytes, self.digest, begin])

    def begin_after(self, held: Held) -> int:
        """Where to go on for somebody who holds this."""
        whole_parts = held.held_bytes % PART_BYTES == 0 and held.held_bytes <= self.size_bytes
        fits = held.held_bytes == self.size_bytes or whole_parts
        return held.held_bytes if held.digest == self.digest and fits else 0


class Giver:
    """The office that has invited; `proved` once the caller holds the key of the card."""

    def __init__(self, terms: Terms, newcomer: bytes, nonce: bytes, verify: Verify) -> None:
        """`newcomer`: its node key. `nonce`: 32 fresh bytes."""
        self._terms, self._newcomer, self._nonce, self._verify = terms, newcomer, nonce, verify
        self._asked = self.proved = False
        self.held = NOTHING  # by the newcomer, as it says

    def receive(self, message: bytes) -> bytes | None:
        """The answer; None when the caller is proved. Raises `other-protocol-version`, `invitation-unknown`,
        `pairing-broken`, `unexpected-message` and the codes of `decode`.
        """
        match self._asked, decode(message, MAX_MESSAGE_BYTES):
            case False, [kind, version, bytes(network), bytes(token)] if kind == COLLECT:
                if version != VERSION:
                    raise MunimentError("other-protocol-version")
                if (network, token) != (self._terms.network, self._terms.token):
                    raise MunimentError("invitation-unknown")
                self._asked = True
                return encode([_CHALLENGE, self._nonce])
            case True, [kind, bytes(signature), bytes(digest), held] if kind == _PROOF and not self.proved:
                if len(digest) != DIGEST_BYTES or not is_natural(held):
                    raise MunimentError("unexpected-message")
                if not self._verify(self._newcomer, _proof(self._terms, self._nonce), signature):
                    raise MunimentError("pairing-broken")
                self.proved, self.held = True, Held(digest, held)
                return None
        raise MunimentError("unexpected-message")


def collect(terms: Terms) -> bytes:
    """The newcomer's first message."""
    return encode([COLLECT, VERSION, terms.network, terms.token])


def answer_challenge(terms: Terms, message: bytes, sign: Callable[[bytes], bytes], held: Held) -> bytes:
    """`held`: since an earlier call. Raises `unexpected-message` and what the other side refused with."""
    match _said(message):
        case [kind, bytes(nonce)] if kind == _CHALLENGE and len(nonce) == NONCE_BYTES:
            return encode([_PROOF, sign(_proof(terms, nonce)), *held])
    raise MunimentError("unexpected-message")


def decode_copy(message: bytes, held: Held) -> tuple[Copy, int]:
    """(what comes, from which byte on). Raises `unexpected-message`, `copy-too-large`, and what the other side refused
    with.
    """
    match _said(message):
        case [kind, bytes(checkpoint), anchor, size, bytes(digest), begin] if kind == _COPY:
            sizes = is_natural(anchor) and is_natural(size) and is_natural(begin)
            if sizes and len(checkpoint) == len(digest) == DIGEST_BYTES:
                check_size(size)
                copy = Copy(checkpoint, anchor, size, digest)
                if begin in (0, copy.begin_after(held)):
                    return copy, begin
    raise MunimentError("unexpected-message")


def check_size(size_bytes: int) -> None:
    """Raises `copy-too-large`."""
    if size_bytes > MAX_COPY_BYTES:
        raise MunimentError("copy-too-large", bytes=size_bytes, limit=MAX_COPY_BYTES)


def part(content: bytes) -> bytes:
    """A message with the next share of the copy: PART_BYTES, the last one what is left."""
    return encode([_PART, content])


def decode_part(message: bytes, left: int) -> bytes:
    """Raises `unexpected-message` for a share of another length than is due."""
    match _said(message):
        case [kind, bytes(content)] if kind == _PART and len(content) == min(left, PART_BYTES):
            return content
    raise MunimentError("unexpected-message")


def _said(message: bytes) -> Value:
    parts = decode(message, MAX_MESSAGE_BYTES)
    match parts:
        case [kind, str(code)] if kind == BYE:
            raise MunimentError(refusal_of(code))
    return parts


def _proof(terms: Terms, nonce: bytes) -> bytes:
    """What the newcomer signs: nothing that any other use of its key could mean."""
    return tag_bytes("pairing-collect") + encode([terms.network, terms.token, terms.certificate_digest, nonce])
