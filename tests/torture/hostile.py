"""The hostile neighbour at length: every attack in turn while an honest office hands a day's acts to its victim.

The attacker is a process of its own, as it would be. Memory of the two honest offices is held to 128 MiB more; how much
longer the meetings take than alone is reported and asks for a quiet machine with a processor to spare for the attacker,
who has his own in truth: nothing fails by the clock. Beside it stands what the meetings cost of the processor, with all
that the victim does about the attack meanwhile; that says the same on a busy machine.
"""

import subprocess
import sys
import time
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
        alone, under = _acts_handed_over(None), _acts_handed_over(attack)
        part.count(attack.__name__)
        for what, before, after in zip(("slowest", "most of the processor"), alone, under, strict=True):
            name = f"{attack.__name__} {what}, percent"
            part.notes[name] = max(part.notes.get(name, 0), round(100 * after / before))

    part.repeat(one, first_seed, until_s)
    return [part]


def _acts_handed_over(attack: Attack | None) -> tuple[float, float]:
    """Seconds of all meetings, and of the processor in them."""
    with nodes(HONEST, VICTIM) as (honest, victim):
        honest.record(range(1))
        honest.meet(victim)
        peak = Peak()
        attacker = start(attack, victim.service.port) if attack else None
        try:
            took_s = worked_s = 0.0
            share = ACTS // MEETINGS
            for number in range(MEETINGS):
                honest.record(range(1 + number * share, 1 + (number + 1) * share))
                began_s = time.process_time()
                took_s += honest.meet(victim)
                worked_s += time.process_time() - began_s
            assert victim.acts() == 1 + MEETINGS * share
            if attack is not None:
                victim.until_refused(ATTACKS[attack])
        finally:
            if attacker is not None:
                attacker.kill()
                attacker.communicate()
        grown = peak.grown_bytes()
        assert grown <= MEMORY_BYTES, f"{attack}: {grown >> 20} MiB"
        return took_s, worked_s


def start(attack: Attack, port: int) -> "subprocess.Popen[str]":
    """Returns when the first blow is struck. The attacker ends with this process at the latest."""
    command = [sys.executable, "-m", "tests.sync.attacking", attack.__name__, str(port)]
    pipe = subprocess.PIPE
    attacker = subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    assert attacker.stdout is not None
    assert attacker.stdout.readline().strip() == "struck"
    return attacker
