"""Blocks that cannot be taken yet: in memory, bounded, and each author apart.

A block waits for a parent that is missing, for an epoch to begin here, or, one more branch of an author who is proven
to have forked often, for somebody else's block that names it: no honest block ever names more than a few, and without
that rule an endless fork would fill the disk of everybody. Above the bounds the oldest block of whoever has most gives
way, so that nobody fills this room for the others. Whatever gives way is offered again by any later meeting.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, ValuesView

MAX_ASIDE = 256
MAX_ASIDE_BYTES = 16 << 20
_SHARE_BYTES = MAX_ASIDE_BYTES // MAX_ASIDE  # what a place is worth beside its bytes, when shares are compared

Signed = tuple[bytes, bytes, bytes | None]  # header, signature, payload


class Aside:
    """By block id, oldest first."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, Signed] = OrderedDict()
        self._authors: dict[bytes, int | None] = {}
        self._lacking: dict[bytes, bytes | None] = {}
        self._lacked: Counter[bytes | None] = Counter()  # for how many each of these is what they lack
        self._bytes = 0  # of all blocks, kept up as they come and go: whoever floods this room pays for no census
        self._shares: Counter[int | None] = Counter()

    def __len__(self) -> int:
        return len(self._blocks)

    def __contains__(self, block: bytes) -> bool:
        return block in self._blocks

    def __getitem__(self, block: bytes) -> Signed:
        return self._blocks[block]

    def values(self) -> ValuesView[Signed]:
        return self._blocks.values()

    def wants(self, block: bytes) -> bool:
        """Whether another block waits for this one."""
        return self._lacked[block] > (self._lacking.get(block) == block)

    def put(self, block: bytes, signed: Signed, lacks: bytes | None, author: int | None) -> None:
        """`lacks`: one parent that is not here; None: an epoch; the block itself: to be named by somebody else.

        `author`: whose signature was checked; None: nobody's, they share one place.
        """
        self.forget(block)
        self._blocks[block], self._authors[block] = signed, author
        self.wait_on(block, lacks)
        self._bytes += _size_bytes(signed)
        self._shares[author] += _SHARE_BYTES + _size_bytes(signed)
        while len(self._blocks) > MAX_ASIDE or self._bytes > MAX_ASIDE_BYTES:
            most = self._shares.most_common(1)[0][0]
            self.forget(next(one for one, author in self._authors.items() if author == most))

    def wait_on(self, block: bytes, lacks: bytes | None) -> None:
        if block in self._lacking:
            self._waits_no_longer(self._lacking[block])
        self._lacking[block] = lacks
        self._lacked[lacks] += 1

    def _waits_no_longer(self, lacked: bytes | None) -> None:
        self._lacked[lacked] -= 1
        if not self._lacked[lacked]:
            del self._lacked[lacked]

    def forget(self, block: bytes) -> None:
        signed = self._blocks.pop(block, None)
        if signed is None:
            return
        self._waits_no_longer(self._lacking.pop(block))
        author = self._authors.pop(block)
        self._bytes -= _size_bytes(signed)
        self._shares[author] -= _SHARE_BYTES + _size_bytes(signed)
        if not self._shares[author]:
            del self._shares[author]

    def due(self, arrived: Collection[bytes], epoch_begun: bool) -> list[bytes]:
        """What waited for one of these, or for an epoch."""
        if not (epoch_begun and None in self._lacked) and self._lacked.keys().isdisjoint(arrived):
            return []
        return [one for one, on in self._lacking.items() if on in arrived or (on is None and epoch_begun)]

    def named(self, parents: Iterable[bytes]) -> list[bytes]:
        """Those that wait to be named and that have just been, as such a parent or below one that lies here."""
        found, wanted = [], list(parents)
        while wanted:
            block = wanted.pop()
            lacks = self._lacking.get(block)
            if lacks == block:
                found.append(block)
            elif lacks is not None:
                wanted.append(lacks)
        return found


def _size_bytes(signed: Signed) -> int:
    return len(signed[0]) + len(signed[2] or b"")
