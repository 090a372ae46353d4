"""When an act came into being, and clocks that are decades off: they order nothing, block nothing and are told."""

from datetime import UTC, datetime

import pytest

from core.office import Office
from core.store.database import IN_MEMORY, Database
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.views import Clock, Step
from tests.drawing import draw
from tests.ledger.building import FOUNDED_MS
from tests.offices import DATABASE_KEY, StepClock, land_network, meet, meet_until_quiet, register, sell

DAY_MS = 86_400_000
YEAR_MS = 365 * DAY_MS
DEAD_CLOCKS = {
    "1970": 0,
    "2000": round(datetime(2000, 1, 1, tzinfo=UTC).timestamp() * 1000),
    "twenty years ahead": FOUNDED_MS + 20 * YEAR_MS,
}


def opened(number: int, clock_ms: int = FOUNDED_MS) -> Office:
    network = land_network(4)
    clock = StepClock()
    clock._now_ms = clock_ms
    store = ReplicaStore(Database(IN_MEMORY, DATABASE_KEY))
    return Office(store, network.charter, number, network.nodes[number], MemoryJournal(), clock, draw)


def offices_with(clock_ms: int) -> list[Office]:
    """Four offices, the last with a clock of its own."""
    return [*(opened(number) for number in range(3)), opened(3, clock_ms)]


def test_an_act_nobody_has_seen_has_no_bracket_yet() -> None:
    office = opened(0)
    bracket = office.bracketing.of_act(register(land_network(4), office, 1).id)
    assert (bracket.state, bracket.office, bracket.entered_ms, bracket.clock) == (None, None, None, Clock.FITS)


def test_after_a_register_state_and_before_an_entry_of_another_office() -> None:
    offices, network = [opened(number) for number in range(4)], land_network(4)
    first = register(network, offices[0], 1)
    meet_until_quiet(offices)
    state = offices[0].store.checkpoints.newest()
    assert state is not None
    second = register(network, offices[1], 2)
    meet(offices[1], offices[2])
    meet(offices[2], offices[3])
    for office in (offices[1], offices[3]):
        bracket = office.bracketing.of_act(second.id)
        assert bracket.state == state.anchor
        assert bracket.state_ms == state.consensus_ms
        # Office 2 saw it first; office 3's own entry has that of office 2 in its past.
        assert bracket.office == 2
        assert bracket.seq is not None
        (block,) = office.lace.at(2, 0, bracket.seq)
        own = office.lace.vertices[second.block]
        assert office.lace.in_past(own, block)
        assert block.prev is not None
        assert not office.lace.in_past(own, block.prev)
        assert bracket.office_ms == block.claimed_ms
    assert offices[1].bracketing.of_act(first.id).state is None


def test_what_is_entered_has_an_end_by_consensus_time() -> None:
    offices = [opened(number) for number in range(4)]
    act = register(land_network(4), offices[0], 1)
    meet_until_quiet(offices)
    brackets = {office.bracketing.of_act(act.id) for office in offices}
    assert len(brackets) == 1
    entered = brackets.pop().entered_ms
    assert entered == offices[0].ledger.anchors()[act_anchor(offices[0], act.id) - 1].consensus_ms


def act_anchor(office: Office, act: bytes) -> int:
    anchor = office.acts.view(act).ladder.anchor
    assert anchor is not None
    return anchor


@pytest.mark.parametrize("clock_ms", DEAD_CLOCKS.values(), ids=DEAD_CLOCKS)
def test_a_clock_off_by_decades_blocks_nothing_and_is_told(clock_ms: int) -> None:
    offices, network = offices_with(clock_ms), land_network(4)
    good = register(network, offices[0], 1)
    wrong = register(network, offices[3], 2)
    meet_until_quiet(offices)
    sale = sell(network, offices[3], wrong.records[0], 3)
    meet_until_quiet(offices)
    for office in offices:
        for act in (good, wrong, sale):
            assert office.acts.view(act.id).ladder.step is Step.FINAL
        assert office.bracketing.of_act(good.id).clock is Clock.FITS
        told = Clock.AHEAD if clock_ms > FOUNDED_MS else Clock.BEHIND
        assert office.bracketing.of_act(wrong.id).clock is told
        assert office.bracketing.of_act(sale.id).clock is told
    assert len({office.state_root() for office in offices}) == 1


@pytest.mark.parametrize("clock_ms", DEAD_CLOCKS.values(), ids=DEAD_CLOCKS)
def test_the_order_is_that_of_the_graph_whatever_clocks_say(clock_ms: int) -> None:
    """The sale builds on what another office's clock claims to have entered later, or decades before."""
    offices, network = offices_with(clock_ms), land_network(4)
    parcel = register(network, offices[3], 1).records[0]
    meet_until_quiet(offices)
    sales = [sell(network, offices[3], parcel, buyer) for buyer in (1, 2, 3)]
    meet_until_quiet(offices)
    for office in offices:
        timeline = [entry.act for entry in office.records.view(parcel).timeline]
        assert timeline[:3] == [sale.id for sale in reversed(sales)]


def test_a_single_clock_does_not_move_the_common_time() -> None:
    for clock_ms in DEAD_CLOCKS.values():
        offices = offices_with(clock_ms)
        register(land_network(4), offices[3], 1)
        meet_until_quiet(offices)
        for anchor in offices[0].ledger.anchors():
            assert FOUNDED_MS <= anchor.consensus_ms < FOUNDED_MS + DAY_MS


def test_a_wrong_clock_of_the_office_that_saw_it_accuses_nobody_else() -> None:
    offices = offices_with(0)
    act = register(land_network(4), offices[0], 1)
    meet(offices[0], offices[3])
    bracket = offices[0].bracketing.of_act(act.id)
    assert bracket.office == 3
    assert bracket.clock is Clock.FITS
