"""Somebody between two computers that pair: over a million sessions it matches the code no oftener than a guesser."""

from random import Random

from tests.sync.pairing_attack import attack
from tests.torture.part import Part

PLANNED = 1_000_000
MOST_WINS = 8  # of so many sessions a guesser wins one on average, and more than eight once in about 900,000 runs


def torture_pairing(first_seed: int, until_s: float) -> list[Part]:
    part = Part("pairing: somebody between", PLANNED)

    def one(seed: int) -> None:
        won = attack(Random(seed))
        part.count("won" if won else "lost")
        assert part.notes.get("won", 0) <= MOST_WINS, "oftener than by guessing"

    part.repeat(one, first_seed, until_s)
    return [part]
