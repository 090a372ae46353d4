"""A cap is kept within one percent, from both ends; and the estimate comes before what it speaks of."""

import pytest

from sync.messages import Plan, decode_message
from sync.pace import Estimate, Limits, Pace, asked_pace, on_the_wire
from sync.session import Session
from tests.sync.graphs import make_replicas
from tests.sync.meetings import Meeting, meet

CAP = 8000  # bytes per second: 64 kbit/s


def busy_meeting():
    first, second, *_ = make_replicas(4)
    for size in (300, 600, 5000, 60_000, 200_000, 250_000):
        first.act(size)
        second.act(size)
    first.papers.add(bytes(range(256)) * 2000)
    second.papers.want(first.papers.add(bytes(range(256)) * 2000), 1 << 20)
    return meet(first, second)


def sent_at(sizes, pace, pause_s=0.0):
    """(time, bytes) at which each message goes out, on a clock that only the pace moves."""
    now_s, sent = 100.0, []
    for size in sizes:
        now_s += pause_s
        now_s += pace.wait_s(size, now_s)
        sent.append((now_s, size))
    return sent


def test_a_meeting_keeps_its_cap_within_one_percent():
    sizes = [on_the_wire(len(message) + 4) for _, message in busy_meeting().messages]
    sent = sent_at(sizes, Pace(CAP))
    seconds = sent[-1][0] - 100.0
    assert sum(sizes) > 500_000
    assert 0.99 * CAP <= sum(sizes) / seconds <= 1.01 * CAP
    for start in range(len(sent)):  # nor does any stretch of it carry more
        before_s = sent[start - 1][0] if start else 100.0
        carried = 0
        for at_s, size in sent[start:]:
            carried += size
            assert carried <= CAP * (at_s - before_s) * 1.000001


def test_idle_time_is_not_saved_up():
    pace = Pace(CAP)
    pace.wait_s(100, 0.0)
    assert pace.wait_s(CAP, 1000.0) == pytest.approx(1.0)
    assert Pace(None).wait_s(1 << 30, 0.0) == 0.0


def test_the_other_side_is_asked_to_keep_it_too_and_cannot_ask_for_less_than_the_slowest_line():
    first, second, *_ = make_replicas(2)
    sides = (Session(first, True, 1, Limits(CAP)), Session(second, False, 0))
    for side in sides:
        side.start()
    hello = next(iter(sides[0].outgoing()))
    sides[1].receive(hello)
    assert sides[1].asked_bytes_per_s == CAP
    assert asked_pace(CAP).bytes_per_s == CAP
    assert asked_pace(1).bytes_per_s == 2048
    assert asked_pace(0).bytes_per_s is None
    with pytest.raises(ValueError, match="at least 2048"):
        Limits(1000)


def test_scans_stay_away_from_a_slow_line():
    first, second, *_ = make_replicas(2)
    second.papers.want(first.papers.add(b"scan"), 1 << 20)
    meeting = Meeting(first, second, Limits(papers=False)).run()
    assert meeting.finished
    assert second.papers.wanted()
    meet(first, second)
    assert not second.papers.wanted()


def test_what_will_come_is_told_before_the_first_act_and_is_about_right():
    first, second, *_ = make_replicas(4)
    for size in [600] * 40 + [20_000] * 5:
        first.act(size)
    second.act()
    meeting = meet(second, first)
    kinds = [type(decode_message(data)).__name__ for side, data in meeting.messages if side == 1]
    assert kinds.index("Plan") < kinds.index("BlockMessage")
    (plan,) = [m for side, d in meeting.messages if side == 1 and isinstance(m := decode_message(d), Plan)]
    came = meeting.sides[0].progress
    assert (plan.blocks, plan.acts) == (46, 45)  # one more confirms what the second had written
    assert came.acts_expected == 45
    blocks = sum(
        len(d) + 4 for side, d in meeting.messages if side == 1 and type(decode_message(d)).__name__ == "BlockMessage"
    )
    assert 0.8 * blocks <= plan.size <= 1.25 * blocks


def test_minutes_follow_from_the_cap_or_from_what_has_passed():
    assert Estimate(CAP, 0.0).seconds_left(CAP * 60, 0, 0.0) == 60
    assert Estimate(None, 0.0).seconds_left(1000, 0, 0.0) is None
    assert Estimate(None, 0.0).seconds_left(1000, 500, 2.0) == 4
    assert Estimate(CAP, 0.0).seconds_left(1000, 500, 2.0) == 4  # the line itself is slower than the cap
