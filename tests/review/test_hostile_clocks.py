"""Consensus time, where members within what a quorum tolerates claim whatever time they like (3-ledger §6, FINALITY.md §8).

It lies between the claims of honest openers in the anchor's past, so no term ends for a liar sooner or later than by
honest clocks; and where a quorum of honest ones is heard, liars make no deadline undecided that honest clocks decide.
"""

from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest

from core.ledger.anchors import Anchor
from core.ledger.ordering import UNKNOWN_SPREAD_MS, tips_in
from core.ledger.vertex import Vertex
from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from tests.offices import DATABASE_KEY, StepClock, land_network, meet, pass_days, register

ENDS_OF_TIME_MS = 1 << 53


class AnyClock(StepClock):
    """What it says has nothing to do with the time; a chain may not go back, so each claim draws anew how far."""

    def __init__(self, draw: Random) -> None:
        super().__init__()
        self._draw = draw

    def now_ms(self) -> int:
        return self._draw.choice([0, super().now_ms(), 1 << self._draw.randrange(53), ENDS_OF_TIME_MS])


def anchors_of(offices: list[Office], monkeypatch: pytest.MonkeyPatch) -> list[tuple[Office, Anchor]]:
    """Every anchor as it is executed, with the office."""
    seen: list[tuple[Office, Anchor]] = []
    for office in offices:
        real = office.execution.begin

        def begin(anchor: Anchor, office: Office = office, real: Callable[[Anchor], None] = real) -> None:
            seen.append((office, anchor))
            real(anchor)

        monkeypatch.setattr(office.execution, "begin", begin)
    return seen


def honest_claims(office: Office, anchor: Anchor, liars: int) -> list[int]:
    """Claimed times of the newest openers of the honest in the anchor's past, sorted."""
    found = []
    for number in range(office.roll.witness_count - liars):
        tip = tips_in(anchor.vertex.clock, office.lace.chains[number, 0])
        if isinstance(tip, Vertex) and tip.newest_opener is not None:
            found.append(tip.newest_opener.claimed_ms)
    return sorted(found)


def compare_with_honest_claims(monkeypatch: pytest.MonkeyPatch, count: int, seed: int) -> None:
    draw, network, liars = Random(seed), land_network(count), (count - 1) // 3
    offices = []
    for number in range(count):
        store, clock = ReplicaStore(Database(IN_MEMORY, DATABASE_KEY)), AnyClock(Random(number))
        hostile = number >= count - liars
        node = network.nodes[number]
        offices.append(Office(store, network.charter, number, node, MemoryJournal(), clock if hostile else StepClock()))
    honest = offices[: count - liars]
    seen = anchors_of(honest, monkeypatch)
    for step in range(4):
        register(network, offices[draw.randrange(count)], step)
        for office in honest:
            pass_days(office, draw.choice([0, 0, 1, 40]))
        for pair in draw.sample(list(combinations(offices, 2)), 3 * count // 2):
            meet(*pair)
    assert len({anchor.number for _, anchor in seen}) > 2
    last: dict[int, int] = {}
    for office, anchor in seen:
        claims = honest_claims(office, anchor, liars)
        before = last.get(office.number, 0)
        assert claims[0] <= anchor.consensus_ms <= max(claims[-1], before)
        assert max(claims[-1], before) < ENDS_OF_TIME_MS
        last[office.number] = anchor.consensus_ms
        if len(claims) >= office.roll.quorum:
            assert anchor.spread_ms <= claims[-1] - claims[0] < UNKNOWN_SPREAD_MS
    assert any(claimed_wildly(office) for office in honest)


def claimed_wildly(office: Office) -> bool:
    return any(vertex.claimed_ms >= 1 << 50 for vertex in office.lace.vertices.values())


@pytest.mark.parametrize(("count", "seed"), [(4, 2), (7, 3)])
def test_consensus_time_lies_between_honest_claims(monkeypatch: pytest.MonkeyPatch, count: int, seed: int) -> None:
    compare_with_honest_claims(monkeypatch, count, seed)


def test_a_mean_in_place_of_the_median_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.ledger.anchors.consensus_time", lambda times, _: (sum(times) // len(times), 0))
    with pytest.raises(AssertionError):
        compare_with_honest_claims(monkeypatch, 4, 1)
