"""What of two version vectors has to be told: what changed since both last parted, or the buckets that differ.

Two nodes that parted with one vector name its digest in HELLO; then each tells the chains that have changed since.
Otherwise each tells a digest for every 32 authors, and then the chains in buckets that differ. Either way the whole
vector of the other side is put together here. Whoever lies about its vector is sent what it has, or is not sent what
it lacks; nothing else follows from it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import zip_longest

from core.crypto.hashing import tagged_hash
from core.ledger.encoding import encode
from sync.messages import ID_PREFIX_BYTES, MAX_BUCKETS, NEVER_MET, ShortTip, short_tip
from sync.replica import Replica, Tip

BUCKET_AUTHORS = 32

Chain = tuple[int, int]  # (author, incarnation)
Chains = dict[Chain, list[ShortTip]]


class Comparison:
    """One side's part, from HELLO to the whole vector of the peer.

    `met`: the tips both had when they last parted, as remembered here; `most`: tips told of one author at most.
    """

    def __init__(self, mine: Sequence[Tip], met: Sequence[ShortTip] | None, most: int) -> None:
        self.met_digest = NEVER_MET if met is None else met_digest(met)
        self._mine = chains_of(_at_most(map(short_tip, mine), most))
        self._met = chains_of(met or ())
        self._alike: set[int] | None = None  # buckets in which both have the same; None: what was met is told apart
        self._from_met = False

    def take_met(self, digest: bytes) -> bool:
        """The other side's HELLO; whether both remember one vector, so that no buckets are needed."""
        self._from_met = digest == self.met_digest != NEVER_MET
        return self._from_met

    @cached_property
    def buckets(self) -> tuple[bytes, ...]:
        """Digests of my tips, for a peer that remembers another vector or none."""
        return bucket_digests(tip for tips in self._mine.values() for tip in tips)

    def take_buckets(self, theirs: Sequence[bytes]) -> None:
        pairs = zip_longest(self.buckets, theirs, fillvalue=bucket_digests(())[0])
        self._alike = {number for number, (ours, other) in enumerate(pairs) if ours == other}

    def told(self) -> list[ShortTip]:
        """My tips that the other side cannot know to be the same."""
        return [tip for chain, tips in self._mine.items() if not self._known_alike(chain, tips) for tip in tips]

    def _known_alike(self, chain: Chain, tips: Sequence[ShortTip]) -> bool:
        if self._from_met:
            return self._met.get(chain) == tips
        return chain[0] // BUCKET_AUTHORS in (self._alike or ())

    def whole(self, told: Iterable[ShortTip]) -> list[ShortTip]:
        """The vector of the peer that told these tips."""
        chains = chains_of(told)
        if self._from_met:
            unchanged = self._met
        else:
            unchanged = {chain: tips for chain, tips in self._mine.items() if self._known_alike(chain, tips)}
        return [tip for tips in {**unchanged, **chains}.values() for tip in tips]


def remembered(replica: Replica, peer: int | None) -> list[ShortTip] | None:
    """What both had when they last parted, if all of it is held here still (a backup may have been restored)."""
    met = replica.encounters.met(peer) if peer is not None else None
    if met is None:
        return None
    tips = [ShortTip(*tip) for tip in met]
    held = all(
        any(block[:ID_PREFIX_BYTES] == tip.prefix for block in replica.at(tip.author, tip.incarnation, tip.seq))
        for tip in tips
    )
    return tips if held else None


def met_digest(tips: Sequence[ShortTip]) -> bytes:
    return tagged_hash("vector-met", encode([list(tip) for tip in tips]))[:ID_PREFIX_BYTES]


def bucket_digests(tips: Iterable[ShortTip]) -> tuple[bytes, ...]:
    """16-byte digests of the tips of 32 authors each; at least one, and none of authors beyond the last bucket."""
    rows: dict[int, list[ShortTip]] = {}
    for tip in tips:
        rows.setdefault(tip.author // BUCKET_AUTHORS, []).append(tip)
    count = min(max(rows, default=0) + 1, MAX_BUCKETS)
    return tuple(
        tagged_hash("vector-bucket", encode([list(tip) for tip in sorted(rows.get(number, ()))]))[:ID_PREFIX_BYTES]
        for number in range(count)
    )


def chains_of(tips: Iterable[ShortTip]) -> Chains:
    chains: Chains = {}
    for tip in tips:
        chains.setdefault((tip.author, tip.incarnation), []).append(tip)
    return chains


def _at_most(tips: Iterable[ShortTip], most: int) -> Iterator[ShortTip]:
    """Of a forker with countless branches some, of all others all."""
    told = Counter[int]()
    for tip in tips:
        told[tip.author] += 1
        if told[tip.author] <= most:
            yield tip
