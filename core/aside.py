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
        return any(lacks == block != one for one, lacks in self._lacking.items())

    def put(self, block: bytes, signed: Signed, lacks: bytes | None, author: int | None) -> None:
        """`lacks`: one parent that is not here; None: an epoch; the block itself: to be named by somebody else.

        `author`: whose signature was checked; None: nobody's, they share one place.
        """
        self.forget(block)
        self._blocks[block], self._lacking[block], self._authors[block] = signed, lacks, author
        while len(self._blocks) > MAX_ASIDE or sum(map(_size_bytes, self._blocks.values())) > MAX_ASIDE_BYTES:
            most = self._who_has_most()
            self.forget(next(one for one, author in self._authors.items() if author == most))

    def wait_on(self, block: bytes, lacks: bytes | None) -> None:
        self._lacking[block] = lacks

    def forget(self, block: bytes) -> None:
        self._blocks.pop(block, None)
        self._lacking.pop(block, None)
        self._authors.pop(block, None)

    def due(self, arrived: Collection[bytes], epoch_begun: bool) -> list[bytes]:
        """What waited for one of these, or for an epoch."""
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

    def _who_has_most(self) -> int | None:
        shares: Counter[int | None] = Counter()
        for block, signed in self._blocks.items():
            shares[self._authors[block]] += _SHARE_BYTES + _size_bytes(signed)
        return shares.most_common(1)[0][0]


def _size_bytes(signed: Signed) -> int:
    return len(signed[0]) + len(signed[2] or b"")
