"""Whole offices whose officers change: appointed, given other roles, ended; judged at their place in the order."""

from collections.abc import Iterator, Sequence

import pytest

from core import officers
from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.laws.verdict import Rejected
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.store.working import WorkingState
from core.views import ActView, Step
from tests.independent.confirming import confirm
from tests.ledger.building import seed
from tests.offices import hand_over, open_in_memory, propose_registration, register, registrar, registration
from tests.requesting import sale
from tests.test_epochs import Town, pass_change

EVE = SigningKey(seed("eve"))
NOTARY, LAST = 1, 3  # among the officers of every card: the notary, and the one administrator


@pytest.fixture
def town() -> Iterator[Town]:
    town = Town()
    yield town
    for office in town.offices:
        confirm(office)


def state(office: Office) -> WorkingState:
    return WorkingState(office.store.state, office.number)


def appointment(
    *roles: str, number: int = officers.FIRST_NUMBER, key: SigningKey = EVE, **term: Value
) -> dict[str, Value]:
    rows: list[Value] = [{"role": role, **term} for role in roles]
    return {"number": number, "name": "Ева Лис", "public_key": key.public.hex(), "roles": rows}


def appoint(
    town: Town, office: Office, *roles: str, number: int = officers.FIRST_NUMBER, key: SigningKey = EVE
) -> bytes:
    return town.act(office, "appoint", appointment(*roles, number=number, key=key))[0]


def refusal(town: Town, office: Office, procedure: str, act: dict[str, Value], **records: bytes) -> str:
    """The code with which the office does not let an act about its officers be signed."""
    verdict = office.propose("charter", procedure, records, act, [town.administrator(office)]).verdict
    assert isinstance(verdict, Rejected)
    return verdict.code


def write_all_the_same(town: Town, office: Office, proposal: Proposal) -> bytes:
    """As an office does that breaks the rules; the act."""
    office.hand.write_block((sign(town, office, proposal),))
    town.settle()
    return proposal.id


def restate(town: Town, office: Office, number: int, *roles: str) -> bytes:
    rows: list[Value] = [{"role": role} for role in roles]
    name = town.network.charter.cards[office.number].officers[number].name
    act: dict[str, Value] = {"number": number, "name": name, "roles": rows, "reason": "on leave"}
    return town.act(office, "restate", act)[0]


def change(town: Town, office: Office, procedure: str, officer: bytes, act: dict[str, Value]) -> None:
    proposal = office.propose("charter", procedure, {"officer": officer}, act, [town.administrator(office)])
    office.record(sign(town, office, proposal))


def sign(town: Town, office: Office, proposal: Proposal, eve: SigningKey = EVE) -> Group:
    message = office.signing_message([proposal.encoded])
    keys = [
        eve if signer.officer >= officers.FIRST_NUMBER else town.network.officers[signer.office][signer.officer]
        for signer in proposal.transaction.signers
    ]
    return Group((proposal.encoded,), tuple(key.sign(message) for key in keys))


def eve_of(office: Office, role: str = "registrar") -> Signer:
    return Signer(office.number, officers.FIRST_NUMBER, role)


def propose_by(office: Office, number: int, signer: Signer) -> Proposal:
    return office.propose("land", "first_registration", {}, registration(number), [signer])


def propose_sale(office: Office, parcel: bytes, buyer: int, signers: Sequence[Signer], witness: int) -> Proposal:
    """`witness`: the office whose notary attests the spouse's consent."""
    act = {**sale(office, parcel, buyer), "spouse_consent": {"answer": "not_required", "by": [witness, NOTARY]}}
    return office.propose("land", "transfer", {"parcel": parcel}, act, signers)


def standing(office: Office, act: ActView) -> tuple[Step, str, str | None]:
    ladder = office.acts.view(act.id).ladder
    return ladder.step, ladder.outcome, ladder.code


