"""Blocks with acts that no anchor has executed, by chain and in the order of arrival, wherever they stand.

Of one that is in memory the block itself is held, of one that has left only its place: eight bytes. An office that was
alone for a year, or has taken over its old books act by act, has a million of them.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from typing import Any

from core.ledger.vertex import Tips, Vertex, each_tip

_COMPACT = 4096  # places executed at the beginning of a chain before they are cut off


class OpenActs:
    """`at`: the block that came so many blocks after the first."""

    def __init__(self, at: Callable[[int], Vertex]) -> None:
        self._at = at
        self._chains: dict[int, _Places] = {}
        self._here: dict[int, Vertex] = {}  # by order: those in memory

    def add(self, vertex: Vertex) -> None:
        """A new block: the newest of all."""
        places = self._chains.get(vertex.chain)
        if places is None:
            places = self._chains[vertex.chain] = _Places()
        places.add(vertex.order)
        self._here[vertex.order] = vertex

    def __delitem__(self, vertex: Vertex) -> None:
        """An anchor has executed it: its row, if it has one, has to follow. Raises KeyError."""
        places = self._chains.get(vertex.chain)
        if places is None or not places.remove(vertex.order):
            raise KeyError(vertex)
        if not len(places):
            del self._chains[vertex.chain]
        self._here.pop(vertex.order, None)
        if vertex.home is not None:
            vertex.home.changed(vertex)

    def let_go(self, vertex: Vertex) -> None:
        """It has left memory, open or not."""
        self._here.pop(vertex.order, None)

    def __contains__(self, vertex: Vertex) -> bool:
        places = self._chains.get(vertex.chain)
        return places is not None and vertex.order in places

    def __len__(self) -> int:
        return sum(map(len, self._chains.values()))

    def __iter__(self) -> Iterator[Vertex]:
        """In the order of arrival, each read as it is asked for."""
        return map(self._vertex, merge(*self._chains.values()))

    @property
    def oldest(self) -> int | None:
        """Position of the first."""
        return min((places[0] for places in self._chains.values()), default=-1) + 1 or None

    def chains(self) -> list[int]:
        return list(self._chains)

    def of(self, chain: int) -> Sequence[Vertex]:
        """Those of a chain, in the order of arrival, each read as it is asked for."""
        return _Blocks(self._chains.get(chain, _Places()), self._vertex)

    def told_apart(
        self, chain: int, tell: Callable[[Vertex], str], forked: bool
    ) -> Iterator[tuple[str, Sequence[int]]]:
        """(what is told of them, their positions) of all of a chain.

        What has come to a block has come to those below it, unless the chain has forked. So where the first and the
        last are told alike, all between them are, and none of these is read.
        """
        places, blocks = self._chains.get(chain, _Places()), self.of(chain)
        parts = [range(len(blocks))] if len(blocks) else []
        while parts:
            part = parts.pop()
            told = tell(blocks[part[0]])
            if len(part) == 1 or (not forked and told == tell(blocks[part[-1]])):
                yield told, [places[one] + 1 for one in part]
            else:
                parts += [part[len(part) // 2 :], part[: len(part) // 2]]

    def below(self, clock: Sequence[Tips]) -> Iterator[Vertex]:
        """All that are in a past with this clock, and maybe others of chains that have forked."""
        for chain, places in self._chains.items():
            newest = max((tip.order for tip in each_tip(clock[chain] if chain < len(clock) else None)), default=-1)
            yield from (self._vertex(places[one]) for one in range(places.up_to(newest)))

    def _vertex(self, order: int) -> Vertex:
        return self._here.get(order) or self._at(order)


class _Blocks(Sequence[Vertex]):
    def __init__(self, places: "_Places", vertex: Callable[[int], Vertex]) -> None:
        self._places, self._vertex = places, vertex

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:
        chosen = range(len(self._places))[place]
        if isinstance(chosen, range):
            return [self._vertex(self._places[one]) for one in chosen]
        return self._vertex(self._places[chosen])


class _Places:
    """Ascending numbers that are added at the end and go, mostly, from the beginning."""

    def __init__(self) -> None:
        self._orders, self._first = array("q"), 0

    def add(self, order: int) -> None:
        self._orders.append(order)

    def remove(self, order: int) -> bool:
        """Whether it was there."""
        place = bisect_left(self._orders, order, self._first)
        if place == len(self._orders) or self._orders[place] != order:
            return False
        if place > self._first:
            del self._orders[place]
            return True
        self._first += 1
        if self._first >= _COMPACT and 2 * self._first >= len(self._orders):
            del self._orders[: self._first]
            self._first = 0
        return True

    def up_to(self, order: int) -> int:
        """How many are not greater."""
        return bisect_right(self._orders, order, self._first) - self._first

    def __contains__(self, order: int) -> bool:
        place = bisect_left(self._orders, order, self._first)
        return place < len(self._orders) and self._orders[place] == order

    def __len__(self) -> int:
        return len(self._orders) - self._first

    def __getitem__(self, place: int) -> int:
        """`place`: from 0."""
        return self._orders[self._first + place]

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(len(self)))
