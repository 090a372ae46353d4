"""The hostile neighbour at length: every attack in turn while an honest office hands a day's acts to its victim.

The attacker is a process of its own, as it would be. Memory of the two honest offices is held to 128 MiB more; how much
longer the meetings take than alone is reported and asks for a quiet machine: nothing fails by the clock.
"""

import subprocess
import sys
from pathlib import Path

from tests.sync.besieged import HONEST, VICTIM, Peak, nodes
from tests.sync.hostile import ATTACKS, Attack
from tests.torture.part import Part

PROJECT = Path(__file__).resolve().parents[2]
ACTS = 300
MEETINGS = 5  # each with its share of the acts, so that the attack is well under way
MEMORY_BYTES = 128 << 20


def torture_hostile(first_seed: int, until_s: float) -> list[Part]:
    """`until_s`: monotonic; one round of every attack at least."""
    part = Part("hostile neighbour", planned=100_000)
    attacks = sorted(ATTACKS, key=lambda attack: attack.__name__)

    def one(seed: int) -> None:
        attack = attacks[seed % len(attacks)]
        alone_s = _acts_handed_over(None)
        under_s = _acts_handed_over(attack)
        part.count(attack.__name__)
        slower = f"{attack.__name__} slowest, percent"
        part.notes[slower] = max(part.notes.get(slower, 0), round(100 * under_s / alone_s))

    part.repeat(one, first_seed, until_s)
    return [part]


def _acts_handed_over(attack: Attack | None) -> float:
    """Seconds of all meetings."""
    with nodes(HONEST, VICTIM) as (honest, victim):
        honest.record(range(1))
        honest.meet(victim)
        peak = Peak()
        attacker = _start(attack, victim.service.port) if attack else None
        try:
            took_s, share = 0.0, ACTS // MEETINGS
            for number in range(MEETINGS):
                honest.record(range(1 + number * share, 1 + (number + 1) * share))
                took_s += honest.meet(victim)
            assert victim.acts() == 1 + MEETINGS * share
            if attack is not None:
                victim.until_refused(ATTACKS[attack])
        finally:
            if attacker is not None:
                attacker.kill()
                attacker.communicate()
        grown = peak.grown_bytes()
        assert grown <= MEMORY_BYTES, f"{attack}: {grown >> 20} MiB"
        return took_s


def _start(attack: Attack, port: int) -> "subprocess.Popen[str]":
    """Returns when the first blow is struck."""
    command = [sys.executable, "-m", "tests.sync.attacking", attack.__name__, str(port)]
    attacker = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert attacker.stdout is not None
    assert attacker.stdout.readline().strip() == "struck"
    return attacker
