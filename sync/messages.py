"""The messages of a meeting: bytes and values in one place (PROTOCOL.md §2).

Each is a canonical DAG-CBOR list whose first element is its number; every field is checked on decoding, so
what leaves here is well-formed, and nothing but `MunimentError` is raised. A message that is not understood
ends the meeting: there are no optional fields and no extensions other than by version and capabilities in
HELLO.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger.block import MAX_HEADER_BYTES
from core.ledger.encoding import Value, decode, encode
from core.ledger.payload import MAX_PAYLOAD_BYTES
from sync.link import MAX_MESSAGE_BYTES
from sync.replica import SignedHeader, Tip

VERSION = 1
CAPABILITIES = 0  # bits of what a node can beyond version 1; none yet
ID_PREFIX_BYTES = 16  # of a tip's id: 8 could be ground
MAX_TIPS = 16_384  # in one VECTOR; a longer vector takes several
MAX_QUESTIONS = 1024
MAX_PROBES = 16  # places asked for in one question
MAX_HEADERS = 8
MAX_REFERENCES = 1000
_MAX_NUMBER = (1 << 63) - 1
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Hello:
    network: bytes
    epoch: int
    anchor: int
    vector_digest: bytes
    capabilities: int = CAPABILITIES


class ShortTip(NamedTuple):
    author: int
    incarnation: int
    seq: int
    prefix: bytes  # first 16 bytes of the id


@dataclass(frozen=True, slots=True)
class Vector:
    last: bool  # whether no further VECTOR follows
    tips: tuple[ShortTip, ...]


class Question(NamedTuple):
    """Which blocks stand at these seqs on the chain that ends in your tip?"""

    tip: ShortTip
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    questions: tuple[Question, ...]  # none: I have nothing to ask (any more)


@dataclass(frozen=True, slots=True)
class Tell:
    answers: tuple[tuple[bytes, ...], ...]  # one a question, one 16-byte prefix a seq, in the order asked


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers at a place where the receiver holds another block: with its own they prove a fork."""

    headers: tuple[SignedHeader, ...]


class ShortHead(NamedTuple):
    """A header without what the receiver looks up or works out: ids, payload root and length, full time."""

    epoch: int
    author: int
    incarnation: int
    seq: int
    refs: tuple[tuple[int, int], ...]  # (author, seq)
    round: int
    flags: int
    elapsed_ms: int  # since the claimed time of the author's block before; since 1970 for the first


@dataclass(frozen=True, slots=True)
class BlockMessage:
    head: ShortHead | bytes  # bytes: the header as it is
    signature: bytes
    payload: bytes | None  # a zstd frame


@dataclass(frozen=True, slots=True)
class End:
    """My turn is over."""

    sent: int  # blocks sent in it


@dataclass(frozen=True, slots=True)
class Bye:
    code: str


Message = Hello | Vector | Ask | Tell | Headers | BlockMessage | End | Bye


def vector_digest(tips: Sequence[Tip]) -> bytes:
    """32-byte digest of a whole version vector, full ids, in the order of `Replica.vector`."""
    return tagged_hash("version-vector", encode([list(tip) for tip in tips]))


def short_tip(tip: Tip) -> ShortTip:
    return ShortTip(tip.author, tip.incarnation, tip.seq, tip.id[:ID_PREFIX_BYTES])


def encode_message(message: Message) -> bytes:
    return encode(_value(message))


def decode_message(data: bytes) -> Message:
    """Raises `malformed-message`, `other-protocol-version`, `too-deep`, `too-large` or `not-canonical`."""
    return _message(decode(data, MAX_MESSAGE_BYTES))


def _value(message: Message) -> Value:
    match message:
        case Hello():
            return [
                1,
                VERSION,
                message.capabilities,
                message.network,
                message.epoch,
                message.anchor,
                message.vector_digest,
            ]
        case Vector():
            return [2, message.last, [list(tip) for tip in message.tips]]
        case Ask():
            return [3, [[list(question.tip), list(question.seqs)] for question in message.questions]]
        case Tell():
            return [4, [list(answer) for answer in message.answers]]
        case Headers():
            return [5, [list(header) for header in message.headers]]
        case BlockMessage():
            return [6, _head_value(message.head), message.signature, message.payload]
        case End():
            return [7, message.sent]
        case Bye():
            return [8, message.code]


