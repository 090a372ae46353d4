"""The messages of a meeting as values (PROTOCOL.md §2). Their bytes are sync/messages.py."""

from dataclasses import dataclass
from typing import NamedTuple

from sync.replica import SignedHeader

CASE_FILES, PAPERS, KEYS = 1, 2, 4  # bits of capabilities, and of what a side has to say beside acts
NEVER_MET = bytes(16)


@dataclass(frozen=True, slots=True)
class Hello:
    network: bytes
    epoch: int
    anchor: int
    vector_digest: bytes
    capabilities: int = CASE_FILES | PAPERS | KEYS
    met: bytes = NEVER_MET  # 16-byte digest of the vector that I hold both of us to have had when we last parted
    beside: int = 0  # what I have to say or ask beside acts, as bits
    pace: int = 0  # bytes per second that I ask the other side to keep to; 0: as fast as it can


class ShortTip(NamedTuple):
    author: int
    incarnation: int
    seq: int
    prefix: bytes  # first 16 bytes of the id


@dataclass(frozen=True, slots=True)
class Vector:
    last: bool  # whether no further VECTOR follows
    tips: tuple[ShortTip, ...]  # all of a chain that differs, from the vector last met or in its bucket


@dataclass(frozen=True, slots=True)
class Buckets:
    """Digests of my tips, of 32 authors each, by number."""

    digests: tuple[bytes, ...]


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


class PartHeld(NamedTuple):
    digest: bytes  # of the frame
    size: int  # bytes of it that are here


@dataclass(frozen=True, slots=True)
class Held:
    """Payloads of which I have a part, of a meeting that was cut: go on there."""

    parts: tuple[PartHeld, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What my first turn will bring: an estimate, for whoever waits."""

    blocks: int
    acts: int
    size: int  # bytes of messages


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
class Part:
    """A piece of a payload's frame that is too large for one message."""

    digest: bytes  # of the whole frame
    total: int
    offset: int
    body: bytes


@dataclass(frozen=True, slots=True)
class BlockMessage:
    head: ShortHead | bytes  # bytes: the header as it is
    signature: bytes
    payload: bytes | None  # a zstd frame
    parted: bytes | None = None  # digest of the frame that came in parts; then there is no payload


@dataclass(frozen=True, slots=True)
class End:
    """My turn is over."""

    sent: int  # blocks, and messages beside acts, sent in it


class PaperWish(NamedTuple):
    digest: bytes
    first: int  # chunk
    limit: int  # bytes that the whole may have


@dataclass(frozen=True, slots=True)
class Want:
    """Scans that I ask for, each from a chunk on."""

    papers: tuple[PaperWish, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    digest: bytes
    size: int  # of the whole
    place: int  # number of the chunk
    body: bytes


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """A sync message about a case file that both share; empty words: I have nothing to say of it (any more)."""

    draft: bytes  # 16-byte id
    law: str
    procedure: str
    title: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CarriedCase:
    """A case file as it stands, on a stick, in a box that only the office opens with which it is shared."""

    recipient: int
    box: bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of sealed fields and shares of them, each in an envelope to one node (core/sealing/envelope.py)."""

    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class WantKeys:
    """Names of sealed fields whose keys, or shares, I may have and lack."""

    names: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    code: str


Message = (
    Hello
    | Vector
    | Buckets
    | Ask
    | Tell
    | Headers
    | Held
    | Plan
    | Part
    | BlockMessage
    | End
    | Want
    | Chunk
    | CaseMessage
    | CarriedCase
    | Keys
    | WantKeys
    | Bye
)
