"""The messages of a meeting: bytes and values in one place (PROTOCOL.md §2).

Each is a canonical DAG-CBOR list whose first element is its number; every field is checked on decoding, so
what leaves here is well-formed, and nothing but `MunimentError` is raised. A message that is not understood
ends the meeting: there are no optional fields and no extensions other than by version and capabilities in
HELLO.
"""

import re
from collections.abc import Sequence

from core.crypto.hashing import DIGEST_BYTES, tagged_hash
from core.errors import MunimentError
from core.ledger.block import MAX_HEADER_BYTES
from core.ledger.encoding import Value, decode, encode
from core.ledger.payload import MAX_PAYLOAD_BYTES
from core.sealing.envelope import MAX_ENVELOPE_BYTES
from core.store.papers import CHUNK_BYTES
from core.store.sharing import DRAFT_ID_BYTES
from sync.link import MAX_MESSAGE_BYTES
from sync.message_fields import bytes_up_to, exact_bytes, list_up_to, naturals, text_up_to
from sync.message_kinds import (
    CASE_FILES,
    KEYS,
    NEVER_MET,
    PAPERS,
    Ask,
    BlockMessage,
    Buckets,
    Bye,
    CarriedCase,
    CaseMessage,
    Chunk,
    End,
    Headers,
    Held,
    Hello,
    Keys,
    Message,
    PaperWish,
    Part,
    PartHeld,
    Plan,
    Question,
    ShortHead,
    ShortTip,
    Tell,
    Vector,
    Want,
    WantKeys,
)
from sync.replica import SignedHeader, Tip

__all__ = [
    "CASE_FILES", "KEYS", "MAX_KEYS", "NEVER_MET", "PAPERS", "Ask", "BlockMessage", "Buckets", "Bye", "CarriedCase",
    "CaseMessage", "Chunk", "End", "Headers", "Held", "Hello", "Keys", "Message", "PaperWish", "Part", "PartHeld",
    "Plan", "Question", "ShortHead", "ShortTip", "Tell", "Vector", "Want", "WantKeys", "decode_message",
    "encode_message", "short_tip", "vector_digest",
]  # fmt: skip

VERSION = 2
ID_PREFIX_BYTES = 16  # of a tip's id: 8 could be ground
SIGNATURE_BYTES = 64
MAX_TIPS = 16_384  # in one VECTOR; a longer vector takes several
MAX_BUCKETS = 2048
MAX_QUESTIONS = 1024
MAX_PROBES = 16  # places asked for in one question
MAX_HEADERS = 8
MAX_REFERENCES = 1000
MAX_FRAME_BYTES = MAX_PAYLOAD_BYTES + 1024  # of what does not compress
PART_BYTES = 48 << 10  # a cut repeats no more of a payload, and its message fits 64 KiB
MAX_PARTS_HELD = 16
MAX_WISHES = 64
MAX_CASE_BYTES = 512 << 10
MAX_NAME_CHARS = 200
MAX_KEYS = 64  # envelopes in one message
MAX_KEYS_WANTED = 256
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")


def vector_digest(tips: Sequence[Tip]) -> bytes:
    """32-byte digest of a whole version vector, full ids, in the order of `Replica.vector`."""
    return tagged_hash("version-vector", encode([list(tip) for tip in tips]))


def short_tip(tip: Tip) -> ShortTip:
    return ShortTip(tip.author, tip.incarnation, tip.seq, tip.id[:ID_PREFIX_BYTES])


def encode_message(message: Message) -> bytes:
    return encode(_value(message))


def decode_message(data: bytes) -> Message:
    """Raises `malformed-message`, `other-protocol-version`, `too-deep`, `too-large` or `not-canonical`."""
    value = decode(data, MAX_MESSAGE_BYTES)
    if type(value) is not list or not value or type(value[0]) is not int:
        raise MunimentError("malformed-message")
    return _of_comparing(value) or _of_turns(value) or _malformed()


