"""The kit's box: an office's keys once more, sealed so that only the words of its recovery kit open it.

    offset  bytes  content
         0     16  "muniment kit" CR LF SUB, and a zero byte
        16      1  version, 1
        17      8  number of the kit: the first bytes of the tagged hash "kit" of its public key
        25     16  mark of the content: the first bytes of the tagged hash "kit-content" of public key and secrets
        41      …  libsodium's sealed box (X25519, XSalsa20-Poly1305) of the secrets, as a key file encodes them
       -32     32  tagged hash "kit-box" of all bytes before it

The kit is an X25519 key pair: its secret half is on paper only. The public half lies sealed in the key file, so the box
can be made anew when keys change without the paper, and whoever once read the key file does not open later boxes. It
must not be taken from a box: somebody who writes to the disk could put a box of his own there and be given the next
keys. The number tells a person whether paper and box belong together; the mark tells whether the box is up to date
(secrets of 256 bits are not guessed from it). The hash at the end tells damage from a wrong kit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nacl.bindings import crypto_box_seal, crypto_box_seal_open, crypto_box_seed_keypair
from nacl.exceptions import CryptoError

from core.crypto.hashing import DIGEST_BYTES, tagged_hash
from core.crypto.keyfile import decode_secrets, encode_secrets
from core.errors import MunimentError

MAGIC = b"muniment kit\r\n\x1a\0"
VERSION = 1
NUMBER_BYTES, MARK_BYTES = 8, 16
MAX_BOX_BYTES = 1 << 20  # a thousand officers' key files
_NUMBER_AT, _MARK_AT = len(MAGIC) + 1, len(MAGIC) + 1 + NUMBER_BYTES
_SEALED_AT = _MARK_AT + MARK_BYTES


@dataclass(frozen=True)
class KitKey:
    """The key pair of a recovery kit."""

    seed: bytes = field(repr=False)  # 32 bytes, which the words stand for

    @property
    def public(self) -> bytes:
        return crypto_box_seed_keypair(self.seed)[0]

    def open(self, box: bytes) -> dict[str, bytes]:
        """The secrets in a box.

        Raises `not-a-kit-box`, `kit-box-damaged`, `kit-box-too-new`, and `kit-of-another-box` (facts: kit, box: the
        numbers of both).
        """
        number = box_number(box)
        public, secret = crypto_box_seed_keypair(self.seed)
        try:
            content = crypto_box_seal_open(box[_SEALED_AT:-DIGEST_BYTES], public, secret)
        except CryptoError:
            raise MunimentError(
                "kit-of-another-box", kit=number_text(kit_number(public)), box=number_text(number)
            ) from None
        return decode_secrets(content)


def seal_box(public: bytes, secrets: Mapping[str, bytes]) -> bytes:
    """The box around the secrets for the kit with this public key. Raises ValueError over `MAX_BOX_BYTES`."""
    content = encode_secrets(secrets)
    head = MAGIC + bytes((VERSION,)) + kit_number(public) + content_mark(public, secrets)
    body = head + crypto_box_seal(content, public)
    if len(body) + DIGEST_BYTES > MAX_BOX_BYTES:
        raise ValueError("these secrets are too long for a kit's box")
    return body + tagged_hash("kit-box", body)


def kit_number(public: bytes) -> bytes:
    return tagged_hash("kit", public)[:NUMBER_BYTES]


def number_text(number: bytes) -> str:
    """As it is printed and compared: `3f2a-91c0-77de-04b1`."""
    text = number.hex()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def content_mark(public: bytes, secrets: Mapping[str, bytes]) -> bytes:
    return tagged_hash("kit-content", public, encode_secrets(secrets))[:MARK_BYTES]


def box_number(box: bytes) -> bytes:
    """Of the kit that opens it. Raises `not-a-kit-box`, `kit-box-damaged`, `kit-box-too-new`."""
    if not box.startswith(MAGIC) or len(box) > MAX_BOX_BYTES:
        raise MunimentError("not-a-kit-box")
    if len(box) < _SEALED_AT + DIGEST_BYTES or tagged_hash("kit-box", box[:-DIGEST_BYTES]) != box[-DIGEST_BYTES:]:
        raise MunimentError("kit-box-damaged")
    if box[len(MAGIC)] != VERSION:
        raise MunimentError("kit-box-too-new", version=box[len(MAGIC)])
    return box[_NUMBER_AT:_MARK_AT]


def box_mark(box: bytes) -> bytes:
    """The mark of its content. Raises as `box_number`."""
    box_number(box)
    return box[_MARK_AT:_SEALED_AT]
