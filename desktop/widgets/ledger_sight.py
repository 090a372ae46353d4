"""Which part of the picture of the ledger is in sight, and where each entry stands in it: columns and lanes in pixels.

Plain geometry over a layout. Everything that is asked costs as much as what is in sight, however long the ledger is.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QSize

from core.views import BlockView
from desktop.models.ledger_layout import Band, Layout, Placed

LANE_HEIGHTS = (44, 104)  # the least and the most
STEPS = (14, 20, 28, 38)  # widths of a column that one can choose
BRANCH_GAP = 26  # at most
_BRANCH_PLACES = (0, 1, -1)  # a second branch stands below the first, a third above
MARGIN = 8  # before the first column
ACTS_SIZE, BARE_SIZE = 18, 10  # of an entry with acts, and of a countersignature alone; less in narrow columns


@dataclass
class Sight:
    """`left` and `top`: how far the picture is scrolled."""

    lanes: int = 0
    layout: Layout = field(default_factory=Layout)
    step: int = STEPS[2]
    left: int = 0
    top: int = 0
    size: QSize = field(default_factory=lambda: QSize(1, 1))

    @property
    def lane_height(self) -> int:
        least, most = LANE_HEIGHTS
        return max(least, min(most, self.size.height() // max(1, self.lanes)))

    def size_of(self, block: BlockView) -> int:
        """Of its mark: two neighbours in a lane never cover each other."""
        return min(ACTS_SIZE, self.step - 2) if block.acts else min(BARE_SIZE, self.step - 6)

    @property
    def whole(self) -> QSize:
        """Of the whole picture."""
        return QSize(len(self.layout.columns) * self.step + 2 * MARGIN, self.lanes * self.lane_height)

    def lane_top(self, number: int) -> int:
        return number * self.lane_height - self.top

    def column_left(self, column: int) -> int:
        return MARGIN + column * self.step - self.left

    def column_x(self, column: int) -> int:
        return self.column_left(column) + self.step // 2

    def middle(self, placed: Placed) -> QPointF:
        lane = self.lane_top(placed.block.author) + self.lane_height / 2
        gap = min(BRANCH_GAP, self.lane_height // 2 - 2)
        return QPointF(self.column_x(placed.column), lane + _BRANCH_PLACES[placed.branch] * gap)

    def columns_in(self, rect: QRect) -> tuple[int, int]:
        """The first column that shows in a part of the viewport, and the one after the last."""
        reach = ACTS_SIZE - MARGIN
        first = max(0, (self.left + rect.left() - reach) // self.step)
        last = min(len(self.layout.columns), (self.left + rect.right() + reach) // self.step + 1)
        return min(first, last), last

    @property
    def columns(self) -> tuple[int, int]:
        return self.columns_in(QRect(QPoint(0, 0), self.size))

    def placed_in(self, first: int, last: int) -> Iterator[Placed]:
        for column in self.layout.columns[first:last]:
            yield from column

    def parents(self, placed: Placed) -> Iterator[Placed]:
        """Those that are held."""
        for parent in placed.block.parents:
            found = self.layout.find(parent)
            if found is not None:
                yield found

    def bands_in(self, first: int, last: int) -> Iterator[tuple[int, Band]]:
        """(number, band) of the rounds with a column between these."""
        bands = self.layout.bands
        number = max(0, bisect_right(bands, first, key=lambda band: band.start) - 1)
        while number < len(bands) and bands[number].start < last:
            yield number, bands[number]
            number += 1

    def begins_period(self, number: int) -> bool:
        """Whether a band is the first of a later epoch."""
        bands = self.layout.bands
        return bands[number].epoch > 0 and (number == 0 or bands[number - 1].epoch != bands[number].epoch)

    def at(self, point: QPoint) -> Placed | None:
        """The entry under a point, or the nearest one that it almost meets."""
        first, last = self.columns_in(QRect(point, QSize(1, 1)))
        near = [(QLineF(self.middle(one), QPointF(point)).length(), one) for one in self.placed_in(first, last)]
        distance, found = min(near, key=lambda pair: pair[0], default=(ACTS_SIZE + 1.0, None))
        return found if distance <= ACTS_SIZE else None
