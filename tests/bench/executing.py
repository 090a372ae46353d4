"""Executing at anchors: a whole import becomes part of the agreed state at once, in the transaction of one block.

A network of one witness would decide while it records; here four offices do: one imports, the others receive, and
blocks go round until nothing awaits. Measured are the blocks, received or written, by which anchors were decided:
records, tree of states, entries, checkpoint and the durable commit. The office that received the import in the same
process applies the verdicts that it foresaw; the one that imported was opened anew since and judges each act again.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from core.office import Office
from tests.bench.figure import Figure
from tests.bench.importing import import_parcels
from tests.bench.offices import found_network

ASKED_ACTS_S = 8_000


def measure_executing(work: Path, count: int) -> list[Figure]:
    """Acts a second, on a real disk; `work` must lie on one."""
    network = found_network(work / "executing")
    import_parcels(network.places[0], count)
    offices = [place.open().office for place in network.places]
    for other in offices[1:]:
        _hand_over(offices[0], other)
    spent_s, turn = [0.0] * len(offices), 0
    while any(office.standing.counts().ladder["final"] < count for office in offices[:2]):
        giver, number = offices[turn % 4], (turn + 1 + turn // 4 % 3) % 4
        taker = offices[number]
        spent_s[number] += _hand_over(giver, taker) + _deciding(taker, taker.write)
        turn += 1
    for office in offices:
        office.close()
    again, foreseen = (count / seconds for seconds in spent_s[:2])
    note = f"{count} acts at one anchor"
    return [
        Figure("execute foreseen acts", foreseen, "acts/s", ASKED_ACTS_S, at_least=1, note=note),
        Figure("execute, judged again", again, "acts/s", ASKED_ACTS_S, note=note),
    ]


def _hand_over(giver: Office, taker: Office) -> float:
    """Seconds that the taker spent on blocks that decided anchors."""
    lacking = giver.newer_than([tip.id for tip in taker.vector()])
    return sum(_deciding(taker, partial(taker.receive, *giver.block(block))) for block in lacking)


def _deciding(office: Office, step: Callable[[], object]) -> float:
    """Seconds of the step, if it decided an anchor."""
    anchors, started_s = office.anchor, perf_counter()
    step()
    return perf_counter() - started_s if office.anchor > anchors else 0.0
