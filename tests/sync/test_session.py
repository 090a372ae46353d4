"""Meetings in memory: what arrives, what it costs, what a cut loses (nothing), how a fork is found."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.compact import compress
from sync.messages import Ask, BlockMessage, Headers, Vector, decode_message
from sync.session import EXPECTED, TRANSITIONS, State
from tests.sync.graphs import make_replicas, same_view
from tests.sync.meetings import Meeting, meet


def kinds(meeting, kind):
    return [m for m in (decode_message(data) for _, data in meeting.messages) if isinstance(m, kind)]


def test_nothing_new_costs_a_hello_each():
    first, second, *_ = make_replicas(20)
    first.act()
    meet(first, second)
    meeting = meet(second, first)
    assert [side for side, _ in meeting.messages] == [0, 1]
    assert meeting.bytes < 300


def test_what_four_blocks_left_unsaid_is_said_at_the_next_meeting(monkeypatch):
    """Two offices may hold the same while an act still awaits: the last meeting had written all it may."""
    monkeypatch.setattr("sync.session.MAX_WRITTEN", 2)
    first, second = make_replicas(2)
    first.act()
    meet(first, second)
    assert same_view(first, second)
    assert first.lace.awaiting()
    assert kinds(meet(second, first), BlockMessage)


def test_an_act_climbs_by_meetings_to_the_quorum():
    """Four offices, quorum three: recorded by one, seen by a second and a third, then known to the first."""
    first, second, third, fourth = make_replicas(4)
    act = first.act()
    meet(first, second)
    assert first.lace.vertices[act].approvals.bit_count() == 2
    meet(second, third)
    assert third.lace.vertices[act].certified
    meet(third, first)
    assert first.lace.vertices[act].certified
    meet(first, fourth)
    assert fourth.lace.vertices[act].certified
    assert same_view(first, fourth)


def test_blocks_go_both_ways_in_one_meeting():
    first, second = make_replicas(2)
    for _ in range(3):
        first.act()
        second.act()
    meeting = meet(first, second)
    assert same_view(first, second)
    assert {side.progress.blocks_written for side in meeting.sides} <= set(range(5))
    while meet(first, second).sides[0].progress.blocks_new or first.write() or second.write():
        pass
    assert first.finality.count == second.finality.count > 0
    assert first.write() is None
    assert second.write() is None


def test_what_is_expected_and_what_came_is_counted():
    first, second = make_replicas(4)[:2]
    for _ in range(7):
        first.act()
    meeting = meet(second, first)
    progress = meeting.sides[0].progress
    assert progress.blocks_expected == 7
    assert progress.blocks_new == progress.blocks_received == meeting.sides[1].progress.blocks_sent >= 7
    assert progress.bytes_sent + progress.bytes_received == meeting.bytes


def scene():
    """Two offices that have met before, each with news, one of them from a third."""
    first, second, third, _ = make_replicas(4)
    first.act()
    meet(first, second)
    third.act()
    meet(third, second)
    for _ in range(3):
        first.act(2000)
        second.act(2000)
    return first, second


WHOLE = len(meet(*scene()).messages)


@pytest.mark.parametrize("delivered", range(WHOLE))
def test_a_cut_at_any_message_loses_nothing(delivered):
    first, second = scene()
    before = len(first.blocks) + len(second.blocks)
    cut = Meeting(first, second).run(most=delivered)
    kept = len(first.blocks) + len(second.blocks) - before
    assert kept >= sum(side.progress.blocks_new for side in cut.sides)
    again = meet(first, second)
    assert same_view(first, second)
    # What was committed before the cut is not sent again.
    assert sum(side.progress.blocks_received for side in again.sides) == sum(
        side.progress.blocks_new for side in again.sides
    )


def test_sixty_acts_of_a_day_between_two_of_twenty_offices():
    """4-sync, sizes to meet: 45 KB; and 1.15 times the compressed payloads and 100 bytes a block."""
    offices = make_replicas(20)
    for office in offices:
        office.act()
    for left, right in zip(offices, offices[1:] + offices[:1], strict=True):
        meet(left, right)
    for left, right in zip(offices, offices[1:] + offices[:1], strict=True):
        meet(left, right)
    first, second = offices[0], offices[10]
    meet(first, second)
    for _ in range(30):
        first.act(600)
        second.act(600)
    meeting = meet(first, second)
    assert same_view(first, second)
    blocks = [
        office.blocks[identity]
        for office, side in zip((first, second), meeting.sides, strict=True)
        for identity in list(office.blocks)[-side.progress.blocks_new :]
    ]
    payloads = sum(len(compress(block.payload)) for block in blocks if block.payload)
    assert meeting.bytes <= 45_000
    assert meeting.bytes <= 1.15 * payloads + 100 * len(blocks)


# -- forks -----------------------------------------------------------------------------------------------


def forked(common, first_branch, second_branch, count=4):
    """Two honest offices; each has met another copy of the last one, which forked after `common` blocks."""
    *honest, forker = make_replicas(count)
    for _ in range(common):
        forker.act(50)
    twin = forker.copy()
    for _ in range(first_branch):
        forker.act(50)
    twin._random.seed("another")
    for _ in range(second_branch):
        twin.act(50)
    for copy, office in ((forker, honest[0]), (twin, honest[1])):
        for block in copy.newer_than([]):
            office.receive(*copy.block(block))
    return honest[0], honest[1], forker.number


@pytest.mark.parametrize(
    ("common", "first_branch", "second_branch"),
    [(0, 1, 1), (0, 3, 1), (1, 1, 1), (5, 1, 40), (40, 7, 7), (300, 20, 2), (300, 1, 300), (17, 16, 17)],
)
def test_a_fork_is_found_proved_and_both_branches_travel(common, first_branch, second_branch):
    first, second, forker = forked(common, first_branch, second_branch)
    meeting = meet(first, second)
    assert first.forkers() == second.forkers() == {forker}
    assert same_view(first, second)
    assert len(first.lace.tips(forker)) == 2
    for side in meeting.sides:
        assert side.progress.forks == {forker}
    asks = [ask for ask in kinds(meeting, Ask) if ask.questions]
    assert len(asks) <= 2 * 3  # each side narrows 600 places down in three questions
    assert len(kinds(meeting, Headers)) == 2
    # Nothing that both had was sent.
    assert all(side.progress.blocks_new == side.progress.blocks_received for side in meeting.sides)


def test_no_more_than_one_branch_is_ever_certified():
    first, second, forker = forked(2, 2, 2)
    meet(first, second)
    for _ in range(3):
        first.act()
        meet(first, second)
    siblings = [first.lace.vertices[block] for block in first.at(forker, 0, 3)]
    assert len(siblings) == 2
    assert sum(vertex.certified for vertex in siblings) <= 1


def test_more_branches_than_two_and_different_ones_on_each_side():
    *honest, forker = make_replicas(4)
    for _ in range(10):
        forker.act(50)
    copies = [forker.copy() for _ in range(5)]
    for number, copy in enumerate(copies):
        copy._random.seed(number)
        for _ in range(number + 1):
            copy.act(50)
    for office, seen in ((honest[0], copies[:3]), (honest[1], copies[2:])):
        for copy in seen:
            for block in copy.newer_than([]):
                office.receive(*copy.block(block))
    meet(honest[0], honest[1])
    assert same_view(honest[0], honest[1])
    assert len(honest[0].lace.tips(forker.number)) == 5
    meet(honest[2], honest[0])
    assert same_view(honest[2], honest[0])
    assert honest[2].forkers() == {forker.number}


def test_the_forker_meets_one_who_knows():
    first, second, forker = forked(4, 2, 3)
    meet(first, second)
    fresh = make_replicas(4)[forker]
    meet(fresh, first)
    assert same_view(fresh, first)
    assert forker in fresh.forkers()


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("act"), st.integers(0, 4)),
            st.tuples(st.just("meet"), st.tuples(st.integers(0, 4), st.integers(0, 4))),
            st.tuples(st.just("cut"), st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 12))),
        ),
        max_size=25,
    )
)
def test_whatever_happens_a_round_of_meetings_brings_all_to_one_view(steps):
    """Four nodes, the last of them running twice: meetings, cuts and acts in any order."""
    replicas = make_replicas(4)
    replicas.append(replicas[3].copy())
    replicas[4]._random.seed("twin")
    for step, what in steps:
        if step == "act":
            act_if_allowed(replicas[what])
        elif step == "meet" and what[0] != what[1]:
            meet(replicas[what[0]], replicas[what[1]])
        elif step == "cut" and what[0] != what[1]:
            Meeting(replicas[what[0]], replicas[what[1]]).run(most=what[2])
    for _ in range(6):
        for left, right in combinations(replicas[:3], 2):
            meet(left, right)
    for copy in replicas[3:]:
        meet(copy, replicas[0])
    for _ in range(12):
        for left, right in combinations(replicas[:3], 2):
            meet(left, right)
    assert same_view(*replicas[:3])
    assert len({replica.forkers() for replica in replicas[:3]}) == 1
    assert replicas[0].forkers() <= {3}


def act_if_allowed(replica):
    """An office that knows itself to have forked writes nothing any more."""
    if replica.number not in replica.forkers():
        replica.act(50)


# -- the machine -----------------------------------------------------------------------------------------


def test_the_tables_name_every_state():
    assert set(EXPECTED) == set(TRANSITIONS) == set(State)
    assert State.FINISHED in {state for after in TRANSITIONS.values() for state in after}


def test_a_long_vector_takes_several_messages(monkeypatch):
    monkeypatch.setattr("sync.opening.MAX_TIPS", 3)
    offices = make_replicas(8)
    for office in offices[1:]:
        office.act(50)
        for block in office.newer_than([]):
            offices[0].receive(*office.block(block))
    meeting = meet(offices[0], offices[1])
    assert [vector.last for vector in kinds(meeting, Vector)].count(False) == 2
    assert same_view(offices[0], offices[1])


def test_short_heads_are_used_unless_a_fork_makes_them_ambiguous():
    first, second, _ = forked(3, 1, 1)
    first.act()
    heads = [message.head for message in kinds(meet(first, second), BlockMessage)]
    assert any(not isinstance(head, bytes) for head in heads)
    first.act()
    heads = [message.head for message in kinds(meet(first, second), BlockMessage)]
    assert all(not isinstance(head, bytes) for head in heads)