def test_an_appointed_officer_signs_and_every_office_agrees(town: Town) -> None:
    first = town.offices[0]
    appoint(town, first, "registrar")
    act = first.record(sign(town, first, propose_by(first, 1, eve_of(first))))[0]
    assert not act.ladder.shared  # the office keeps its officers itself
    parcel = act.records[0]
    sold = first.record(
        sign(town, first, propose_sale(first, parcel, 5, [eve_of(first), Signer(0, NOTARY, "notary")], 0))
    )[0]
    town.settle()
    for office in town.offices:
        assert standing(office, act) == standing(office, sold) == (Step.FINAL, "entered", None)
    assert len({office.state_root() for office in town.offices}) == 1
    again = open_in_memory(town.network, 0, first.store, first.hand.journal)
    assert again.state_root() == first.state_root()


def test_who_was_never_appointed_or_signs_with_another_key_signs_nothing(town: Town) -> None:
    first = town.offices[0]
    proposal = propose_by(first, 1, eve_of(first))
    assert isinstance(proposal.verdict, Rejected)
    assert proposal.verdict.code == "role-not-held"
    with pytest.raises(MunimentError, match="officer-unknown"):
        first.record(sign(town, first, proposal))
    appoint(town, first, "registrar")
    with pytest.raises(MunimentError, match="bad-officer-signature"):
        first.record(sign(town, first, propose_by(first, 1, eve_of(first)), SigningKey(seed("mallory"))))
    assert first.records.count("land.parcel") == 0


def test_a_dishonest_office_cannot_make_others_take_an_unknown_officer(town: Town) -> None:
    """It encloses what its own office would refuse; every other office judges it alike, and the block stands."""
    first, second = town.offices[:2]
    appoint(town, second, "registrar")
    for eve, code in ((EVE, "officer-unknown"), (SigningKey(seed("mallory")), "bad-officer-signature")):
        if code == "bad-officer-signature":
            appoint(town, first, "registrar", key=SigningKey(seed("ewa")))
        first.hand.write_block((sign(town, first, propose_by(first, 3, eve_of(first)), eve),))
        position = first.newest_taken[0]  # type: ignore[index]  # it was just written
        act = first.store.chain.acts_of_block(position)[0].id
        town.settle()
        for office in town.offices:
            assert office.acts.view(act).ladder.code == code
    assert len({office.state_root() for office in town.offices}) == 1


def test_with_a_role_ended_a_later_act_is_refused_at_every_office(town: Town) -> None:
    first = town.offices[0]
    officer = appoint(town, first, "registrar", "clerk")
    town.settle()
    before = first.record(sign(town, first, propose_by(first, 1, eve_of(first))))[0]
    change(town, first, "change_roles", officer, {"roles": [{"role": "clerk"}]})
    refused = propose_by(first, 2, eve_of(first))
    assert isinstance(refused.verdict, Rejected)
    assert refused.verdict.code == "role-not-held"
    first.hand.write_block((sign(town, first, refused),))  # a dishonest one encloses it all the same
    town.settle()
    for office in town.offices:
        assert standing(office, before) == (Step.FINAL, "entered", None)
        assert office.acts.view(refused.id).ladder.code == "role-not-held"


def test_an_officer_of_the_charter_is_ended_and_reinstated(town: Town) -> None:
    first = town.offices[0]
    officer = restate(town, first, 0)
    town.settle()
    for office in town.offices:
        assert officers.roles(state(office), office.roll, 0, 0) == frozenset()
        assert officers.key(state(office), office.roll, 0, 0) == office.roll.members[0].officers[0].key
    refused = propose_registration(first, 1).verdict
    assert isinstance(refused, Rejected)
    assert refused.code == "role-not-held"
    change(town, first, "change_roles", officer, {"roles": [{"role": "registrar"}]})
    act = register(town.network, first, 1)
    town.settle()
    assert {standing(office, act) for office in town.offices} == {(Step.FINAL, "entered", None)}


def attested(town: Town, one: Office, parcel: bytes, buyer: int) -> ActView:
    """A sale at one office whose consent the notary of the second office attests."""
    signers = [registrar(one), Signer(one.number, NOTARY, "notary")]
    return one.record(sign(town, one, propose_sale(one, parcel, buyer, signers, 1)))[0]