def _malformed() -> Message:
    raise MunimentError("malformed-message")


def _value(message: Message) -> Value:
    match message:
        case Hello(network, epoch, anchor, digest, capabilities, met, beside, pace):
            return [1, VERSION, capabilities, network, epoch, anchor, digest, met, beside, pace]
        case Vector(last, tips):
            return [2, last, [list(tip) for tip in tips]]
        case Ask(questions):
            return [3, [[list(question.tip), list(question.seqs)] for question in questions]]
        case Tell(answers):
            return [4, [list(answer) for answer in answers]]
        case Headers(headers):
            return [5, [list(header) for header in headers]]
        case Buckets(digests):
            return [9, list(digests)]
        case Held(parts):
            return [11, [list(part) for part in parts]]
        case _:
            return _turn_value(message)


def _turn_value(message: Message) -> Value:
    match message:
        case BlockMessage(head, signature, payload, parted):
            return [6, _head_value(head), signature, payload if parted is None else [parted]]
        case End(sent):
            return [7, sent]
        case Bye(code):
            return [8, code]
        case Plan(blocks, acts, size):
            return [10, blocks, acts, size]
        case Part(digest, total, offset, body):
            return [12, digest, total, offset, body]
        case Want(papers):
            return [13, [list(wish) for wish in papers]]
        case Chunk(digest, size, place, body):
            return [14, digest, size, place, body]
        case CaseMessage(draft, law, procedure, title, body):
            return [15, draft, law, procedure, title, body]
        case Keys(envelopes):
            return [16, list(envelopes)]
        case WantKeys(names):
            return [17, list(names)]
        case CarriedCase(recipient, box):
            return [18, recipient, box]


def _head_value(head: ShortHead | bytes) -> Value:
    if isinstance(head, bytes):
        return head
    flat = [number for reference in head.refs for number in reference]
    return [*head[:4], flat, *head[5:]]


def _of_comparing(value: Value) -> Message | None:
    """Messages before the first block, and BYE."""
    match value:
        case [1, int(version), *_] if type(version) is int and version != VERSION:
            raise MunimentError("other-protocol-version", version=version)
        case [1, version, capabilities, network, epoch, anchor, digest, met, beside, pace]:
            naturals(version, capabilities, epoch, anchor, beside, pace)
            network, digest, met = (exact_bytes(one, size) for one, size in ((network, 32), (digest, 32), (met, 16)))
            return Hello(network, epoch, anchor, digest, capabilities, met, beside, pace)
        case [2, bool(last), tips]:
            return Vector(last, tuple(_tip(tip) for tip in list_up_to(tips, MAX_TIPS)))
        case [3, questions]:
            return Ask(tuple(_question(question) for question in list_up_to(questions, MAX_QUESTIONS)))
        case [4, answers]:
            return Tell(tuple(_answer(answer) for answer in list_up_to(answers, MAX_QUESTIONS)))
        case [5, headers]:
            return Headers(tuple(_signed_header(header) for header in list_up_to(headers, MAX_HEADERS, 1)))
        case [8, str(code)] if _CODE.fullmatch(code):
            return Bye(code)
        case [9, digests]:
            return Buckets(tuple(exact_bytes(one, ID_PREFIX_BYTES) for one in list_up_to(digests, MAX_BUCKETS)))
        case [11, parts]:
            return Held(tuple(_part_held(part) for part in list_up_to(parts, MAX_PARTS_HELD, 1)))
    return None


