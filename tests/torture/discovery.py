"""How long a node in a quiet network needs to find the one that is there: three seconds at most in the median.

From before the program is loaded until it names the other, by real mDNS between two network namespaces (tests/lan).
"""

from statistics import median
from time import monotonic

from tests.lan.namespaces import Lan, missing
from tests.lan.test_discovery import DISCOVERING, finds
from tests.torture.part import Part

STARTS = 5
MOST_S = 3.0


def torture_discovery(first_seed: int, until_s: float) -> list[Part]:
    """`first_seed` and `until_s` (monotonic) change nothing: five starts take a few seconds."""
    part = Part("found in a quiet network, starts", STARTS)
    why = missing()
    if why is not None:
        part.planned = part.run = 1
        part.count(f"not run: {why}")
        return [part]
    took_s = []
    with Lan(2) as lan:
        lan.start(0, DISCOVERING, "network", "7420")
        for port in range(7421, 7421 + STARTS):
            begun_s = monotonic()
            other = lan.start(1, DISCOVERING, "network", str(port))
            other.until(finds((lan.address(0), 7420, True)))
            took_s.append(monotonic() - begun_s)
            other.end()
            part.run += 1
    part.notes["median, ms"] = round(1000 * median(took_s))
    if median(took_s) > MOST_S:
        part.failed, part.examples = 1, [f"found after {[round(one, 2) for one in took_s]} s"]
    return [part]
