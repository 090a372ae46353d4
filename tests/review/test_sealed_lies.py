"""Members with valid keys who lie about sealed fields: keys that open nothing, shares too early, a value used twice."""

import pytest

from core.crypto.shamir import combine
from core.ledger.encoding import Value
from core.ledger.sealed import close_box
from core.office import Office
from core.sealing.envelope import KEY, RELEASED, SHARE, make_envelope, read_envelope
from core.store.sealing import MAX_ENVELOPES, SealedRow
from tests.offices import hand_over
from tests.sealing.homes import NAME, REPORT, act, enter, make_homes, order_erasure, read, settle

WORDS = "My house to my niece"


@pytest.fixture
def homes() -> list[Office]:
    return make_homes()


def declare(office: Office, number: int = 1) -> bytes:
    (paper,) = act(office, "declare", {}, {"number": str(number), "words": WORDS}).records
    return paper


def rubbish(liar: Office, row: SealedRow, recipient: int, key: bytes = bytes(32)) -> bytes:
    """A key for another office, signed as it must be, that is none."""
    member = liar.roll.members[recipient]
    by = (liar.number, liar.roll.members[liar.number].incarnation)
    to = (recipient, member.incarnation, member.key)
    return make_envelope(liar.network, KEY, row.name, to, by, liar.hand.key, key).encoded


def test_a_key_that_opens_nothing_keeps_nobody_from_the_right_one(homes: list[Office]) -> None:
    """One entitled liar had filled the place: who asked was given the rubbish again and again, and no other key."""
    paper = declare(homes[0])
    settle(homes)
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes)
    settle(homes)
    (row,) = homes[2].store.sealing.of_record(paper)
    for office in homes:  # the third has lost its key; the shares are on no other computer any more
        with office.store.database.atomic():
            office.store.database.execute("DELETE FROM sealed_envelope WHERE kind <> ?", (SHARE,))
    with homes[2].store.database.atomic():
        homes[2].store.database.execute("DELETE FROM sealed_key")
    lie = rubbish(homes[3], row, 2)
    assert homes[1].keys.take([lie]) == 1  # nobody but the third can tell
    assert homes[2].keys.take([lie]) == 0
    homes[2].keys.take(homes[1].keys.for_member(2, homes[2].keys.wanted()))
    assert read(homes[2], paper) == {"words": WORDS}


def test_places_full_of_rubbish_keep_no_key_from_its_recipient(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2)
    hand_over(homes[0], homes[2])
    (row,) = [row for row in homes[2].store.sealing.of_record(child.records[0]) if row.field == "report"]
    with homes[2].store.database.atomic():
        for number in range(MAX_ENVELOPES):
            homes[2].store.sealing.put_envelope((row.name, KEY, 2, 0, 100 + number), rubbish(homes[0], row, 2))
    homes[2].keys.take(homes[0].keys.of_block(child.block))
    assert read(homes[2], child.records[0]) == {"report": REPORT}


def share_of(holder: Office, row: SealedRow) -> bytes:
    (own,) = map(read_envelope, holder.store.sealing.envelopes(row.name, SHARE, holder.number))
    return holder.hand.key.open(own.content)


def released(holder: Office, row: SealedRow) -> bytes:
    share = share_of(holder, row)
    member = holder.roll.members[holder.number]
    me = (holder.number, member.incarnation)
    return make_envelope(holder.network, RELEASED, row.name, (*me, member.key), me, holder.hand.key, share).encoded


def test_shares_given_out_too_early_open_nothing_before_the_event(homes: list[Office]) -> None:
    """More holders than are tolerated could tell each other anyway; no honest office shows the text for them."""
    paper = declare(homes[0])
    settle(homes)
    (row,) = homes[2].store.sealing.of_record(paper)
    early = [released(homes[0], row), released(homes[1], row)]
    assert homes[2].keys.take(early) == 2
    key = combine({number + 1: share_of(homes[number], row) for number in (0, 1)})
    assert homes[2].keys.take([rubbish(homes[0], row, 2, key)]) == 0
    assert homes[2].store.sealing.key(row.name) is None
    assert read(homes[2], paper) == {}
    (view,) = homes[2].sealed.of_record(paper)
    assert view.state == "until"
    act(homes[0], "unseal", {"paper": paper}, {})
    settle(homes)
    assert read(homes[2], paper) == {"words": WORDS}


def test_a_value_used_again_in_another_act_is_not_erased_with_its_record(homes: list[Office]) -> None:
    """Whoever sealed a text had rid all offices of it, before its time, by an order about another record."""
    kept, other = (enter(homes[0], number, court=2).records[0] for number in (1, 2))
    settle(homes)
    again = homes[0].records.view(kept).record.fields["name"]
    act(homes[0], "rename", {"child": other}, {"name": again})
    settle(homes)
    order_erasure(homes[0], other)
    settle(homes)
    assert read(homes[0], other) == {}
    assert read(homes[0], kept) == {"name": NAME, "report": REPORT}
    assert [view.state for view in homes[2].sealed.of_record(kept)] == ["elsewhere", "open"]


def test_a_field_sealed_wrongly_hides_none_of_the_others(homes: list[Office], monkeypatch: pytest.MonkeyPatch) -> None:
    """A number where the law wants a name: no office can refuse the act for it, since none can look."""

    def lie(network: bytes, key: bytes, content: Value, nonce: bytes) -> bytes:
        return close_box(network, key, 7 if content == NAME else content, nonce)

    with monkeypatch.context() as lying:
        lying.setattr("core.sealing.closing.close_box", lie)
        child = enter(homes[0], 1)
    assert read(homes[0], child.records[0]) == {"report": REPORT}
    assert [(one.field, one.state) for one in homes[0].sealed.of_record(child.records[0])] == [
        ("name", "unreadable"),
        ("report", "open"),
    ]
    assert [row.id for row in homes[0].sealed.search("Pinsk", "check", "2-17")] == [child.records[0]]
    assert homes[0].sealed.search("Novik", "check", "2-17") == []
