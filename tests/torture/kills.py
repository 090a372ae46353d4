"""SIGKILL at random moments of real work on a real replica: nothing acknowledged is lost (tests/kills, in long)."""

from pathlib import Path
from random import Random

from tests.kills.test_kills import Recorder, check, working_desk
from tests.torture.part import Part

PLANNED = 10_000
# The whole day takes about this long; a kill after its end finds nothing to break, and is counted as such.
LONGEST_DELAY_S = 0.12


def torture_kills(work: Path, first_seed: int, until_s: float) -> list[Part]:
    part = Part("kills at random moments", PLANNED)
    recorder, desk = Recorder(), working_desk(work / "killed")

    def one(seed: int) -> None:
        delay_s = Random(seed).uniform(0.001, LONGEST_DELAY_S)
        ending = recorder.run(desk.put_back(), delay_s=delay_s)
        part.count("killed at work" if ending.status == -9 else "came to the end before")
        part.count("acknowledgements compared")
        part.notes["acknowledgements compared"] += len(ending.done) - 1
        check(desk, ending, f"killed after {delay_s:.4f} s")

    part.repeat(one, first_seed, until_s)
    recorder.close()
    return [part]
