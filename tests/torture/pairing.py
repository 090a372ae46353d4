"""Somebody between two computers that pair: over a million sessions it matches the code no oftener than a guesser."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from time import monotonic

from tests.sync.pairing_attack import attack
from tests.torture.part import Part

PLANNED = 1_000_000
AT_ONCE = 500  # sessions of one process
MOST_WINS = 8  # of so many sessions a guesser wins one on average, and more than eight once in about 900,000 runs


def torture_pairing(first_seed: int, until_s: float) -> list[Part]:
    """On every processor, each session from its own seed; `until_s`: monotonic."""
    part, won = Part("pairing: somebody between", PLANNED), 0
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        while part.run < part.planned and (part.run == 0 or monotonic() < until_s):
            begin = first_seed + part.run
            won += sum(pool.map(wins, range(begin, begin + processes * AT_ONCE, AT_ONCE)))
            part.run += processes * AT_ONCE
    part.notes = {"won": won, "lost": part.run - won}
    if won > MOST_WINS:
        part.failed, part.examples = 1, [f"{won} of {part.run} sessions won: oftener than by guessing"]
    return [part]


def wins(first_seed: int) -> int:
    """How many of the sessions from this seed on were won by who stood between."""
    return sum(attack(Random(seed)) for seed in range(first_seed, first_seed + AT_ONCE))
