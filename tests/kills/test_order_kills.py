"""Killed while an anchor is executed in portions: before, in and after the commit of each, and between two of them.

After each kill the office opens, has every portion that it told of, goes on behind the last one and comes to the very
state of the others.
"""

import os
import tempfile
from collections.abc import Iterator
from itertools import combinations, count
from pathlib import Path

import pytest

from core.folder import open_office
from core.office import Office
from tests.kills.cases import PASSPHRASE
from tests.kills.test_kills import Desk, Recorder
from tests.offices import StepClock, hand_over, meet, open_in_memory, registrar, registration

BLOCKS, ACTS_EACH = 4, 2
pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the killed process is watched by Linux' pidfd")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield Desk(Path(made) / "office")


def agreed_elsewhere(desk: Desk) -> Office:
    """An import at an office whose acts have become final there, without the desk."""
    others = [open_in_memory(desk.network, number) for number in (1, 2, 3)]
    for block in range(BLOCKS):
        batch = others[0].batch([registrar(others[0])])
        for act in range(ACTS_EACH):
            batch.add("land", "first_registration", {}, registration(block * ACTS_EACH + act))
        others[0].record_batch(batch, [desk.network.officers[1][0].sign(batch.signing_message)])
    while not all(office.standing.counts().ladder["final"] for office in others):
        for one, other in combinations(others, 2):
            meet(one, other)
    return others[0]


def test_killed_at_every_boundary_of_an_anchor_in_portions(recorder: Recorder, desk: Desk) -> None:
    other = agreed_elsewhere(desk)
    office = open_office(desk.put_back(), PASSPHRASE, StepClock()).office
    office.acts_at_once = 1
    hand_over(other, office)
    assert office.entering() == (ACTS_EACH, BLOCKS * ACTS_EACH)
    office.close()
    desk.keep()
    found = set[int]()
    for boundary in count(1):
        ending = recorder.run(desk.put_back(), boundary, task="enter")
        entered = check(desk, other, ending.done, f"killed at boundary {boundary}")
        found.add(entered)
        if ending.status == 0:
            break
    assert found == {ACTS_EACH * blocks for blocks in range(1, BLOCKS + 1)}


def check(desk: Desk, other: Office, told: list[str], why: str) -> int:
    """How many acts were executed when it was killed."""
    office = open_office(desk.folder, PASSPHRASE, StepClock()).office
    try:
        entering = office.entering()
        entered, acts = entering or (BLOCKS * ACTS_EACH,) * 2
        for said in told:
            assert entered >= (acts if said == "entered all" else int(said.split()[1])), why
        while office.enter_in_order():
            raise AssertionError("without a limit all is executed at once")
        told_by = [(one.anchor, one.state_root(), one.store.entries.root()) for one in (office, other)]
        assert told_by[0] == told_by[1], why
        assert [one.store.checkpoints.newest() for one in (office, other)] == [other.store.checkpoints.newest()] * 2, (
            why
        )
        assert office.hand.quarantine is None, why
        assert set(office.checking.verify_state()) == {None}, why
    finally:
        office.close()
    return entered
