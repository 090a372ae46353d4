"""Sealed until an event: the key in shares, given out only after the event is final, opened by nobody alone."""

import pytest

from core.errors import MunimentError
from core.laws.law_check import check_law
from core.ledger.sealed import share_digest
from core.office import Office
from core.sealing.envelope import SHARE, make_envelope, read_envelope
from tests.sealing.homes import act, children_law, give_keys, hand_on, make_homes, meet, read, settle

WORDS = "My house to my niece"


@pytest.fixture
def homes() -> list[Office]:
    return make_homes()


def declare(office: Office, number: int = 1) -> bytes:
    (paper,) = act(office, "declare", {}, {"number": str(number), "words": WORDS}).records
    return paper


def state_of(office: Office, paper: bytes) -> str:
    (view,) = office.sealed.of_record(paper)
    return view.state


def test_nobody_reads_before_the_event_and_its_readers_after(homes: list[Office]) -> None:
    paper = declare(homes[0])
    settle(homes)
    for office in homes:
        assert read(office, paper) == {}  # not even the office that took the declaration
        (view,) = office.sealed.of_record(paper)
        assert (view.state, view.until, view.threshold, view.given) == ("until", "children.unseal", 2, ())
        assert office.write() is None  # nothing is due
    act(homes[0], "unseal", {"paper": paper}, {})
    assert state_of(homes[0], paper) == "until"  # signed, not final
    settle(homes)
    settle(homes)
    for office in homes:
        assert read(office, paper) == {"words": WORDS}
        (view,) = office.sealed.of_record(paper)
        assert (view.given, view.withheld, view.unusable) == ((0, 1, 2, 3), (), ())
        assert read(office, paper, officer=1) == {}  # a notary is not named


def test_fewer_offices_than_the_threshold_open_nothing(homes: list[Office]) -> None:
    """What one dishonest office, which is tolerated, can put together before the event is one share."""
    paper = declare(homes[0])
    settle(homes)
    (row,) = homes[2].store.sealing.of_record(paper)
    shares = [
        one for one in homes[2].store.sealing.envelopes(row.name, SHARE) if homes[2].keys._opened(read_envelope(one))
    ]
    assert len(shares) == 1
    assert homes[2].store.sealing.key(row.name) is None
    assert row.sealed.threshold == homes[0].roll.tolerated + 1 == 2


def test_an_office_that_withholds_its_share_is_seen_and_stops_nobody(
    homes: list[Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = declare(homes[0])
    settle(homes)
    monkeypatch.setattr(homes[3].keys, "_releases_due", list)  # it has decided not to give its share
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes)
    settle(homes)
    for office in homes[:3]:
        assert read(office, paper) == {"words": WORDS}
        (view,) = office.sealed.of_record(paper)
        assert (view.given, view.withheld) == ((0, 1, 2), (3,))


def test_no_share_is_given_out_before_the_event_is_final(homes: list[Office]) -> None:
    paper = declare(homes[0])
    settle(homes)
    act(homes[0], "unseal", {"paper": paper}, {})
    meet(homes[0], homes[1])
    (row,) = homes[1].store.sealing.of_record(paper)
    assert homes[1].store.sealing.releases(row.name) == {}
    assert homes[1].keys.shares_given(row) == {}


def test_a_share_that_its_author_did_not_commit_to_is_told(homes: list[Office]) -> None:
    """An author who hands out rubbish is found out by the holders, and by everybody in their blocks."""
    paper = declare(homes[0])
    (row,) = homes[0].store.sealing.of_record(paper)
    store, member = homes[0].store, homes[0].roll.members[2]
    rubbish = make_envelope(homes[0].network, SHARE, row.name, (2, 0, member.key), (0, 0), homes[0].hand.key, bytes(32))
    with store.database.atomic():
        store.database.execute("DELETE FROM sealed_envelope WHERE kind = ? AND recipient = 2", (SHARE,))
        store.sealing.put_envelope(rubbish.place, rubbish.encoded)
    settle(homes)
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes)
    settle(homes)
    for office in homes:
        (view,) = office.sealed.of_record(paper)
        assert view.unusable == (2,)
        assert 2 not in view.given
        assert read(office, paper) == {"words": WORDS}


def test_a_forged_share_is_not_taken(homes: list[Office]) -> None:
    paper = declare(homes[0])
    settle(homes)
    (row,) = homes[1].store.sealing.of_record(paper)
    forged = make_envelope(
        homes[3].network, 2, row.name, (3, 0, homes[3].roll.members[3].key), (3, 0), homes[3].hand.key, bytes(32)
    )
    assert homes[1].keys.take([forged.encoded]) == 0


def test_an_office_that_slept_through_the_event_reads_when_it_wakes(homes: list[Office]) -> None:
    paper = declare(homes[0])
    settle(homes)
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes[:3])
    settle(homes[:3])
    assert state_of(homes[3], paper) == "until"
    hand_on(homes[1], homes[3])
    assert give_keys(homes[1], homes[3], []) >= 0
    assert read(homes[3], paper) == {"words": WORDS}


def test_what_was_opened_can_be_erased(homes: list[Office]) -> None:
    paper = declare(homes[0])
    settle(homes)
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes)
    settle(homes)
    assert read(homes[2], paper) == {"words": WORDS}
    act(homes[0], "erase_paper", {"paper": paper}, {"ground": "court", "ordered_by": "Court of Pinsk"})
    settle(homes)
    for office in homes:
        assert read(office, paper) == {}
        assert office.store.database.scalar("SELECT count(*) FROM sealed_envelope") == 0
        (erasure,) = office.sealed.erasures()
        assert erasure.missing == ()


def test_what_is_erased_before_the_event_stays_shut(homes: list[Office]) -> None:
    paper = declare(homes[0])
    settle(homes)
    act(homes[0], "erase_paper", {"paper": paper}, {"ground": "court", "ordered_by": "Court of Pinsk"})
    settle(homes)
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes)
    assert {state_of(office, paper) for office in homes} == {"erased"}


def test_two_witnesses_at_least() -> None:
    law = children_law()
    assert [problem.code for problem in check_law(law, {}, witnesses=1).problems] == ["too-few-witnesses"]
    assert check_law(law, {}, witnesses=2).problems == ()
    (alone,) = make_homes(1)  # whatever the law was adopted with
    with pytest.raises(MunimentError, match="too-few-witnesses"):
        declare(alone)


def test_shares_are_of_the_key_that_the_act_commits_to(homes: list[Office]) -> None:
    paper = declare(homes[0])
    (row,) = homes[0].store.sealing.of_record(paper)
    for holder, digest in row.sealed.shares:
        (envelope,) = homes[0].store.sealing.envelopes(row.name, SHARE, holder)
        share = homes[holder].keys._opened(read_envelope(envelope))
        assert share is not None
        assert share_digest(homes[0].network, share) == digest
