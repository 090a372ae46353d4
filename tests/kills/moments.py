"""Random moments at which a program is killed: within the time that its quickest whole run took here and now."""

from collections.abc import Callable
from random import Random
from time import monotonic

RUNS_A_KILL = 20  # at most: it ends by itself before most moments only if the computer changes all the time


def kill_at_random(seed: int, kills: int, run: Callable[[float | None], bool]) -> None:
    """Have it killed so many times. `run` lets it run, kills it after a delay in seconds (None: never), checks what is
    left, and says whether it was killed before its end.
    """
    random, killed = Random(seed), 0
    begun_s = monotonic()
    run(None)
    most_s = 0.8 * (monotonic() - begun_s)
    for _ in range(RUNS_A_KILL * kills):
        begun_s = monotonic()
        if run(random.uniform(0, most_s)):
            killed += 1
        else:  # the runs before it were held up by something else
            most_s = min(most_s, 0.8 * (monotonic() - begun_s))
        if killed == kills:
            return
    raise AssertionError(f"killed {killed} times instead of {kills}")
