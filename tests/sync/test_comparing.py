"""Version vectors: what is told of them, and what it costs in a network of a thousand offices."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sync.comparing import Comparison
from sync.messages import Buckets, Hello, ShortTip, Vector, decode_message, encode_message, short_tip
from sync.replica import Tip
from tests.sync.graphs import make_replicas, same_view
from tests.sync.meetings import Meeting, meet

AUTHORS = 1000


def tips_of(count, seed=1):
    random = Random(seed)
    return [Tip(author, 0, random.randrange(1, 100_000), random.randbytes(32)) for author in range(count)]


def changed(tips, authors, seed=2):
    random = Random(seed)
    return [tip._replace(seq=tip.seq + 1, id=random.randbytes(32)) if tip.author in authors else tip for tip in tips]


def told_by(first, second, met=None):
    """Both sides' comparisons as a meeting leads them, and the bytes of their messages."""
    sides = [
        Comparison(tips, None if met is None else [short_tip(tip) for tip in met], 1 << 16) for tips in (first, second)
    ]
    size = 0
    for me, peer in ((0, 1), (1, 0)):
        if not sides[me].take_met(sides[peer].met_digest):
            sides[me].take_buckets(sides[peer].buckets)
            size += len(encode_message(Buckets(sides[me].buckets))) + 4
    told = [side.told() for side in sides]
    size += sum(len(encode_message(Vector(True, tuple(tips)))) + 4 for tips in told)
    return sides, told, size


def test_of_a_thousand_authors_only_what_changed_since_both_parted_is_told():
    before = tips_of(AUTHORS)
    news = set(range(0, AUTHORS, 100))
    sides, told, size = told_by(changed(before, news), before, met=before)
    assert {tip.author for tip in told[0]} == news
    assert told[1] == []
    assert size <= 25 * len(news) + 20
    assert sides[1].whole(told[0]) == [short_tip(tip) for tip in changed(before, news)]
    assert sides[0].whole(told[1]) == [short_tip(tip) for tip in before]


def test_of_a_thousand_authors_who_never_met_only_the_buckets_that_differ_are_told():
    before = tips_of(AUTHORS)
    news = {5, 6, 700}
    sides, told, size = told_by(changed(before, news), before)
    assert {tip.author for tip in told[0]} == {*range(32), *range(672, 704)}
    whole = len(encode_message(Vector(True, tuple(short_tip(tip) for tip in before)))) * 2
    assert size < whole / 8
    assert sorted(sides[1].whole(told[0])) == [short_tip(tip) for tip in changed(before, news)]
    assert sorted(sides[0].whole(told[1])) == [short_tip(tip) for tip in before]


tips = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 1), st.integers(1, 3), st.binary(min_size=32, max_size=32)),
    max_size=12,
    unique=True,
).map(lambda rows: sorted(Tip(*row) for row in rows))


@given(tips, tips, st.none() | tips, st.booleans())
def test_whatever_both_hold_and_remember_each_learns_the_other_s_whole_vector(first, second, met, base_is_first):
    base = first if base_is_first else met
    if base is not None:  # what was met and is not held any more is not remembered
        held = {tip[:2] for tip in first} & {tip[:2] for tip in second}
        base = [tip for tip in base if tip[:2] in held]
    sides, told, _ = told_by(first, second, base)
    for me, (mine, theirs) in enumerate(((first, second), (second, first))):
        assert sorted(sides[me].whole(told[1 - me])) == [short_tip(tip) for tip in theirs], mine


def test_a_thousand_tips_are_remembered_and_read_again():
    office, *_ = make_replicas(2)
    met = [short_tip(tip) for tip in tips_of(AUTHORS)]
    office.encounters.remember_met(1, met)
    assert [ShortTip(*tip) for tip in office.encounters.met(1)] == met
    assert office.encounters.met(0) is None


# -- in a meeting -------------------------------------------------------------------------------------------------


def kinds(meeting, kind):
    return [m for m in (decode_message(data) for _, data in meeting.messages) if isinstance(m, kind)]


def test_who_has_met_before_needs_no_buckets():
    first, second, third, _ = make_replicas(4)
    first.act()
    third.act()
    assert len(kinds(meet(first, second), Buckets)) == 2
    meet(first, third)
    second.act()
    again = meet(first, second)
    assert not kinds(again, Buckets)
    # What the first learned from the third, and what the second wrote; nothing that both knew.
    assert [len(vector.tips) for vector in kinds(again, Vector)] == [2, 1]
    assert same_view(first, second)


def test_who_lost_what_it_had_when_both_parted_is_told_by_buckets():
    first, second, *_ = make_replicas(4)
    first.act()
    meet(first, second)
    restored = make_replicas(4)[1]
    restored.encounters.remember_met(0, [short_tip(tip) for tip in second.vector()])
    again = meet(first, restored)
    assert len(kinds(again, Buckets)) == 2
    assert kinds(again, Hello)[1].met == bytes(16)
    assert same_view(first, restored)


def test_a_cut_before_the_end_leaves_what_was_remembered():
    first, second, *_ = make_replicas(4)
    first.act()
    meet(first, second)
    before = first.encounters.met(1)
    first.act()
    Meeting(first, second).run(most=5)
    assert first.encounters.met(1) == before == second.encounters.met(0)
    assert not kinds(meet(first, second), Buckets)
