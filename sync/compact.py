"""Blocks on the wire: the header without what the receiver can look up or work out, the payload compressed.

A short head names its parents by (author, seq); the receiver finds their ids among the blocks it holds,
takes the payload's root and length from the payload, and the claimed time from the block before. Nothing is
trusted by that: a wrong guess gives another id, and the author's signature does not hold. The sender writes
the header out whenever a short one might be read in two ways: a parent at a place where it knows a fork,
another epoch, a first block of an epoch, a payload that is not held. Payloads are zstd frames (RFC 8878)
that state their size.
"""

from collections.abc import Sequence
from itertools import islice, product
from threading import local
from typing import NamedTuple

import zstandard

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.block import (
    FIRST_SEQ,
    Header,
    Reference,
    block_id,
    block_preimage,
    decode_header,
    encode_header,
)
from core.ledger.payload import MAX_PAYLOAD_BYTES, decode_payload, payload_root
from sync.messages import BlockMessage, ShortHead
from sync.replica import Replica, StoredBlock

_LEVEL = 3
_MAX_READINGS = 16  # of one short head, where the receiver knows forks that the sender does not


class _Contexts(local):
    """Of each thread, for all its frames: to make one costs ten times what a short frame does."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True)
        self.decompressor = zstandard.ZstdDecompressor()


_zstd = _Contexts()


def compress(data: bytes) -> bytes:
    return _zstd.compressor.compress(data)


def decompress(frame: bytes, limit: int) -> bytes:
    """Raises `bad-compression`; nothing is allocated before the stated size has been held to the limit."""
    try:
        stated = zstandard.get_frame_parameters(frame).content_size
        if not 0 < stated <= limit:
            raise MunimentError("bad-compression", bytes=stated, limit=limit)
        data = _zstd.decompressor.decompress(frame, max_output_size=limit, allow_extra_data=False)
    except zstandard.ZstdError:
        raise MunimentError("bad-compression") from None
    if len(data) != stated:
        raise MunimentError("bad-compression", bytes=len(data), limit=limit)
    return data


class Unpacked(NamedTuple):
    id: bytes
    header: Header
    block: StoredBlock


class Compactor:
    """Packs and unpacks the blocks of one meeting against one replica."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self.contested: set[int] = set()  # authors of whom the receiver may hold blocks at one place
        # The claimed time of the newest block of each chain that went by: the next one is relative to it.
        self._claimed: dict[tuple[int, int], tuple[bytes, int]] = {}

    def pack(self, block: StoredBlock) -> BlockMessage:
        header = decode_header(block.header)
        payload = None if block.payload is None else compress(block.payload)
        head = self._short_head(header, block)
        self._remember(header, block.header)
        return BlockMessage(block.header if head is None else head, block.signature, payload)

    def unpack(self, message: BlockMessage) -> Unpacked:
        """The block as its author signed it, if its parents are held; its signature is for the replica to
        check.

        Raises `missing-parents`, `bad-compression`, `ambiguous-header` and the codes of `decode_header` and
        `decode_payload`.
        """
        payload = None if message.payload is None else decompress(message.payload, MAX_PAYLOAD_BYTES)
        if isinstance(message.head, bytes):
            header, data = decode_header(message.head), message.head
        else:
            header, data = self._read(message.head, message.signature, payload)
        identity = self._remember(header, data)
        return Unpacked(identity, header, StoredBlock(data, message.signature, payload))

    def _short_head(self, header: Header, block: StoredBlock) -> ShortHead | None:
        if header.epoch != self._replica.roll.epoch or header.closing_anchor is not None:
            return None
        if (header.payload is None) != (block.payload is None):
            return None
        forked = self.contested | self._replica.forkers()
        if header.author in forked or any(reference.author in forked for reference in header.refs):
            return None
        if any(self._at(reference.author, reference.seq) != [reference.id] for reference in header.refs):
            return None
        before_ms = 0
        if header.prev is not None:
            if list(self._replica.at(header.author, header.incarnation, header.seq - 1)) != [header.prev]:
                return None
            before_ms = self._claimed_ms(header.author, header.incarnation, header.prev)
        if header.claimed_ms < before_ms:
            return None
        return ShortHead(
            header.epoch,
            header.author,
            header.incarnation,
            header.seq,
            tuple((reference.author, reference.seq) for reference in header.refs),
            header.round,
            header.flags,
            header.claimed_ms - before_ms,
        )

    def _read(self, head: ShortHead, signature: bytes, payload: bytes | None) -> tuple[Header, bytes]:
        member = self._replica.roll.member(head.author)
        if member is None:
            raise MunimentError("unknown-author", author=head.author)
        described = None
        if payload is not None:
            described = (payload_root(self._replica.network, decode_payload(payload)), len(payload))
        readings = []
        for prev, *parents in islice(product(*self._parents(head)), _MAX_READINGS):
            refs = sorted(
                Reference(author, seq, parent)
                for (author, seq), parent in zip(head.refs, parents, strict=True)
                if parent is not None
            )
            before_ms = 0 if prev is None else self._claimed_ms(head.author, head.incarnation, prev)
            header = Header(
                head.epoch,
                head.author,
                head.incarnation,
                head.seq,
                prev,
                tuple(refs),
                head.round,
                head.flags,
                before_ms + head.elapsed_ms,
                described,
            )
            readings.append((header, encode_header(header)))
        if not readings:
            raise MunimentError("missing-parents", author=head.author, seq=head.seq)
        if len(readings) == 1:
            return readings[0]
        for header, data in readings:
            if verify(member.key, block_preimage(self._replica.network, data), signature):
                return header, data
        raise MunimentError("ambiguous-header", author=head.author, seq=head.seq)

    def _parents(self, head: ShortHead) -> list[Sequence[bytes | None]]:
        """For the block before and each reference, the ids that may be meant."""
        prev: Sequence[bytes | None] = [None]
        if head.seq > FIRST_SEQ:
            prev = self._replica.at(head.author, head.incarnation, head.seq - 1)
        return [prev, *(self._at(author, seq) for author, seq in head.refs)]

    def _at(self, author: int, seq: int) -> list[bytes]:
        """Ids at a place in this epoch, in which an author has one incarnation."""
        member = self._replica.roll.member(author)
        return list(self._replica.at(author, member.incarnation, seq)) if member else []

    def _claimed_ms(self, author: int, incarnation: int, block: bytes) -> int:
        known, claimed_ms = self._claimed.get((author, incarnation), (b"", 0))
        if known != block:
            claimed_ms = decode_header(self._replica.block(block).header).claimed_ms
        return claimed_ms

    def _remember(self, header: Header, data: bytes) -> bytes:
        identity = block_id(self._replica.network, data)
        self._claimed[header.author, header.incarnation] = identity, header.claimed_ms
        return identity
