"""Bytes of the intent file (core/store/intent.py): a header, and two slots that hold the last two marks in turn.

    0        "muniment intent\\n" ‖ node key (32) ‖ computer (32) ‖ file number (8) ‖ zeros (8)
             ‖ tagged hash "intent-file" of all before it (32)
    4096     the first slot, SLOT_BYTES long, and behind it the second. A slot:
      0      seq (8, big endian) ‖ block id (32) ‖ box length (4) ‖ zeros (4) ‖ tagged hash "intent-box" of the box (32)
             ‖ the checksum of the mark before (32; for the first: the header's hash)
             ‖ tagged hash "intent" of the header's hash and all before it in the slot: its checksum (32)
      512    the box: the sealed unsigned block (core/store/journal.py)

A slot's head lies within one sector of a disk: after a power cut it is the old one or the new one, never a mixture.
"""

from typing import Literal, NamedTuple

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError

MAGIC = b"muniment intent\n"
HEADER_BYTES = 128
FIRST_SLOT = 4096
SLOT_BYTES = 384 << 10  # a payload of 256 KiB, a header of 64 KiB, and room for what encloses them
HEAD_BYTES = 144
BOX_AT = 512
MAX_BOX_BYTES = SLOT_BYTES - BOX_AT
FILE_BYTES = FIRST_SLOT + 2 * SLOT_BYTES

Origin = Literal["own", "other-computer", "copied-file"]


class Slot(NamedTuple):
    """A mark as it stands in the file."""

    number: int  # of the slot: 0 or 1
    seq: int
    block_id: bytes
    box_bytes: int
    box_digest: bytes
    previous: bytes
    checksum: bytes

    def holds(self, box: bytes) -> bool:
        """Whether this is, whole, the box that was written with the mark."""
        return tagged_hash("intent-box", box) == self.box_digest


def compose_header(node_key: bytes, computer: bytes, file_number: int) -> bytes:
    if len(node_key) != 32 or len(computer) != 32:
        raise ValueError("a node key and a computer's identity have 32 bytes")
    stated = MAGIC + node_key + computer + file_number.to_bytes(8, "big") + bytes(8)
    return stated + tagged_hash("intent-file", stated)


def check_header(header: bytes, node_key: bytes, computer: bytes, file_number: int) -> Origin:
    """Raises `intent-damaged`, `intent-of-another-node`."""
    if len(header) != HEADER_BYTES or tagged_hash("intent-file", header[:-32]) != header[-32:]:
        raise MunimentError("intent-damaged", record=-1)
    if header == compose_header(node_key, computer, file_number):
        return "own"
    if header[:48] != MAGIC + node_key:
        raise MunimentError("intent-of-another-node")
    return "copied-file" if header[48:80] == computer else "other-computer"


def place_of(number: int) -> int:
    """Where a slot begins in the file."""
    return FIRST_SLOT + number * SLOT_BYTES


def compose_head(seq: int, block_id: bytes, box: bytes, previous: bytes, header_hash: bytes) -> bytes:
    length = len(box).to_bytes(4, "big") + bytes(4)
    stated = seq.to_bytes(8, "big") + block_id + length + tagged_hash("intent-box", box) + previous
    return stated + tagged_hash("intent", header_hash, stated)


def read_head(number: int, head: bytes, header_hash: bytes) -> Slot | None:
    """The mark in a slot; None where nothing was ever written. Raises `intent-damaged`."""
    if not any(head):
        return None
    slot = split_head(number, head)
    if slot.checksum != tagged_hash("intent", header_hash, head[:-32]) or slot.box_bytes > MAX_BOX_BYTES:
        raise MunimentError("intent-damaged", record=number)
    return slot


def split_head(number: int, head: bytes) -> Slot:
    """A head as it is composed, unchecked."""
    seq, box_bytes = int.from_bytes(head[:8], "big"), int.from_bytes(head[40:44], "big")
    return Slot(number, seq, head[8:40], box_bytes, head[48:80], head[80:112], head[112:])
