"""Whom to meet when: pure decisions over handed-in time."""

from sync.gossip import Gossip
from tests.sync.graphs import make_replicas

NOW_S = 1000.0


def vector(acts):
    office = make_replicas(4)[0]
    for _ in range(acts):
        office.act(50)
    return office.vector()


def test_the_lower_number_calls_at_once_and_the_higher_a_little_later():
    assert Gossip(0).due([], [1], NOW_S) == [1]
    gossip = Gossip(1)
    assert gossip.due([], [0], NOW_S) == []
    assert gossip.due([], [0], NOW_S + 5) == [0]


def test_after_a_meeting_a_neighbour_has_rest_until_there_is_news():
    gossip = Gossip(0)
    gossip.met(1, vector(1), NOW_S)
    assert gossip.due(vector(1), [1], NOW_S + 10) == []
    assert gossip.due(vector(2), [1], NOW_S + 1) == []
    assert gossip.due(vector(2), [1], NOW_S + 2) == [1]


def test_without_news_once_a_minute():
    gossip = Gossip(0)
    gossip.met(1, [], NOW_S)
    assert gossip.due([], [1], NOW_S + 59) == []
    assert gossip.due([], [1], NOW_S + 60) == [1]


def test_who_fails_is_tried_less_and_less_often_but_never_forgotten():
    gossip = Gossip(0)
    waits = []
    now_s = NOW_S
    for _ in range(12):
        gossip.failed(1, now_s)
        start_s = now_s
        while not gossip.due([], [1], now_s):
            now_s += 1
        waits.append(now_s - start_s)
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 300


def test_only_who_is_near_and_four_at_once_the_longest_unmet_first():
    gossip = Gossip(0)
    for number in range(1, 8):
        gossip.met(number, [], NOW_S - number)
    assert gossip.due(vector(1), [1, 2, 3, 4, 5, 6], NOW_S + 9) == [6, 5, 4, 3]