def test_powers_of_another_office_that_ended_unseen_hold_the_act(town: Town) -> None:
    first, second, third, fourth = town.offices
    parcel = register(town.network, first, 1).records[0]
    town.settle()
    restate(town, second, NOTARY)
    town.settle([second, third, fourth])  # the end is in the common order before the act
    act = attested(town, first, parcel, 5)
    assert act.ladder.shared
    assert act.ladder.outcome == "entered"  # as far as the first office knows
    town.settle()
    for office in town.offices:
        assert standing(office, act) == (Step.FINAL, "held", "powers-ended-unseen")
        assert office.acts.view(act.id).ladder.facts["role"] == "notary"
        assert office.records.view(parcel).record.version == 1
    assert len({office.state_root() for office in town.offices}) == 1
    known = propose_sale(first, parcel, 6, [registrar(first), Signer(0, NOTARY, "notary")], 1).verdict
    assert isinstance(known, Rejected)
    assert known.code == "role-not-held"  # now the first office has heard of it


def test_a_role_that_changed_hands_unseen_and_stands_again_holds_nothing(town: Town) -> None:
    first, second, third, fourth = town.offices
    parcel = register(town.network, first, 1).records[0]
    town.settle()
    officer = restate(town, second, NOTARY)
    change(town, second, "change_roles", officer, {"roles": [{"role": "notary"}]})
    town.settle([second, third, fourth])
    act = attested(town, first, parcel, 5)
    town.settle()
    assert {standing(office, act) for office in town.offices} == {(Step.FINAL, "entered", None)}


def test_what_a_notary_asked_for_while_in_office_is_entered_after_the_end(town: Town) -> None:
    """The powers of those who ask are judged where their request stands, not where it is entered."""
    first, second = town.offices[:2]
    parcel = register(town.network, first, 1).records[0]
    town.settle()
    asked = second.propose(
        "land", "transfer", {"parcel": parcel}, sale(second, parcel, 7), [Signer(1, NOTARY, "notary")], addressed_to=0
    )
    second.record(sign(town, second, asked))
    town.settle()
    restate(town, second, NOTARY)
    town.settle()
    entered = first.propose_decision(asked.id, [registrar(first)])
    act = first.record(sign(town, first, entered))[0]
    town.settle()
    assert {standing(office, act) for office in town.offices} == {(Step.FINAL, "entered", None)}


def test_an_appointed_notary_asks_another_office(town: Town) -> None:
    first, second = town.offices[:2]
    parcel = register(town.network, first, 1).records[0]
    town.settle()
    appoint(town, second, "notary")
    act = sale(second, parcel, 7)
    asked = second.propose("land", "transfer", {"parcel": parcel}, act, [eve_of(second, "notary")], addressed_to=0)
    second.record(sign(town, second, asked))
    hand_over(second, first)
    entered = first.record(sign(town, first, first.propose_decision(asked.id, [registrar(first)])))[0]
    town.settle()
    assert {standing(office, entered) for office in town.offices} == {(Step.FINAL, "entered", None)}


def test_officers_stay_over_a_close_and_numbers_go_on(town: Town) -> None:
    first = town.offices[0]
    appoint(town, first, "registrar")
    pass_change(town, "dormancy", 3)
    act = first.record(sign(town, first, propose_by(first, 1, eve_of(first))))[0]
    town.settle()
    assert {standing(office, act) for office in town.offices} == {(Step.FINAL, "entered", None)}
    assert officers.next_number(state(first), 0) == officers.FIRST_NUMBER + 1
    people = officers.officers_of(state(first), first.roll, 0)
    assert [one.number for one in people] == [0, 1, 2, 3, 100]
    assert (people[4].name, people[4].key, people[4].roles) == ("Ева Лис", EVE.public, frozenset({"registrar"}))


def test_the_disk_is_asked_once_while_nobody_was_appointed(town: Town) -> None:
    first, asked = town.offices[0], []
    first.store.database._connection.set_trace_callback(asked.append)
    working = state(first)
    for office in range(4):
        assert officers.roles(working, first.roll, office, 0) == frozenset({"clerk", "registrar"})
    first.store.database._connection.set_trace_callback(None)
    assert len(asked) <= 2


