"""What can happen to a block between two offices: lost, doubled, cut short, a bit flipped, the link gone."""

from collections.abc import Callable, Iterator
from random import Random

from core.exchange import StoredBlock
from desktop.simulation.conversation import Cut, direct

RATE = 0.03  # of blocks that something happens to, once such faults are on
CUT_SHARE = 0.5  # of lost blocks with which the link goes too


def faulty_wire(faults: frozenset[str], random: Random) -> Callable[[StoredBlock], Iterator[StoredBlock]]:
    """Carries a block; what arrives may be nothing, twice the same, or other bytes."""
    kinds = [name for name in ("lost", "duplicated", "truncated", "flipped") if name in faults]
    if not kinds:
        return direct

    def carry(block: StoredBlock) -> Iterator[StoredBlock]:
        if random.random() >= RATE:
            yield block
            return
        kind = random.choice(kinds)
        if kind == "duplicated":
            yield block
            yield block
        elif kind == "lost":
            if random.random() < CUT_SHARE:
                raise Cut
        else:
            yield damaged(block, kind == "truncated", random)

    return carry


def damaged(block: StoredBlock, truncated: bool, random: Random) -> StoredBlock:
    """The block with one of its three parts cut short or with one bit flipped."""
    parts = {"header": block.header, "signature": block.signature, "payload": block.payload}
    name = random.choice([name for name, part in parts.items() if part])
    part = parts[name] or b""
    place = random.randrange(len(part))
    changed = part[:place] if truncated else _flipped(part, place, random.randrange(8))
    return StoredBlock(**{**parts, name: changed})


def _flipped(part: bytes, place: int, bit: int) -> bytes:
    return part[:place] + bytes([part[place] ^ 1 << bit]) + part[place + 1 :]
