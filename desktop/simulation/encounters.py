"""Who meets whom next: seeded schedules of meetings among the computers that are awake.

`uniform`: any two. `unequal`: busy offices meet more often (lognormal rates). `clustered`: mostly within a district.
`couriers`: sticks that travel one way. Any two are connected in all of them, as 3-ledger §1 asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, sqrt
from random import Random

LOGNORMAL_SIGMA = 1.0
SAME_DISTRICT = 0.85


@dataclass(frozen=True, slots=True)
class Encounter:
    first: int
    second: int
    courier: bool = False  # from the first to the second only


class Encounters:
    def __init__(self, kind: str, node_count: int, random: Random) -> None:
        self._kind, self._random = kind, random
        self._rates = [exp(random.gauss(0, LOGNORMAL_SIGMA)) for _ in range(node_count)]
        self._district_count = ceil(sqrt(node_count))

    def next(self, awake: Sequence[int]) -> Encounter:
        """Two different offices of those awake; the first begins."""
        while len(self._rates) <= max(awake):  # an office that was admitted since
            self._rates.append(1.0)
        if self._kind == "unequal":
            first, second = self._unequal(awake)
        elif self._kind == "clustered":
            first, second = self._clustered(awake)
        else:
            first, second = self._random.sample(awake, 2)
        return Encounter(first, second, self._kind == "couriers")

    def _unequal(self, awake: Sequence[int]) -> tuple[int, int]:
        """A pair with a chance in proportion to the product of the rates."""
        rates = [self._rates[number] for number in awake]
        while True:
            first, second = self._random.choices(awake, rates, k=2)
            if first != second:
                return first, second

    def _clustered(self, awake: Sequence[int]) -> tuple[int, int]:
        first = self._random.choice(awake)
        near = [one for one in awake if one != first and (one - first) % self._district_count == 0]
        others = near if near and self._random.random() < SAME_DISTRICT else [one for one in awake if one != first]
        return first, self._random.choice(others)
