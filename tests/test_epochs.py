"""Whole offices close an epoch: a change is proposed, voted, and in force for all after the closing anchor."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.exchange import Received
from core.laws.law_reading import parse_law
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.constitution import Change, Constitution, apply
from core.ledger.encoding import Value
from core.ledger.roll import Member
from core.ledger.transaction import Signer
from core.office import RENEWED, Office
from core.store.journal import MemoryJournal
from core.store.working import WorkingState
from core.views import Step
from core.voting import free_place, open_proposals, pack_content
from sync.certificate import make_certificate
from tests.drawing import draw
from tests.independent.confirming import confirm
from tests.ledger.building import PEOPLE, Network, make_network, seed
from tests.offices import LIBRARY, StepClock, hand_over, land_law, meet, open_in_memory, register, sell, sign


def charter_network(office_count: int) -> Network:
    charter_law = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
    people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
    return make_network(office_count, (land_law().canonical, charter_law.canonical), people_of_each=people)


class Town:
    """Offices of one network that meet until all is quiet."""

    def __init__(self, office_count: int = 4) -> None:
        self.network = charter_network(office_count)
        self.offices = [open_in_memory(self.network, number) for number in range(office_count)]

    def administrator(self, office: Office) -> Signer:
        officers = self.network.charter.cards[office.number].officers
        number = next(n for n, officer in enumerate(officers) if "administrator" in officer.roles)
        return Signer(office.number, number, "administrator")

    def act(self, office: Office, procedure: str, act: dict[str, Value]) -> tuple[bytes, ...]:
        proposal = office.propose("charter", procedure, {}, act, [self.administrator(office)])
        return office.record(sign(self.network, office, [proposal]))[0].records

    def propose(self, office: Office, kind: str, member: int | None = None, content: bytes = b"") -> bytes:
        place = free_place(WorkingState(office.store.state, office.number), office.number)
        act: dict[str, Value] = {"reference": "P-1", "place": place, "kind": kind, "content": pack_content(content)}
        act["reason"] = "x"
        (record,) = self.act(office, "propose", act if member is None else {**act, "member": member})
        return record

    def vote(self, office: Office, proposal: bytes, answer: str = "yes") -> None:
        self.act(office, "vote", {"proposal": proposal, "answer": answer})

    def settle(self, offices: list[Office] | None = None) -> None:
        """Meet until nobody writes any more."""
        among = offices or self.offices
        for _ in range(60):
            written = sum(meet(one, other) for one, other in combinations(among, 2))
            if not written and all(office.write() is None for office in among):
                return
        raise AssertionError("never quiet")


@pytest.fixture
def town() -> Iterator[Town]:
    """Afterwards a second implementation verifies what every office holds, the votes and each constitution too."""
    town = Town()
    yield town
    for office in town.offices:
        confirm(office)


def epochs(town: Town) -> list[int]:
    return [office.lace.epoch for office in town.offices]


def pass_change(
    town: Town, kind: str, member: int | None = None, content: bytes = b"", voters: Sequence[int] = ()
) -> None:
    proposal = town.propose(town.offices[0], kind, member, content)
    town.settle()
    for number in voters or range(min(3, len(town.offices))):
        town.vote(town.offices[number], proposal)
    town.settle()


def test_a_vote_passes_at_the_quorum_and_not_before(town: Town) -> None:
    first, second, third, _ = town.offices
    proposal = town.propose(first, "dormancy", 3)
    town.settle()
    for office in (first, second):
        town.vote(office, proposal)
    town.settle()
    assert epochs(town) == [0, 0, 0, 0]
    town.vote(third, proposal)
    town.settle()
    assert epochs(town) == [1, 1, 1, 1]
    assert {office.roll.quorum for office in town.offices} == {2}
    assert [office.roll.members[3].witness for office in town.offices] == [False] * 4
    assert len({office.state_root() for office in town.offices}) == 1


def test_a_dormant_office_records_and_the_others_decide(town: Town) -> None:
    pass_change(town, "dormancy", 3)
    act = register(town.network, town.offices[3], 5)
    town.settle()
    for office in town.offices:
        assert office.acts.view(act.id).ladder.step is Step.FINAL
        assert office.lace.vertices[office.acts.view(act.id).block].epoch == 1


def test_nothing_final_is_lost_and_work_goes_on_across_the_close(town: Town) -> None:
    acts = [register(town.network, office, number) for number, office in enumerate(town.offices)]
    pass_change(town, "remove", 3)
    assert epochs(town)[:3] == [1, 1, 1]
    later = register(town.network, town.offices[1], 9)
    town.settle(town.offices[:3])
    for office in town.offices[:3]:
        assert [office.acts.view(act.id).ladder.step for act in (*acts, later)] == [Step.FINAL] * 5
    assert len({office.state_root() for office in town.offices[:3]}) == 1


def test_a_removed_key_writes_nothing_more_and_what_it_wrote_late_is_void(town: Town) -> None:
    fourth = town.offices[3]
    proposal = town.propose(town.offices[0], "remove", 3)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, proposal)
    town.settle(town.offices[:3])
    late = register(town.network, fourth, 7)  # it has not heard yet
    hand_over(fourth, town.offices[0])
    town.settle(town.offices[:3])
    for office in town.offices[:1]:
        view = office.acts.view(late.id)
        assert (view.ladder.step, view.ladder.code) == (Step.REJECTED, "not-in-the-roll")
        assert office.records.count("land.parcel") == 0
    hand_over(town.offices[0], fourth)
    assert fourth.hand.quarantine == "removed"
    with pytest.raises(MunimentError, match="quarantine"):
        register(town.network, fourth, 8)
    assert fourth.standing.today().void[0].id == late.id
    assert len({office.state_root() for office in town.offices}) == 1


def test_a_late_office_catches_up_over_the_close(town: Town) -> None:
    sleeper = town.offices[3]
    proposal = town.propose(town.offices[0], "quorum", None, b"all")
    awake = town.offices[:3]
    town.settle(awake)
    for office in awake:
        town.vote(office, proposal)
    town.settle(awake)
    assert [office.lace.epoch for office in awake] == [1, 1, 1]
    mine = register(town.network, sleeper, 4)  # of epoch 0, after the others closed it
    town.settle()
    assert epochs(town) == [1, 1, 1, 1]
    for office in town.offices:
        assert office.acts.view(mine.id).ladder.step is Step.FINAL
        assert office.roll.quorum == 4


def test_a_restart_in_every_phase_gives_the_same_replica(town: Town) -> None:
    pass_change(town, "waking", 3)  # nothing to wake: passes nowhere
    assert epochs(town) == [0, 0, 0, 0]
    pass_change_again = town.propose(town.offices[1], "dormancy", 3)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, pass_change_again)
        town.settle()
    assert epochs(town) == [1, 1, 1, 1]
    first = town.offices[0]
    again = open_in_memory(town.network, 0, first.store, first.hand.journal)
    assert (again.lace.epoch, again.anchor, again.state_root()) == (1, first.anchor, first.state_root())
    assert again.epochs.present == first.epochs.present


def new_card(town: Town, number: int, key: SigningKey, name: str | None = None) -> bytes:
    """A card with another node key, signed by everybody on it."""
    old = town.network.charter.cards[number]
    card = OfficeCard(name or old.name, key.public, make_certificate(seed("renewed", number)), old.officers)
    return sign_card(card, [key.sign, *(one.sign for one in town.network.officers[number])]).encoded


def test_a_computer_goes_on_under_a_new_key(town: Town) -> None:
    first, fourth = town.offices[0], town.offices[3]
    parcel = register(town.network, fourth, 1).records[0]
    town.settle()
    key = SigningKey(seed("renewed", 3))
    fourth.store.database.set_meta(RENEWED, b"1")
    renewed = Office(fourth.store, town.network.charter, 3, key, MemoryJournal(), StepClock(), draw)
    assert renewed.hand.quarantine == "awaiting-incarnation"
    town.offices[3] = renewed
    pass_change(town, "incarnation", 3, new_card(town, 3, key))
    assert epochs(town) == [1, 1, 1, 1]
    assert renewed.hand.quarantine is None
    assert fourth.lace is not renewed.lace
    sold = sell(town.network, renewed, parcel, 5)
    town.settle()
    block = first.lace.vertices[first.acts.view(sold.id).block]
    assert (block.author, block.incarnation, block.seq) == (3, 1, 1)
    assert {office.acts.view(sold.id).ladder.step for office in town.offices} == {Step.FINAL}
    assert first.forkers() == frozenset()


def test_an_office_that_was_removed_comes_back_under_a_new_key_and_keeps_its_records(town: Town) -> None:
    """Nobody else can act on them: an office that was ended for good would take its register with it."""
    first, sleeper, fourth = town.offices[0], town.offices[2], town.offices[3]
    parcel = register(town.network, fourth, 1).records[0]
    town.settle()
    proposal = town.propose(first, "remove", 3)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, proposal)
    town.settle()
    assert (epochs(town), fourth.hand.quarantine) == ([1, 1, 1, 1], "removed")
    late = new_card(town, 3, SigningKey(seed("of a thief")), "Another office")
    with pytest.raises(MunimentError, match="name-differs"):
        first.epochs.check(Change("incarnation", bytes(16), 3, late))
    with pytest.raises(MunimentError, match="member-removed"):
        first.epochs.check(Change("waking", bytes(16), 3, b""))

    key = SigningKey(seed("renewed", 3))
    fourth.store.database.set_meta(RENEWED, b"1")
    town.offices[3] = renewed = Office(fourth.store, town.network.charter, 3, key, MemoryJournal(), StepClock(), draw)
    back = town.propose(first, "incarnation", 3, new_card(town, 3, key))
    awake = [first, town.offices[1], renewed]
    town.settle(awake)
    for office in awake[:2]:
        town.vote(office, back)
    town.settle(awake)
    assert (epochs(town), renewed.hand.quarantine) == ([2, 2, 1, 2], None)
    sold = sell(town.network, renewed, parcel, 5)
    newest = renewed.store.chain.block_at(renewed.newest_taken[0]).block  # type: ignore[index]  # it was just written
    assert sleeper.receive(newest.header_bytes, newest.signature, newest.payload) is Received.ASIDE  # not yet its epoch
    town.settle()
    assert {office.acts.view(sold.id).ladder.step for office in town.offices} == {Step.FINAL}
    assert len({office.state_root() for office in town.offices}) == 1
    again = open_in_memory(town.network, 0, first.store, first.hand.journal)
    assert (again.lace.epoch, again.state_root(), again.epochs.present) == (2, first.state_root(), first.epochs.present)


def test_the_name_of_a_removed_office_may_be_another_s_by_then(town: Town) -> None:
    first = town.offices[0]
    present = first.epochs.present
    gone = replace(present.members[3], removed=True, witness=False)
    other = replace(present.members[2], office=gone.office)
    card = new_card(town, 3, SigningKey(seed("renewed", 3)))
    back = Change("incarnation", bytes(16), 3, card)

    def following(*members: Member) -> Constitution:
        return apply(replace(present, members=members), back, bytes(32), verify, lambda law: (law.hex(), 1))

    assert not following(*present.members[:3], gone).members[3].removed
    with pytest.raises(MunimentError, match="name-taken"):
        following(*present.members[:2], other, gone)


def test_what_the_old_key_still_writes_is_void(town: Town) -> None:
    """A copied disk: the twin goes on with the old key after the others have voted it out."""
    fourth, key = town.offices[3], SigningKey(seed("renewed", 3))
    proposal = town.propose(town.offices[0], "incarnation", 3, new_card(town, 3, key))
    awake = town.offices[:3]
    town.settle(awake)
    for office in awake:
        town.vote(office, proposal)
    town.settle(awake)
    late = register(town.network, fourth, 6)
    hand_over(fourth, awake[0])
    town.settle(awake)
    assert awake[0].acts.view(late.id).ladder.code == "not-in-the-roll"
    hand_over(awake[0], fourth)
    assert fourth.hand.quarantine == "superseded"


def test_new_rules_hold_from_the_next_epoch_and_old_acts_stand(town: Town) -> None:
    first = town.offices[0]
    old = register(town.network, first, 1)
    text = (
        (LIBRARY / "land.yaml")
        .read_text(encoding="utf-8")
        .replace("version: 1\n", "version: 2\ntransition: {begun: new, article: '1'}\n", 1)
    )
    pass_change(town, "law", None, parse_law(text).canonical)
    assert epochs(town) == [1, 1, 1, 1]
    assert {office.laws["land"].version for office in town.offices} == {2}
    new = register(town.network, first, 2)
    town.settle()
    for office in town.offices:
        assert [office.acts.view(act.id).ladder.step for act in (old, new)] == [Step.FINAL, Step.FINAL]
        assert office.acts.view(new.id).transaction.law_version == 2


def test_a_change_that_leads_nowhere_never_passes(town: Town) -> None:
    pass_change(town, "law", None, b"no law at all")
    pass_change(town, "incarnation", 3, b"no card")
    assert epochs(town) == [0, 0, 0, 0]
    assert len(open_proposals(WorkingState(town.offices[0].store.state, None))) == 2
