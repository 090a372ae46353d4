"""A computer that slept, and neighbours that did not answer."""

from sync.gossip import Gossip
from sync.waking import Waking

NOW_S, CLOCK_MS = 1000.0, 1_790_000_000_000


def test_sleep_is_seen_by_the_clock_that_went_on():
    waking = Waking(NOW_S, CLOCK_MS)
    assert not waking.woke(NOW_S + 1, CLOCK_MS + 1000)
    assert waking.woke(NOW_S + 2, CLOCK_MS + 3_600_000)
    assert not waking.woke(NOW_S + 3, CLOCK_MS + 3_601_000)


def test_who_did_not_answer_is_tried_every_quarter_of_a_minute():
    gossip, now_s = Gossip(0), NOW_S
    for _ in range(12):
        gossip.failed(1, now_s, unreached=True)
        assert gossip.due([], [1], now_s + 15) == [1]
        now_s += 15


def test_who_comes_anew_and_everybody_after_a_move_is_tried_at_once():
    gossip = Gossip(0)
    for number in (1, 2):
        for _ in range(8):
            gossip.failed(number, NOW_S)
    assert gossip.due([], [1, 2], NOW_S + 1) == []
    gossip.try_again({2})
    assert gossip.due([], [1, 2], NOW_S + 1) == [2]
    gossip.try_again()
    assert gossip.due([], [1, 2], NOW_S + 1) == [1, 2]
