"""Sealing of bytes: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) by libsodium.

A sealed box is nonce (24) ‖ ciphertext ‖ tag (16). The nonce is random: 192 bits make a repeat impossible
in practice, and no counter has to survive a restored backup. What the box stands for (its id, its version)
goes into the associated data, so that a box cannot be put in another's place.
"""

from os import urandom

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from core.errors import MunimentError

KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16


def seal(key: bytes, content: bytes, associated: bytes, nonce: bytes | None = None) -> bytes:
    """The box around the content. A nonce is given only by vectors; two boxes must never share one."""
    if len(key) != KEY_BYTES:
        raise ValueError("a sealing key has 32 bytes")
    drawn = urandom(NONCE_BYTES) if nonce is None else nonce
    return drawn + crypto_aead_xchacha20poly1305_ietf_encrypt(content, associated, drawn, key)


def open_sealed(key: bytes, box: bytes, associated: bytes) -> bytes:
    """The content of a box. Raises `not-opened`: another key, other associated data, or altered bytes."""
    if len(key) != KEY_BYTES:
        raise ValueError("a sealing key has 32 bytes")
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise MunimentError("not-opened")
    nonce, ciphertext = box[:NONCE_BYTES], box[NONCE_BYTES:]
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated, nonce, key)
    except CryptoError:
        raise MunimentError("not-opened") from None
