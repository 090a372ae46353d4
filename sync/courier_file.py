"""The courier file: messages of a meeting, one way, on a stick (PROTOCOL.md §5). Its bytes, both directions.

    muniment courier file 1\\n
    frames: kind (1 byte), length (4 bytes, big-endian), body
      1 envelope   [salt, salted tag of the network, [[recipient, sealed file key]…]], in clear
      2 chunk …    length-prefixed messages, sealed with the file key: HELLO, BLOCK …, CARRIED CASE …, WANT,
                   CHUNK …, END
      3 index      what it brings, the digest of every chunk, the sender's signature; sealed with the file key

The index comes last, so a file that was cut while it was written brings nothing. The file key is sealed to
each recipient's node key (X25519 from Ed25519, libsodium's sealed box); chunks and index by
XChaCha20-Poly1305, bound to the envelope and to their place. Everything is bounded and nothing is taken
from a length before it was checked.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_scalarmult_base,
    crypto_sign_ed25519_pk_to_curve25519,
    crypto_sign_ed25519_sk_to_curve25519,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError

from core.crypto.hashing import DIGEST_BYTES, tag_bytes, tagged_hash
from core.crypto.sealing import open_sealed, seal
from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.ledger.encoding import Value, decode, encode
from core.ledger.roll import Roll
from sync.replica import Tip

MAGIC = b"muniment courier file 1\n"
ENVELOPE, CHUNK, INDEX = 1, 2, 3
CHUNK_BYTES = 256 << 10  # what a chunk is filled up to
MAX_FRAME_BYTES = 4 << 20
MAX_CHUNKS = MAX_FRAME_BYTES // DIGEST_BYTES  # more digests than that fit no index
MAX_RECIPIENTS = 1000
SALT_BYTES = 16
_TAG_BYTES = 16
_PREFIX = struct.Struct(">BI")
_LENGTH = struct.Struct(">I")


class Range(NamedTuple):
    """Consecutive blocks of one chain that a file brings."""

    author: int
    incarnation: int
    first: int
    last: int


@dataclass(frozen=True)
class Index:
    network: bytes
    sender: int
    needs: tuple[bytes, ...]  # ids of blocks that must be held before: parents that are not in the file
    brings: tuple[Range, ...]
    vector: tuple[Tip, ...]  # the sender's, when it wrote
    block_count: int
    chunk_digests: tuple[bytes, ...]
    beside: int = 0  # messages about scans and case files

    def encoded(self) -> bytes:
        return encode(
            [
                2 if self.beside else 1,
                self.network,
                self.sender,
                list(self.needs),
                [list(part) for part in self.brings],
                [list(tip) for tip in self.vector],
                self.block_count,
                list(self.chunk_digests),
                *([self.beside] if self.beside else []),
            ]
        )


@dataclass(frozen=True)
class Envelope:
    body: bytes
    salt: bytes
    network_tag: bytes
    keys: dict[int, bytes]  # recipient → sealed file key

    @property
    def digest(self) -> bytes:
        return tagged_hash("courier-envelope", self.body)

    def is_of(self, network: bytes) -> bool:
        return self.network_tag == _network_tag(self.salt, network)

    def open_key(self, number: int, *seeds: bytes) -> bytes:
        """The file key, by whichever seed opens it. Raises `not-for-us` (facts: recipients) or `courier-altered`."""
        if number not in self.keys:
            raise MunimentError("not-for-us", recipients=sorted(self.keys))
        for seed in seeds:
            secret = crypto_sign_ed25519_sk_to_curve25519(crypto_sign_seed_keypair(seed)[1])
            with suppress(CryptoError):
                return crypto_box_seal_open(self.keys[number], crypto_scalarmult_base(secret), secret)
        raise MunimentError("courier-altered", part="envelope")


class Scanned(NamedTuple):
    """A file that is whole as far as its frames go; nothing is opened yet."""

    envelope: Envelope
    chunks: tuple[tuple[int, int], ...]  # offset and length of each box
    chunk_digests: tuple[bytes, ...]
    index_box: bytes
    file_bytes: int

    @property
    def chunk_bytes(self) -> int:
        return sum(length for _, length in self.chunks)


# -- writing ----------------------------------------------------------------------------------------------


def make_envelope(network: bytes, file_key: bytes, salt: bytes, recipients: Iterable[tuple[int, bytes]]) -> Envelope:
    """`recipients`: numbers and Ed25519 node keys."""
    keys = {number: crypto_box_seal(file_key, crypto_sign_ed25519_pk_to_curve25519(key)) for number, key in recipients}
    tag = _network_tag(salt, network)
    body = encode([salt, tag, [[number, keys[number]] for number in sorted(keys)]])
    return Envelope(body, salt, tag, keys)


def frame(kind: int, body: bytes) -> bytes:
    return _PREFIX.pack(kind, len(body)) + body


def seal_chunk(file_key: bytes, envelope: Envelope, number: int, messages: Sequence[bytes]) -> bytes:
    content = b"".join(_LENGTH.pack(len(message)) + message for message in messages)
    return seal(file_key, content, _chunk_place(envelope, number))


def chunk_digest(box: bytes) -> bytes:
    return tagged_hash("courier-chunk", box)


def seal_index(file_key: bytes, envelope: Envelope, index: Index, key: SigningKey) -> bytes:
    data = index.encoded()
    signature = key.sign(_index_message(index.network, envelope, data))
    return seal(file_key, encode([data, signature]), _index_place(envelope))


# -- reading ----------------------------------------------------------------------------------------------


def scan(file: BinaryIO) -> Scanned:
    """Walk over the frames, hash the chunks. Raises `not-a-courier-file`, `courier-cut`, `courier-altered`."""
    if file.read(len(MAGIC)) != MAGIC:
        raise MunimentError("not-a-courier-file")
    envelope: Envelope | None = None
    chunks: list[tuple[int, int]] = []
    digests: list[bytes] = []
    while True:
        prefix = _read(file, _PREFIX.size)
        kind, length = _PREFIX.unpack(prefix)
        if length > MAX_FRAME_BYTES or (kind == ENVELOPE) != (envelope is None):
            raise MunimentError("courier-altered", part="frame")
        offset = file.tell()
        body = _read(file, length)
        if envelope is None:
            envelope = decode_envelope(body)
        elif kind == CHUNK:
            if len(chunks) == MAX_CHUNKS:
                raise MunimentError("courier-altered", part="frame")
            chunks.append((offset, length))
            digests.append(chunk_digest(body))
        elif kind == INDEX:
            if file.read(1):
                raise MunimentError("courier-altered", part="end")
            return Scanned(envelope, tuple(chunks), tuple(digests), body, file.tell())
        else:
            raise MunimentError("courier-altered", part="frame")


def decode_envelope(body: bytes) -> Envelope:
    """Raises `courier-altered`."""
    try:
        match decode(body, MAX_FRAME_BYTES):
            case [bytes(salt), bytes(tag), [*pairs]] if len(salt) == SALT_BYTES and len(pairs) <= MAX_RECIPIENTS:
                if all(_is_recipient(pair) for pair in pairs):
                    return Envelope(body, salt, tag, dict(pairs))
    except MunimentError:
        pass
    raise MunimentError("courier-altered", part="envelope")


def open_index(scanned: Scanned, file_key: bytes, network: bytes, roll: Roll) -> Index:
    """The index, if its sender signed it for these chunks. Raises `courier-altered` or `unknown-author`."""
    try:
        content = open_sealed(file_key, scanned.index_box, _index_place(scanned.envelope))
        data, signature = decode(content, MAX_FRAME_BYTES)
        index = _decode_index(decode(data, MAX_FRAME_BYTES))
    except (MunimentError, TypeError, ValueError):
        raise MunimentError("courier-altered", part="index") from None
    if index.network != network:
        raise MunimentError("other-network")
    sender = roll.member(index.sender)
    if sender is None:
        raise MunimentError("unknown-author", author=index.sender)
    intact = (
        type(signature) is bytes
        and verify(sender.key, _index_message(network, scanned.envelope, data), signature)
        and index.chunk_digests == scanned.chunk_digests
    )
    if not intact:
        raise MunimentError("courier-altered", part="index")
    return index


def open_chunk(file: BinaryIO, scanned: Scanned, file_key: bytes, number: int) -> Iterator[bytes]:
    """The messages of a chunk. Raises `courier-altered`."""
    offset, length = scanned.chunks[number]
    file.seek(offset)
    try:
        content = open_sealed(file_key, _read(file, length), _chunk_place(scanned.envelope, number))
    except MunimentError:
        raise MunimentError("courier-altered", part="chunk", number=number) from None
    position = 0
    while position < len(content):
        end = position + _LENGTH.size
        if end > len(content) or end + _LENGTH.unpack_from(content, position)[0] > len(content):
            raise MunimentError("courier-altered", part="chunk", number=number)
        size = _LENGTH.unpack_from(content, position)[0]
        yield content[end : end + size]
        position = end + size


def _decode_index(value: Value) -> Index:
    match value:
        case [version, network, sender, [*needs], [*brings], [*vector], count, [*digests], *rest]:
            if type(version) is not int or (version, len(rest)) not in ((1, 0), (2, 1)) or rest == [0]:
                raise ValueError("version")
            _check_numbers([sender, count, *rest])
            _check_digests([network, *needs, *digests])
            ranges = tuple(Range(*part) for part in brings)
            tips = tuple(Tip(*part) for part in vector)
            _check_numbers([number for part in ranges for number in part])
            _check_numbers([number for tip in tips for number in tip[:3]])
            _check_digests([tip.id for tip in tips])
            return Index(network, sender, tuple(needs), ranges, tips, count, tuple(digests), *rest)
    raise ValueError("index")


def _check_numbers(values: Sequence[Value]) -> None:
    if not all(type(value) is int and value >= 0 for value in values):
        raise ValueError("number")


def _check_digests(values: Sequence[Value]) -> None:
    if not all(type(value) is bytes and len(value) == DIGEST_BYTES for value in values):
        raise ValueError("digest")


def _is_recipient(pair: Value) -> bool:
    match pair:
        case [int(number), bytes(sealed)]:
            return type(number) is int and number >= 0 and len(sealed) == 80
    return False


def _read(file: BinaryIO, length: int) -> bytes:
    """So many bytes, read in steps: a length that a damaged file claims allocates nothing by itself."""
    data = bytearray()
    while len(data) < length:
        part = file.read(min(length - len(data), 64 << 10))
        if not part:
            raise MunimentError("courier-cut")
        data += part
    return bytes(data)


def _network_tag(salt: bytes, network: bytes) -> bytes:
    return tagged_hash("courier-network", salt, network)[:_TAG_BYTES]


def _chunk_place(envelope: Envelope, number: int) -> bytes:
    return tag_bytes("courier-chunk") + envelope.digest + struct.pack(">Q", number)


def _index_place(envelope: Envelope) -> bytes:
    return tag_bytes("courier-index") + envelope.digest


def _index_message(network: bytes, envelope: Envelope, data: bytes) -> bytes:
    return tag_bytes("courier-index") + network + envelope.digest + data
