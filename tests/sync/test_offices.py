"""Whole offices meet: real store, real law, real signatures, by session and by courier file."""

import io

import pytest

from core.errors import MunimentError
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from core.views import Step
from sync import courier_file
from sync.compact import compress
from sync.courier import CourierReader, CourierWriter
from tests.ledger.building import seed
from tests.offices import DATABASE_KEY, land_network, make_offices, open_in_memory, register
from tests.sync.meetings import Meeting, meet

NETWORK = land_network()


def node_seed(number):
    return seed(NETWORK.charter.name, number, "node")


def carry(sender, reader):
    data = io.BytesIO(b"".join(CourierWriter(sender, node_seed(sender.number), [reader.number]).frames()))
    courier = CourierReader(data, courier_file.scan(data))
    courier.check(reader, node_seed(reader.number))
    list(courier.blocks(reader))
    reader.write()
    return courier.carried


def test_an_act_climbs_by_meetings_and_a_stick():
    first, second, third, fourth = make_offices()
    act = register(NETWORK, first, 1)
    meet(first, second)
    assert first.acts.view(act.id).ladder.seen_by == (0, 1)
    carry(second, third)
    carry(third, first)
    assert first.acts.view(act.id).ladder.step is Step.CERTIFIED
    for office in (second, third, fourth):
        meet(office, first)
    assert len({office.standing.counts().state_root for office in (first, second, third, fourth)}) == 1
    with pytest.raises(MunimentError, match="courier-repeated"):
        carry(third, first)


def test_a_cut_meeting_goes_on_where_it_was_cut():
    first, second, *_ = make_offices()
    for number in range(5):
        register(NETWORK, first, number)
    delivered = 0
    while not (cut := Meeting(first, second).run(most=delivered)).finished:
        delivered += 1
    assert [tip.seq for tip in second.vector()][:1] == [5]
    assert cut.sides[1].progress.blocks_received <= 5


def test_a_copied_office_forks_and_is_found_by_whoever_meets_both():
    first, second, third, fourth = make_offices()
    twin = open_in_memory(NETWORK, 3, ReplicaStore(Database(IN_MEMORY, DATABASE_KEY)))
    register(NETWORK, fourth, 1)
    register(NETWORK, twin, 2)
    meet(fourth, first)
    meet(twin, second)
    meeting = meet(first, second)
    assert first.forkers() == second.forkers() == {3}
    assert [side.progress.forks for side in meeting.sides] == [{3}, {3}]
    assert first.ledger.evidence_against(3) == second.ledger.evidence_against(3) is not None
    meet(third, first)
    assert third.forkers() == {3}
    certified = [vertex.certified for vertex in third.lace.at(3, 0, 1)]
    assert len(certified) == 2
    assert sum(certified) <= 1


def test_sixty_acts_of_a_day_fit_into_45_kilobytes():
    first, second, *_ = make_offices()
    for number in range(30):
        register(NETWORK, first, number)
        register(NETWORK, second, 1000 + number)
    meeting = meet(first, second)
    payloads = [first.block(block).payload for block in first.newer_than([])]
    compressed = sum(len(compress(payload)) for payload in payloads if payload)
    assert meeting.bytes <= 45_000
    assert meeting.bytes <= 1.15 * compressed + 100 * len(payloads)
    assert meet(first, second).bytes < 300