def _of_turns(value: Value) -> Message | None:
    """What turns are made of."""
    match value:
        case [6, head, signature, payload]:
            checked, parted = _payload(payload)
            return BlockMessage(_head(head), exact_bytes(signature, SIGNATURE_BYTES), checked, parted)
        case [7, sent]:
            naturals(sent)
            return End(sent)
        case [10, blocks, acts, size]:
            naturals(blocks, acts, size)
            return Plan(blocks, acts, size)
        case [12, digest, total, offset, body]:
            naturals(total, offset)
            body = bytes_up_to(body, PART_BYTES)
            if not 0 < offset + len(body) <= total <= MAX_FRAME_BYTES or not body:
                raise MunimentError("malformed-message")
            return Part(exact_bytes(digest, DIGEST_BYTES), total, offset, body)
        case [13, papers]:
            return Want(tuple(_wish(wish) for wish in list_up_to(papers, MAX_WISHES, 1)))
        case [14, digest, size, place, body]:
            naturals(size, place)
            return Chunk(exact_bytes(digest, DIGEST_BYTES), size, place, bytes_up_to(body, CHUNK_BYTES))
        case [15, draft, law, procedure, title, body]:
            law, procedure, title = (text_up_to(one, MAX_NAME_CHARS) for one in (law, procedure, title))
            return CaseMessage(
                exact_bytes(draft, DRAFT_ID_BYTES), law, procedure, title, bytes_up_to(body, MAX_CASE_BYTES)
            )
        case [16, envelopes]:
            return Keys(tuple(bytes_up_to(one, MAX_ENVELOPE_BYTES) for one in list_up_to(envelopes, MAX_KEYS, 1)))
        case [17, names]:
            return WantKeys(tuple(exact_bytes(one, DIGEST_BYTES) for one in list_up_to(names, MAX_KEYS_WANTED, 1)))
        case [18, recipient, box]:
            naturals(recipient)
            return CarriedCase(recipient, bytes_up_to(box, MAX_CASE_BYTES))
    return None


def _tip(value: Value) -> ShortTip:
    author, incarnation, seq, prefix = list_up_to(value, 4, 4)
    naturals(author, incarnation, seq)
    return ShortTip(author, incarnation, seq, exact_bytes(prefix, ID_PREFIX_BYTES))


def _question(value: Value) -> Question:
    tip, seqs = list_up_to(value, 2, 2)
    naturals(*list_up_to(seqs, MAX_PROBES, 1))
    return Question(_tip(tip), tuple(seqs))


def _answer(value: Value) -> tuple[bytes, ...]:
    return tuple(exact_bytes(prefix, ID_PREFIX_BYTES) for prefix in list_up_to(value, MAX_PROBES, 1))


def _signed_header(value: Value) -> SignedHeader:
    header, signature = list_up_to(value, 2, 2)
    return SignedHeader(bytes_up_to(header, MAX_HEADER_BYTES), exact_bytes(signature, SIGNATURE_BYTES))


def _part_held(value: Value) -> PartHeld:
    digest, size = list_up_to(value, 2, 2)
    naturals(size)
    return PartHeld(exact_bytes(digest, DIGEST_BYTES), size)


def _wish(value: Value) -> PaperWish:
    digest, first, limit = list_up_to(value, 3, 3)
    naturals(first, limit)
    return PaperWish(exact_bytes(digest, DIGEST_BYTES), first, limit)


def _payload(value: Value) -> tuple[bytes | None, bytes | None]:
    """(frame, digest of the frame that came in parts)."""
    if value is None:
        return None, None
    if type(value) is list:
        return None, exact_bytes(list_up_to(value, 1, 1)[0], DIGEST_BYTES)
    return bytes_up_to(value, MAX_FRAME_BYTES), None


def _head(value: Value) -> ShortHead | bytes:
    match value:
        case bytes():
            return bytes_up_to(value, MAX_HEADER_BYTES)
        case [epoch, author, incarnation, seq, [*flat], round_, flags, elapsed_ms]:
            if len(flat) % 2 == 0 and len(flat) <= 2 * MAX_REFERENCES:
                naturals(epoch, author, incarnation, seq, *flat, round_, flags, elapsed_ms)
                refs = tuple(zip(flat[::2], flat[1::2], strict=True))
                return ShortHead(epoch, author, incarnation, seq, refs, round_, flags, elapsed_ms)
    raise MunimentError("malformed-message")
