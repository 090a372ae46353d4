"""An office whose computer burned with the keys of all its officers: it comes back with a card that names others, for
whom the offices vote. What the former ones signed stays and verifies; their keys sign nothing new, wherever it is tried.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core import officers
from core.changing import list_changes
from core.crypto.signing import SigningKey, verify
from core.epochs import Epochs
from core.errors import MunimentError
from core.joining import join
from core.laws.verdict import Rejected
from core.ledger.charter import OfficeCard, sign_card
from core.ledger.constitution import Change, Constitution, apply, decode_constitution, encode_constitution
from core.ledger.constitution_tree import digest_after
from core.ledger.payload import Group
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.returning import card_returning, first_number, returning
from core.ledger.roll import Officer
from core.ledger.transaction import Signer
from core.office import Office
from core.snapshot import write_snapshot
from core.snapshot_file import Given
from core.store.database import IN_MEMORY, Database
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from core.views import Step
from sync.certificate import make_certificate
from tests.independent.confirming import confirm
from tests.ledger.building import Network, seed
from tests.offices import DATABASE_KEY, hand_over, open_in_memory, register, registration, sign
from tests.requesting import decide, sale
from tests.test_epochs import Town, new_card

BURNED = 3
FORMER = 4  # officers on the card of the founding: registrar, notary, registrar, administrator
NEW = (
    ("Вера Новик", frozenset({"clerk", "registrar"})),
    ("Олег Жук", frozenset({"notary"})),
    ("Нина Лось", frozenset({"administrator"})),
)
KEYS = tuple(SigningKey(seed("after the fire", number)) for number in range(len(NEW)))
NODE = SigningKey(seed("a new computer"))
EVE = SigningKey(seed("eve"))


def returning_card(town: Town, keys: tuple[SigningKey, ...] = KEYS) -> OfficeCard:
    name = town.network.charter.cards[BURNED].name
    people = tuple(Officer(one, key.public, roles) for (one, roles), key in zip(NEW, keys, strict=True))
    card = OfficeCard(name, NODE.public, make_certificate(seed("a new computer")), people)
    return sign_card(card, [NODE.sign, *(key.sign for key in keys)])


class Burned(Town):
    """Four offices; one recorded parcels, and appointed somebody, before it burned. `old`: what a thief would have."""

    def __init__(self) -> None:
        super().__init__()
        self.former = self.network
        self.old = self.offices[BURNED]
        self.act(self.old, "appoint", {
            "number": officers.FIRST_NUMBER, "name": "Ева Лис", "public_key": EVE.public.hex(),
            "roles": [{"role": "registrar"}, {"role": "administrator"}],
        })  # fmt: skip
        self.parcel = register(self.network, self.old, 1)
        self.elsewhere = register(self.network, self.offices[0], 2)
        self.settle()
        self.heirs = self.offices[:BURNED]

    def vote_back(self) -> None:
        proposal = self.propose(self.heirs[0], "incarnation", BURNED, returning(returning_card(self).encoded))
        self.settle(self.heirs)
        for office in self.heirs:
            self.vote(office, proposal)
        self.settle(self.heirs)

    def come_back(self, folder: Path) -> Office:
        """A new computer, with the register as a neighbour gives it."""
        told = write_snapshot(self.heirs[0], folder / "snapshot")
        database = Database(IN_MEMORY, DATABASE_KEY)
        join(database, folder / "snapshot", Given(told.network, told.checkpoint))
        known = (*self.former.officers[BURNED], *KEYS)
        nodes, people = (*self.former.nodes[:BURNED], NODE), (*self.former.officers[:BURNED], known)
        self.network = Network(self.former.charter, nodes, people)
        self.offices = [*self.heirs, open_in_memory(self.network, BURNED, ReplicaStore(database))]
        return self.offices[BURNED]


@pytest.fixture
def town() -> Iterator[Burned]:
    """Afterwards a second implementation verifies what every office holds, the roll with its officers too."""
    town = Burned()
    yield town
    for office in town.heirs:  # who comes back with a copy holds no old blocks to show
        confirm(office)


def state(office: Office) -> WorkingState:
    return WorkingState(office.store.state, office.number)


def by(number: int, role: str) -> Signer:
    return Signer(BURNED, number, role)


def sell_by(town: Burned, office: Office, parcel: bytes, first: int, buyer: int) -> bytes:
    """A sale signed by the registrar and the notary from this number on; the act."""
    act = {**sale(office, parcel, buyer), "spouse_consent": {"answer": "not_required", "by": [BURNED, first + 1]}}
    signers = [by(first, "registrar"), by(first + 1, "notary")]
    proposal = office.propose("land", "transfer", {"parcel": parcel}, act, signers)
    return office.record(sign(town.network, office, [proposal]))[0].id


def test_it_comes_back_and_goes_on_with_its_records_under_new_officers(town: Burned, tmp_path: Path) -> None:
    town.vote_back()
    back = town.come_back(tmp_path)
    assert (back.number, back.hand.quarantine, back.roll.members[BURNED].incarnation) == (BURNED, None, 1)
    sold = sell_by(town, back, town.parcel.records[0], FORMER, 5)
    town.settle()
    for office in town.offices:
        assert office.acts.view(sold).ladder.step is Step.FINAL
        assert office.acts.view(town.parcel.id).ladder.step is Step.FINAL
        assert office.records.view(town.parcel.records[0]).record.version == 2
    assert len({office.state_root() for office in town.offices}) == 1
    people = officers.officers_of(state(back), back.roll, BURNED)
    assert [(one.number, bool(one.roles)) for one in people] == [
        (0, False), (1, False), (2, False), (3, False), (4, True), (5, True), (6, True), (100, False),
    ]  # fmt: skip
    again = open_in_memory(town.network, BURNED, back.store, back.hand.journal)
    assert (again.epochs.present, again.state_root()) == (back.epochs.present, back.state_root())


def test_papers_of_what_the_former_officers_signed_still_prove_it(town: Burned, tmp_path: Path) -> None:
    town.vote_back()
    back = town.come_back(tmp_path)
    sold = sell_by(town, back, town.parcel.records[0], FORMER, 5)
    town.settle()
    for act, names in ((town.parcel.id, ["Анна Ковалёва"]), (sold, ["Вера Новик", "Олег Жук"])):
        facts = check_receipt(decode_receipt(town.heirs[0].proofs.receipt(act, "en")), verify)
        assert [one.officer for one in facts.signed_by] == names


def test_the_voters_read_who_would_sign_no_more_and_who_would(town: Burned) -> None:
    town.propose(town.heirs[0], "incarnation", BURNED, returning(returning_card(town).encoded))
    town.propose(town.heirs[1], "incarnation", BURNED, new_card(town, BURNED, NODE))
    town.settle(town.heirs)
    views = {view.coming: view for view in list_changes(town.heirs[2])}
    people = returning_card(town).officers
    assert set(views) == {people, ()}
    assert views[people].leaving == ("Анна Ковалёва", "Пётр Сакович", "Maria Ionescu", "Ирина Орлова", "Ева Лис")
    assert (views[people].subject, views[people].obstacle, views[()].leaving) == ("Gori", None, ())


def test_a_new_key_alone_leaves_the_officers_as_they_are(town: Burned) -> None:
    proposal = town.propose(town.heirs[0], "incarnation", BURNED, new_card(town, BURNED, NODE))
    town.settle(town.heirs)
    for office in town.heirs:
        town.vote(office, proposal)
    town.settle(town.heirs)
    member = town.heirs[0].roll.members[BURNED]
    assert (member.incarnation, member.officers_since) == (1, 0)
    assert member.officers == town.network.charter.cards[BURNED].officers
    assert officers.roles(state(town.heirs[0]), town.heirs[0].roll, BURNED, officers.FIRST_NUMBER)
    town.offices = town.heirs


def test_who_still_has_a_key_is_appointed_anew_by_the_new_administrator(town: Burned, tmp_path: Path) -> None:
    """A former notary whose key lay elsewhere, by roles for the old number; Eve, who was appointed, likewise."""
    town.vote_back()
    back = town.come_back(tmp_path)
    administrator = by(FORMER + 2, "administrator")
    roles = [{"role": "notary"}]
    act = {"number": 1, "name": "Пётр Сакович", "roles": roles, "reason": "his key was elsewhere"}
    restated = back.propose("charter", "restate", {}, act, [administrator])
    back.record(sign(town.network, back, [restated]))
    record = officers.officer_record(state(back), BURNED, officers.FIRST_NUMBER)
    assert record is not None
    changed = back.propose("charter", "change_roles", {"officer": record.id}, {"roles": roles}, [administrator])
    back.record(sign(town.network, back, [changed]))
    town.settle()
    for office in town.offices:
        for number in (1, officers.FIRST_NUMBER):
            assert officers.roles(state(office), office.roll, BURNED, number) == {"notary"}
    parcel = town.parcel.records[0]
    sold = back.propose(
        "land", "transfer", {"parcel": parcel},
        {**sale(back, parcel, 5), "spouse_consent": {"answer": "not_required", "by": [BURNED, 1]}},
        [by(FORMER, "registrar"), by(1, "notary")],
    )  # fmt: skip
    act_id = back.record(sign(town.network, back, [sold]))[0].id
    town.settle()
    assert {office.acts.view(act_id).ladder.step for office in town.offices} == {Step.FINAL}


def test_what_a_former_notary_asked_for_before_is_entered_afterwards(town: Burned, tmp_path: Path) -> None:
    """It stands where it was asked; and what others had asked of the office, the new registrar decides."""
    first = town.heirs[0]
    parcel = town.elsewhere.records[0]
    asked = town.old.propose(
        "land", "transfer", {"parcel": parcel}, sale(town.old, parcel, 7), [by(1, "notary")], addressed_to=0
    )
    town.old.record(sign(town.network, town.old, [asked]))
    theirs = first.propose(
        "land", "transfer", {"parcel": town.parcel.records[0]}, sale(first, town.parcel.records[0], 8),
        [Signer(0, 1, "notary")], addressed_to=BURNED,
    )  # fmt: skip
    first.record(sign(town.network, first, [theirs]))
    town.settle()
    town.vote_back()
    back = town.come_back(tmp_path)
    entered = decide(town.network, first, asked.id).id
    answer = back.propose_decision(theirs.id, [by(FORMER, "registrar")], None)
    answered = back.record(sign(town.network, back, [answer]))[0].id
    town.settle()
    for act in (entered, answered):
        assert {office.acts.view(act).ladder.step for office in town.offices} == {Step.FINAL}


# -- what the lost keys can do no more ---------------------------------------------------------------------------------


def old_registrar_at_his_office(town: Burned, back: Office, random: Random) -> str:
    """His key was found again, and the office lets him."""
    return refused(town, back, "land", "first_registration", registration(random.randrange(10**6)), by(0, "registrar"))


def old_notary_elsewhere(town: Burned, _back: Office, random: Random) -> str:
    """Another office names him for what he attested."""
    with pytest.raises(MunimentError) as caught:
        town.heirs[0].record(attested_by_the_old_notary(town, random))
    return str(caught.value.facts.get("reason", caught.value.code))


def attested_by_the_old_notary(town: Burned, random: Random) -> Group:
    office, parcel = town.heirs[0], town.elsewhere.records[0]
    consent = {"answer": "not_required", "by": [BURNED, 1]}
    act = {**sale(office, parcel, random.randrange(10**6)), "spouse_consent": consent}
    own = [Signer(0, 0, "registrar"), Signer(0, 1, "notary")]
    sold = office.propose("land", "transfer", {"parcel": parcel}, act, own)
    assert isinstance(sold.verdict, Rejected), "refused before anybody signs"
    return sign(town.network, office, [sold])


def old_administrator(town: Burned, back: Office, random: Random) -> str:
    """He, or whom he had appointed, gives roles, votes, proposes."""
    signer = random.choice((by(3, "administrator"), by(officers.FIRST_NUMBER, "administrator")))
    number, rows = officers.next_number(state(back), BURNED), [{"role": "registrar"}]
    appointed = {"number": number, "name": "Thief", "public_key": NODE.public.hex(), "roles": rows}
    proposed = {"reference": "P4-7", "place": 7, "kind": "dormancy", "member": 1, "content": [], "reason": "x"}
    procedure, act = random.choice((
        ("appoint", appointed),
        ("restate", {"number": random.randrange(3), "name": "x", "roles": rows, "reason": "x"}),
        ("propose", proposed),
    ))  # fmt: skip
    return refused(town, back, "charter", procedure, act, signer)


def a_dishonest_office(town: Burned, _back: Office, random: Random) -> str:
    """One that encloses whatever it is given; every honest one judges it alike."""
    office = town.heirs[0]
    office.hand.write_block((attested_by_the_old_notary(town, random),))
    position = office.newest_taken[0]  # type: ignore[index]  # it was just written
    town.settle()
    act = office.store.chain.acts_of_block(position)[0].id
    ((step, code),) = {(one.acts.view(act).ladder.step, one.acts.view(act).ladder.code) for one in town.heirs}
    assert step is Step.REJECTED
    return code or ""


def its_old_computer(town: Burned, _back: Office, random: Random) -> str:
    """It did not burn but was stolen, and goes on in the epoch before."""
    act = register(town.former, town.old, 1000 + random.randrange(10**6)).id
    hand_over(town.old, town.heirs[0])
    ladder = town.heirs[0].acts.view(act).ladder
    assert ladder.step is Step.REJECTED
    return ladder.code or ""


def signed_by(town: Burned, office: Office, law: str, procedure: str, act: dict, signer: Signer) -> Group:
    proposal = office.propose(law, procedure, {}, act, [signer])
    assert isinstance(proposal.verdict, Rejected), "refused before anybody signs"
    key = EVE if signer.officer == officers.FIRST_NUMBER else town.former.officers[BURNED][signer.officer]
    return Group((proposal.encoded,), (key.sign(office.signing_message([proposal.encoded])),))


def refused(town: Burned, office: Office, law: str, procedure: str, act: dict, signer: Signer) -> str:
    group = signed_by(town, office, law, procedure, act, signer)
    with pytest.raises(MunimentError) as caught:
        office.record(group)
    return str(caught.value.facts.get("reason", caught.value.code))


WAYS = {  # a thousand
    old_registrar_at_his_office: (420, {"role-not-held"}),
    old_notary_elsewhere: (250, {"role-not-held"}),
    old_administrator: (250, {"role-not-held"}),
    a_dishonest_office: (40, {"role-not-held"}),
    its_old_computer: (40, {"not-in-the-roll"}),
}


def test_a_thousand_attempts_with_the_lost_keys_change_nothing(tmp_path: Path) -> None:
    town, random = Burned(), Random("the keys were found")
    town.vote_back()
    back = town.come_back(tmp_path)
    town.settle()
    before = [(office.state_root(), office.roll) for office in town.offices]
    for way, (count, codes) in WAYS.items():
        told = Counter(way(town, back, random) for _ in range(count))
        assert set(told) <= codes, (way, told)
    assert sum(count for count, _ in WAYS.values()) == 1_000
    town.settle()
    parcels = {office.records.count("land.parcel") for office in town.offices}
    assert (parcels, len({office.state_root() for office in town.offices})) == ({2}, 1)
    assert [office.roll for office in town.offices] == [roll for _, roll in before]
    hand_over(town.heirs[0], town.old)
    assert town.old.hand.quarantine == "superseded"


def test_an_act_of_another_office_that_a_former_notary_attested_too_late_is_refused(
    town: Burned, tmp_path: Path
) -> None:
    """An office had not heard of the vote: the order refuses the act, as with an office that was removed."""
    first, awake = town.heirs[0], [*town.heirs[1:], town.old]
    proposal = town.propose(awake[0], "incarnation", BURNED, returning(returning_card(town).encoded))
    town.settle()
    for office in awake:
        town.vote(office, proposal)
    town.settle(awake)
    parcel = town.elsewhere.records[0]
    act = {**sale(first, parcel, 5), "spouse_consent": {"answer": "not_required", "by": [BURNED, 1]}}
    own = [Signer(0, 0, "registrar"), Signer(0, 1, "notary")]
    late = first.propose("land", "transfer", {"parcel": parcel}, act, own)
    assert not isinstance(late.verdict, Rejected)
    recorded = first.record(sign(town.network, first, [late]))[0].id
    town.settle(town.heirs)
    back = town.come_back(tmp_path)
    town.settle()
    ((step, code),) = {
        (office.acts.view(recorded).ladder.step, office.acts.view(recorded).ladder.code) for office in town.heirs
    }
    assert (step, code) == (Step.REJECTED, "role-not-held")
    assert back.records.view(parcel).record.version == 1


# -- the change itself -------------------------------------------------------------------------------------------------


def following(town: Burned, before: Constitution, content: bytes) -> Constitution:
    change = Change("incarnation", seed(content)[:16], BURNED, content)
    return apply(before, change, bytes(32), verify, lambda law: (law.hex(), 1))


def test_the_constitution_after_it_reads_as_it_was_written(town: Burned) -> None:
    present = town.heirs[0].epochs.present
    card = returning_card(town)
    after = following(town, present, returning(card.encoded))
    member = after.members[BURNED]
    assert decode_constitution(encode_constitution(after)) == after
    assert [(one.key, one.roles) for one in member.officers[:FORMER]] == [
        (one.key, frozenset()) for one in present.members[BURNED].officers
    ]
    assert (member.officers[FORMER:], member.officers_since, member.incarnation) == (card.officers, 1, 1)
    assert (first_number(member, card), first_number(present.members[BURNED], card)) == (FORMER, 0)
    plain = following(town, present, card.encoded)
    assert (plain.members[BURNED].officers, plain.members[BURNED].officers_since) == (
        present.members[BURNED].officers,
        0,
    )
    assert digest_after(bytes(32), plain) != digest_after(bytes(32), after)


def test_one_that_was_removed_comes_back_so_too(town: Burned) -> None:
    present = town.heirs[0].epochs.present
    gone = replace(present.members[BURNED], removed=True, witness=False)
    after = following(
        town, replace(present, members=(*present.members[:BURNED], gone)), returning(returning_card(town).encoded)
    )
    assert (after.members[BURNED].removed, after.members[BURNED].officers_since) == (False, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda town: returning(b"no card"), "not-canonical"),
        (lambda town: returning(returning_card(town).encoded)[:-1], "not-canonical"),
        (lambda town: returning(returning(returning_card(town).encoded)), "not-an-office-card"),
        (lambda town: returning(new_card(town, BURNED, NODE)), "card-key-taken"),
        (lambda town: returning(new_card(town, BURNED, NODE, "Another office")), "name-differs"),
    ],
)
def test_what_leads_to_no_constitution(town: Burned, content, code: str) -> None:
    with pytest.raises(MunimentError, match=code):
        following(town, town.heirs[0].epochs.present, content(town))


def test_numbers_run_out_and_are_never_given_again(town: Burned) -> None:
    present = town.heirs[0].epochs.present

    def card(turn: int) -> bytes:
        keys = tuple(SigningKey(seed(turn, number)) for number in range(len(NEW)))
        node = SigningKey(seed("computer", turn))
        made = replace(returning_card(town, keys), node_key=node.public)
        return returning(sign_card(made, [node.sign, *(key.sign for key in keys)]).encoded)

    times = (100 - FORMER) // len(NEW)
    for turn in range(times):
        present = following(town, present, card(turn))
    assert len({one.key for one in present.members[BURNED].officers}) == FORMER + times * len(NEW)
    with pytest.raises(MunimentError, match="too-many-officers"):
        following(town, present, card(times))


def test_any_content_is_a_returning_office_or_none() -> None:
    assert card_returning(returning(b"card")) == b"card"
    assert card_returning(b"") is card_returning(b"card") is None


def test_epochs_are_the_same_for_who_joined_later(town: Burned, tmp_path: Path) -> None:
    town.vote_back()
    back = town.come_back(tmp_path)
    held = Epochs(back.store.database, town.network.charter)
    assert held.present == town.heirs[0].epochs.present
    assert held.digests == town.heirs[0].epochs.digests