# -- what an office refuses of an act about its own officers ---------------------------------------------------------


def test_an_office_is_never_left_without_an_administrator(town: Town) -> None:
    """Neither at once nor on the day after a term: nobody could appoint any more, and no vote of others mends it."""
    first = town.offices[0]
    own = {"number": LAST, "name": "Ирина Орлова", "reason": "retires"}
    until: Value = [2099, 12, 31]
    assert refusal(town, first, "restate", {**own, "roles": [{"role": "registrar"}]}) == "last-administrator"
    assert refusal(town, first, "restate", {**own, "roles": []}) == "last-administrator"
    retiring: dict[str, Value] = {**own, "roles": [{"role": "administrator", "until": until}]}
    assert refusal(town, first, "restate", retiring) == "no-administrator-then"
    later: dict[str, Value] = {**own, "roles": [{"role": "administrator", "since": [2098, 1, 1]}]}
    assert refusal(town, first, "restate", later) == "last-administrator"
    assert first.records.count(officers.REGISTER) == 0

    officer = appoint(town, first, "administrator", "registrar")
    town.act(first, "restate", retiring)  # somebody goes on after him
    gap: Value = [{"role": "administrator", "since": [2100, 1, 2]}]
    assert refusal(town, first, "change_roles", {"roles": gap}, officer=officer) == "no-administrator-then"
    change(town, first, "change_roles", officer, {"roles": [{"role": "administrator", "since": [2100, 1, 1]}]})
    assert refusal(town, first, "end", {"reason": "x"}, officer=officer) == "no-administrator-then"


def test_two_acts_that_each_leave_another_administrator_do_not_leave_none(town: Town) -> None:
    """Both were drawn up while two served: the second is refused where it is recorded."""
    first = town.offices[0]
    officer = appoint(town, first, "administrator")
    eve = eve_of(first, "administrator")
    ends = first.propose("charter", "end", {"officer": officer}, {"reason": "x"}, [eve])
    restate(town, first, LAST, "registrar")
    with pytest.raises(MunimentError, match="rejected") as caught:
        first.record(sign(town, first, ends))
    assert caught.value.facts["reason"] == "last-administrator"


def test_one_key_is_one_officer(town: Town) -> None:
    first, second = town.offices[:2]
    own = town.network.officers[0][NOTARY]
    assert refusal(town, first, "appoint", appointment("registrar", key=own)) == "same-person-twice"
    neighbour = town.network.officers[1][NOTARY]
    assert refusal(town, first, "appoint", appointment("registrar", key=neighbour)) == "same-person-twice"
    assert refusal(town, first, "appoint", appointment("registrar", key=town.network.nodes[2])) == "same-person-twice"
    officer = appoint(town, first, "registrar")
    again = appointment("clerk", number=101)
    assert refusal(town, first, "appoint", again) == "same-person-twice"
    town.settle()
    assert refusal(town, second, "appoint", appointment("registrar")) == "same-person-twice"
    change(town, first, "end", officer, {"reason": "on leave"})
    town.act(first, "appoint", again)  # the same person comes back under the next number


def test_two_numbers_with_one_key_are_one_person_to_every_office(town: Town) -> None:
    """An office that breaks the rules gives its notary a second number; with both he signs nothing that asks for two."""
    first = town.offices[0]
    (parcel,) = register(town.network, first, 1).records
    notary = town.network.officers[0][NOTARY]
    act = first.propose("charter", "appoint", {}, appointment("registrar", key=notary), [town.administrator(first)])
    assert isinstance(act.verdict, Rejected)
    write_all_the_same(town, first, act)
    sold = propose_sale(first, parcel, 5, [eve_of(first), Signer(0, NOTARY, "notary")], 0)
    assert isinstance(sold.verdict, Rejected)
    assert sold.verdict.code == "one-person-two-roles"
    first.hand.write_block((sign(town, first, sold, notary),))
    town.settle()
    assert {office.acts.view(sold.id).ladder.code for office in town.offices} == {"one-person-two-roles"}
