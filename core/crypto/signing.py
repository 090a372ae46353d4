"""Ed25519 signatures (RFC 8032) by libsodium.

Strict means libsodium's rules: a non-canonical S, a public key of small order and a non-canonical point are
refused, without the cofactor. Every office uses the same library version, so all agree on each signature.
Signing is deterministic: the same bytes signed again after a crash give the same signature, never a fork.
PyNaCl releases the GIL inside libsodium, so verifying many uses threads.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Protocol

from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_scalarmult_base,
    crypto_sign,
    crypto_sign_ed25519_pk_to_curve25519,
    crypto_sign_ed25519_sk_to_curve25519,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError, CryptoError

from core.errors import MunimentError

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64

# (public key, message, signature)
SignedItem = tuple[bytes, bytes, bytes]

# Fewer signatures than this are verified sooner than a thread starts.
_INLINE_ITEMS = 8
# Several chunks a thread, so that one slow core does not hold the others up.
_CHUNKS_PER_THREAD = 8


class Signer(Protocol):
    """Whoever signs: a key in memory today, a smart card one day."""

    @property
    def public(self) -> bytes:
        """The 32-byte public key."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of the message."""

    def open(self, box: bytes) -> bytes:
        """What was sealed to the public key (`seal_to`). Raises `not-opened`."""


class SigningKey:
    """A key held in memory: signing costs half of `sign(seed, …)`, which derives the key each time."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError("an Ed25519 seed has 32 bytes")
        self.public, self._secret = crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of the message."""
        return crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def open(self, box: bytes) -> bytes:
        """What was sealed to the public key (`seal_to`). Raises `not-opened`."""
        secret = crypto_sign_ed25519_sk_to_curve25519(self._secret)
        try:
            return crypto_box_seal_open(box, crypto_scalarmult_base(secret), secret)
        except CryptoError:
            raise MunimentError("not-opened") from None

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("a signing key is not copied or sent")


def seal_to(public: bytes, content: bytes) -> bytes:
    """A box that only the holder of an Ed25519 key opens: libsodium's sealed box to its X25519 form."""
    return crypto_box_seal(content, crypto_sign_ed25519_pk_to_curve25519(public))


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a 32-byte seed."""
    return SigningKey(seed).public


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte signature of the message under the seed's key. For many messages keep a `SigningKey`."""
    return SigningKey(seed).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's on the message. Wrong lengths are just not valid."""
    # crypto_sign_open does not check the key's length and would read past a short one.
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True


def verify_many(items: Sequence[SignedItem], threads: int) -> list[bool]:
    """One verdict per item, in order, worked out by so many threads."""
    if threads <= 1 or len(items) < _INLINE_ITEMS:
        return _verify_each(items)
    chunk_length = max(1, -(-len(items) // (threads * _CHUNKS_PER_THREAD)))
    chunks = [items[start : start + chunk_length] for start in range(0, len(items), chunk_length)]
    with ThreadPoolExecutor(threads, thread_name_prefix="verify") as pool:
        return list(chain.from_iterable(pool.map(_verify_each, chunks)))


def _verify_each(items: Sequence[SignedItem]) -> list[bool]:
    return [verify(public, message, signature) for public, message, signature in items]
