"""Where each block of the ledger stands in its picture: a lane for each office, a band of columns for each round.

Within a round a block stands right of everything of that round that it had seen, so every line in the picture leads
from left to right, and what stands further right was never seen by what stands left of it. A fork gives its office a
second branch beside the first. A pure function of the blocks given; it runs off the GUI thread.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.views import BlockView

MAX_BRANCHES = 3  # further ones are drawn over the last


@dataclass(frozen=True, slots=True)
class Placed:
    block: BlockView
    column: int
    branch: int  # 0 but on the later branches of a fork


@dataclass(frozen=True, slots=True)
class Band:
    """The columns of one round of one epoch."""

    epoch: int
    round: int
    start: int
    width: int


@dataclass(frozen=True)
class Layout:
    bands: tuple[Band, ...] = ()
    columns: tuple[tuple[Placed, ...], ...] = ()
    lanes: Mapping[int, tuple[Placed, ...]] | None = None  # by office, from left to right
    by_id: Mapping[bytes, Placed] | None = None

    def find(self, block: bytes) -> Placed | None:
        return self.by_id.get(block) if self.by_id else None

    def lane(self, author: int) -> tuple[Placed, ...]:
        return self.lanes.get(author, ()) if self.lanes else ()


def lay_out(blocks: Sequence[BlockView]) -> Layout:
    """`blocks`: in order of arrival; parents may be missing before the first."""
    depths, widths = _depths(blocks)
    bands, start = [], 0
    starts: dict[tuple[int, int], int] = {}
    for key in sorted(widths):
        bands.append(Band(*key, start, widths[key]))
        starts[key] = start
        start += widths[key]
    branches = _branches(blocks)
    columns: list[list[Placed]] = [[] for _ in range(start)]
    lanes: defaultdict[int, list[Placed]] = defaultdict(list)
    by_id = {}
    for block in blocks:
        column = starts[block.epoch, block.round] + depths[block.id]
        placed = Placed(block, column, branches[block.id])
        columns[column].append(placed)
        lanes[block.author].append(placed)
        by_id[block.id] = placed
    sorted_lanes = {
        author: tuple(sorted(lane, key=lambda one: (one.column, one.branch))) for author, lane in lanes.items()
    }
    return Layout(tuple(bands), tuple(tuple(column) for column in columns), sorted_lanes, by_id)


def _depths(blocks: Sequence[BlockView]) -> tuple[dict[bytes, int], dict[tuple[int, int], int]]:
    """Column of each block within its round, and the columns that each (epoch, round) needs."""
    depths: dict[bytes, int] = {}
    rounds: dict[bytes, tuple[int, int]] = {}
    widths: dict[tuple[int, int], int] = {}
    for block in blocks:
        key = (block.epoch, block.round)
        depth = max((depths[parent] + 1 for parent in block.parents if rounds.get(parent) == key), default=0)
        depths[block.id], rounds[block.id] = depth, key
        widths[key] = max(widths.get(key, 0), depth + 1)
    return depths, widths


def _branches(blocks: Sequence[BlockView]) -> dict[bytes, int]:
    """A block goes on where its own predecessor stands, unless another block stands at its very place."""
    branches: dict[bytes, int] = {}
    taken: set[tuple[int, int, int]] = set()
    highest: defaultdict[int, int] = defaultdict(int)
    own: dict[tuple[int, bytes], int] = {}  # branch of each block, asked for by its author's next one
    for block in blocks:
        place = (block.author, block.incarnation, block.seq)
        before = [own[block.author, parent] for parent in block.parents if (block.author, parent) in own]
        branch = before[0] if before else 0
        if place in taken:
            highest[block.author] = min(highest[block.author] + 1, MAX_BRANCHES - 1)
            branch = highest[block.author]
        taken.add(place)
        branches[block.id] = own[block.author, block.id] = branch
    return branches