def _head_value(head: ShortHead | bytes) -> Value:
    if isinstance(head, bytes):
        return head
    flat = [number for reference in head.refs for number in reference]
    return [*head[:4], flat, *head[5:]]


def _message(value: Value) -> Message:
    if type(value) is not list or not value or type(value[0]) is not int:
        raise MunimentError("malformed-message")
    match value:
        case [1, int(version), *_] if version != VERSION:
            raise MunimentError("other-protocol-version", version=version)
        case [1, version, capabilities, network, epoch, anchor, digest]:
            _naturals([version, capabilities, epoch, anchor])
            return Hello(_bytes(network, 32), epoch, anchor, _bytes(digest, 32), capabilities)
        case [2, bool(last), [*tips]] if len(tips) <= MAX_TIPS:
            return Vector(last, tuple(_tip(tip) for tip in tips))
        case [3, [*questions]] if len(questions) <= MAX_QUESTIONS:
            return Ask(tuple(_question(question) for question in questions))
        case [4, [*answers]] if len(answers) <= MAX_QUESTIONS:
            return Tell(tuple(_answer(answer) for answer in answers))
        case [5, [*headers]] if 0 < len(headers) <= MAX_HEADERS:
            return Headers(tuple(_signed_header(header) for header in headers))
        case [6, head, signature, payload]:
            checked = None if payload is None else _bytes_up_to(payload, MAX_PAYLOAD_BYTES + 1024)
            return BlockMessage(_head(head), _bytes(signature, 64), checked)
        case [7, sent]:
            _naturals([sent])
            return End(sent)
        case [8, str(code)] if _CODE.fullmatch(code):
            return Bye(code)
    raise MunimentError("malformed-message")


def _tip(value: Value) -> ShortTip:
    match value:
        case [author, incarnation, seq, prefix]:
            _naturals([author, incarnation, seq])
            return ShortTip(author, incarnation, seq, _bytes(prefix, ID_PREFIX_BYTES))
    raise MunimentError("malformed-message")


def _question(value: Value) -> Question:
    match value:
        case [tip, [*seqs]] if 0 < len(seqs) <= MAX_PROBES:
            _naturals(seqs)
            return Question(_tip(tip), tuple(seqs))
    raise MunimentError("malformed-message")


def _answer(value: Value) -> tuple[bytes, ...]:
    if type(value) is not list or not 0 < len(value) <= MAX_PROBES:
        raise MunimentError("malformed-message")
    return tuple(_bytes(prefix, ID_PREFIX_BYTES) for prefix in value)


def _signed_header(value: Value) -> SignedHeader:
    match value:
        case [header, signature]:
            return SignedHeader(_bytes_up_to(header, MAX_HEADER_BYTES), _bytes(signature, 64))
    raise MunimentError("malformed-message")


def _head(value: Value) -> ShortHead | bytes:
    match value:
        case bytes():
            return _bytes_up_to(value, MAX_HEADER_BYTES)
        case [epoch, author, incarnation, seq, [*flat], round_, flags, elapsed_ms]:
            if len(flat) % 2 == 0 and len(flat) <= 2 * MAX_REFERENCES:
                _naturals([epoch, author, incarnation, seq, *flat, round_, flags, elapsed_ms])
                refs = tuple(zip(flat[::2], flat[1::2], strict=True))
                return ShortHead(epoch, author, incarnation, seq, refs, round_, flags, elapsed_ms)
    raise MunimentError("malformed-message")


def _naturals(values: Sequence[Value]) -> None:
    if not all(type(value) is int and 0 <= value <= _MAX_NUMBER for value in values):
        raise MunimentError("malformed-message")


def _bytes(value: Value, length: int) -> bytes:
    if type(value) is not bytes or len(value) != length:
        raise MunimentError("malformed-message")
    return value


def _bytes_up_to(value: Value, limit: int) -> bytes:
    if type(value) is not bytes or len(value) > limit:
        raise MunimentError("malformed-message")
    return value
