"""One act on records of two keepers: asked for by one, entered by the other, and never the one record without the other.

What makes it safe is played at the end: whatever the two offices do meanwhile, and in whatever order it comes, nothing
that a keeper was told to stand without the common order comes out otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import pytest

from core.laws import Accepted, Law, Order, Rejected, execute
from core.laws.offering import offered_id
from core.laws.requests import ENTER, REFUSE
from core.laws.resolving import WITHDRAW
from core.ledger.record import Record, encode_record
from core.ledger.transaction import Signer, Transaction
from tests.laws.counter import BOTH, YEAR_2026_MS, DictState, document, library_law
from tests.laws.test_land import deed, encumbrance, first, giving, right, taking
from tests.laws.test_requests import KEEPER, NOTARY_OFFICE, OTHER_OFFICE, REGISTRAR, Offices, id_of

ASKER, THIRD = NOTARY_OFFICE, OTHER_OFFICE


def attested(answer: str) -> Mapping[str, Any]:
    return {"answer": answer, "by": [ASKER, 1]}


def exchange(ours: int = 1, theirs: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "first_given": [giving(ours, 1, 1)],
        "first_taken": [taking("bob", 1, 1)],
        "second_given": [giving(theirs, 1, 1)],
        "second_taken": [taking("ana", 1, 1)],
        "deed": document(),
        "consents": attested("complete"),
        **other,
    }


def gift(office: int, to: str = "eka", entry: int = 1) -> dict[str, Any]:
    consent = {"answer": "given", "by": [office, 1]}
    return deed([giving(entry, 1, 1)], [taking(to, 1, 1)], ground="gift", price=None, spouse_consent=consent)


class TwoKeepers(Offices):
    """Ana's parcel at the office that asks, Bob's at the office asked."""

    def __init__(self, law: Law) -> None:
        super().__init__(law)
        self.ours = self.register_at(ASKER, "0000000001", "ana")
        self.theirs = self.register_at(KEEPER, "0000000002", "bob")

    def register_at(self, office: int, cadastral: str, owner: str) -> Record:
        act = first(right(owner, 1, 1), cadastral=cadastral)
        return self.counters[office].enter("first_registration", act, signers=REGISTRAR)

    def asked(
        self, first_: Record, second: Record, office: int = ASKER, signers: Any = BOTH, **other: Any
    ) -> Transaction:
        made = self.counters[office].transaction(
            "exchange", exchange(**other), {"first": first_, "second": second}, signers
        )
        return replace(made, addressed_to=KEEPER)

    def ask(self) -> Transaction:
        request = self.asked(self.ours, self.theirs)
        assert self.put(request).outcome == "requested"
        return request

    def withdrawal(self, request: Transaction, office: int = ASKER) -> Transaction:
        act = {"act": id_of(request), "reason": "Ana has changed her mind."}
        return self.counters[office].transaction(WITHDRAW, act, {}, REGISTRAR)

    def does(
        self, office: int, procedure: str, act: Mapping[str, Any], signers: Any = BOTH, **records: Record
    ) -> Transaction:
        return self.counters[office].transaction(procedure, act, records, signers)

    def lease(self, office: int, parcel: Record) -> Transaction:
        act = encumbrance(kind="lease", effect="follows", owner_consent={"answer": "given", "by": [office, 1]})
        del act["amount"]
        return self.does(office, "encumber", act, REGISTRAR, parcel=parcel)

    def now(self, record: Record) -> Record:
        found = self.state.record(record.id)
        assert found is not None
        return found

    def owners(self) -> list[str]:
        return [self.now(one).fields["rights"][0]["holder"]["number"] for one in (self.ours, self.theirs)]


@pytest.fixture(scope="module")
def law() -> Law:
    return library_law("land")


@pytest.fixture
def two(law: Law) -> TwoKeepers:
    return TwoKeepers(law)


# -- both or neither ------------------------------------------------------------------------------------------------


def test_nothing_changes_until_both_have_entered_it_and_then_both_records_do(two: TwoKeepers) -> None:
    request = two.ask()
    assert two.owners() == ["ana", "bob"]
    decision = two.decision(request)
    entered = two.put(decision)
    assert (entered.outcome, entered.shared, two.owners()) == ("entered", True, ["bob", "ana"])
    after = [two.now(one) for one in (two.ours, two.theirs)]
    assert [(one.keeper, one.version, one.last_act) for one in after] == [
        (ASKER, 2, id_of(decision)[:16]),
        (KEEPER, 2, id_of(decision)[:16]),
    ]
    assert two.refuse(two.decision(request)).code == "already-decided"


def test_a_record_of_the_asking_office_keeps_the_incarnation_of_its_own_keeper(two: TwoKeepers) -> None:
    decision = two.decision(two.ask())
    context = two.counters[KEEPER].context(decision)._replace(incarnation=3)
    verdict = execute(two.state, decision, two.law, context)
    assert isinstance(verdict, Accepted)
    written = {change.new.id: change.new.incarnation for change in verdict.changes}
    assert (written[two.ours.id], written[two.theirs.id]) == (0, 3)


def test_a_merger_across_the_border_is_kept_by_the_office_that_enters_it(two: TwoKeepers) -> None:
    two.ours = two.counters[ASKER].enter("transfer", gift(ASKER, "bob"), {"parcel": two.ours})
    rights = [right("bob", 1, 1)]
    act = {"number": "0000000021", "area": 1280, "rights": rights, "plan": document()}
    made = two.does(ASKER, "merge_parcels", act, first=two.ours, second=two.theirs)
    request = replace(made, addressed_to=KEEPER)
    two.put(request)

    # Its number may become free by the merger: who registers anything here meanwhile waits for the order, once.
    def alone(number: str) -> Transaction:
        return two.does(ASKER, "first_registration", first(right("ion", 1, 1), cadastral=number), REGISTRAR)

    assert two.judge(alone("0000000031")).shared
    assert two.refuse(alone("0000000001")).shared
    merged = two.put(two.decision(request))
    assert [change.new.keeper for change in merged.changes][:3] == [ASKER, KEEPER, KEEPER]
    assert [two.now(one).state for one in (two.ours, two.theirs)] == ["ended", "ended"]
    assert two.put(alone("0000000001")).shared
    assert not two.put(alone("0000000032")).shared


# -- who may ask for it, and enter it -------------------------------------------------------------------------------


def test_the_asking_office_signs_for_its_own_record_all_that_the_law_asks_for(two: TwoKeepers) -> None:
    for signers, role in (((("notary", 1),), "registrar"), (REGISTRAR, "notary")):
        refused = two.refuse(two.asked(two.ours, two.theirs, signers=signers))
        assert (refused.code, refused.facts) == ("role-missing", {"role": role})


def test_no_third_keeper_is_drawn_in(two: TwoKeepers) -> None:
    third = two.register_at(THIRD, "0000000003", "ion")
    refused = two.refuse(two.asked(two.ours, third))
    assert (refused.code, refused.facts) == ("third-keeper", {"office": THIRD, "record": "second"})
    # Who keeps neither record asks for nothing; who keeps both needs nobody.
    assert two.refuse(two.asked(two.ours, two.theirs, office=THIRD)).code == "not-keeper"
    own = two.register_at(ASKER, "0000000004", "bob")
    assert two.refuse(two.asked(two.ours, own)).code == "request-not-needed"


def test_without_the_request_in_its_place_nobody_enters_what_changes_anothers_record(two: TwoKeepers) -> None:
    """The keeper may hold what was signed, and put its own act first: then the asking office had offered nothing."""
    request = two.asked(two.ours, two.theirs)
    refused = two.refuse(two.decision(request))
    assert (refused.code, refused.shared) == ("request-not-placed", True)
    without = replace(request, addressed_to=KEEPER, signers=(Signer(ASKER, 1, "notary"),))
    assert two.refuse(two.decision(without)).code == "request-not-placed"
    assert two.owners() == ["ana", "bob"]
    two.put(request)
    assert two.put(two.decision(request)).outcome == "entered"


def test_a_request_that_was_refused_in_its_place_is_never_entered(two: TwoKeepers) -> None:
    two.ask()
    second = two.asked(two.ours, two.theirs)
    assert two.refuse(second).code == "already-requested"
    assert two.refuse(two.decision(second)).code == "request-not-placed"


def test_another_office_enters_neither_a_copy_nor_an_altered_request(two: TwoKeepers) -> None:
    request = two.ask()
    assert two.refuse(two.decision(request, office=THIRD)).code == "request-to-another-office"
    altered = replace(request, act=exchange(second_taken=[taking("ana", 1, 1)], deed=document("other")))
    assert two.refuse(two.decision(altered)).code == "request-not-placed"


def test_what_would_suspend_or_hold_it_refuses_it(two: TwoKeepers) -> None:
    without = exchange()
    del without["consents"]
    made = two.does(ASKER, "exchange", without, first=two.ours, second=two.theirs)
    assert two.refuse(replace(made, addressed_to=KEEPER)).code == "consents-missing"
    request = two.ask()
    suspended = {name: value for name, value in gift(KEEPER).items() if name != "spouse_consent"}
    assert two.put(two.does(KEEPER, "transfer", suspended, parcel=two.theirs)).outcome == "suspended"
    assert two.refuse(two.decision(request)).code == "earlier-act"
    assert two.owners() == ["ana", "bob"]


# -- what ends it ---------------------------------------------------------------------------------------------------


def test_a_record_that_was_changed_meanwhile_ends_it_and_frees_the_other(two: TwoKeepers) -> None:
    request = two.ask()
    sold = two.put(two.does(KEEPER, "transfer", gift(KEEPER), parcel=two.theirs))
    assert not sold.shared  # of what was asked for nothing is offered: its keeper disposes of it alone
    overtaken = two.refuse(two.decision(request))
    assert (overtaken.code, overtaken.winner) == ("overtaken", sold.changes[0].new.last_act)
    two.theirs = sold.changes[0].new
    assert two.put(two.asked(two.ours, two.theirs, theirs=2, first_taken=[taking("eka", 1, 1)])).outcome == "requested"


def test_a_refusal_frees_both_places(two: TwoKeepers) -> None:
    request = two.ask()
    two.put(two.decision(request, REFUSE, reason="The deed is not legible."))
    assert two.put(two.asked(two.ours, two.theirs)).outcome == "requested"


def test_the_office_that_asked_takes_it_back_until_it_is_entered(two: TwoKeepers) -> None:
    request = two.ask()
    assert two.refuse(two.withdrawal(request, office=KEEPER)).code == "act-of-another-office"
    clerk = replace(two.withdrawal(request), signers=(Signer(ASKER, 3, "clerk"),))
    assert two.refuse(clerk).code == "role-missing"
    withdrawn = two.put(two.withdrawal(request))
    assert (withdrawn.outcome, withdrawn.shared) == ("entered", True)
    refused = two.refuse(two.decision(request))
    assert (refused.code, refused.shared) == ("request-withdrawn", True)
    assert two.refuse(two.withdrawal(request)).code == "already-decided"
    again = two.ask()  # both places are free
    two.put(two.decision(again))
    assert two.refuse(two.withdrawal(again)).code == "already-decided"


def test_whoever_has_heard_of_a_refusal_first_lets_the_asking_office_wait_too(two: TwoKeepers) -> None:
    """The refusal may stand on a branch of a keeper that has signed twice, and the entry on the other."""
    request = two.asked(two.ours, two.theirs)
    two.put(two.decision(request, REFUSE, reason="No."))
    late = two.put(request)
    assert late.changes == ()
    sale = two.does(ASKER, "transfer", gift(ASKER), parcel=two.ours)
    context = two.counters[ASKER].context(sale, waiting=late.touched)
    assert execute(two.state, sale, two.law, context).shared


def test_its_term_ends_it_for_both(two: TwoKeepers) -> None:
    two.at(100)
    request = two.ask()
    two.at(132)
    assert two.refuse(two.decision(request)).code == "request-expired"
    assert two.put(two.asked(two.ours, two.theirs)).outcome == "requested"


def test_an_ordinary_request_is_not_taken_back(two: TwoKeepers) -> None:
    """It offers nothing of the office that asked, and its refusal is the keeper's alone, known without the order."""
    request = two.request(two.theirs, gift(ASKER))
    two.put(request)
    assert two.refuse(two.withdrawal(request)).code == "no-such-undecided"


# -- what its keeper does to a record that it has offered -----------------------------------------------------------


def test_what_was_offered_waits_for_the_order_until_the_request_is_over_and_no_longer(two: TwoKeepers) -> None:
    other = two.register_at(ASKER, "0000000005", "ion")
    acts = {
        "sale": two.does(ASKER, "transfer", gift(ASKER), parcel=two.ours),
        "lease": two.lease(ASKER, two.ours),
        "other": two.does(ASKER, "transfer", gift(ASKER), parcel=other),
    }

    def waits() -> dict[str, bool]:
        return {name: two.judge(act).shared for name, act in acts.items()}

    assert waits() == {"sale": False, "lease": False, "other": False}
    entry = two.put(acts["lease"]).changes[0].new
    cancel = {"ground": "authority_order", "basis": document()}
    acts = {
        "sale": acts["sale"],
        "other": acts["other"],
        "kept-with": two.does(ASKER, "cancel_encumbrance", cancel, REGISTRAR, entry=entry),
    }
    request = two.ask()
    assert waits() == {"sale": True, "other": False, "kept-with": True}
    two.put(two.lease(ASKER, two.ours))
    assert waits()["sale"]
    two.put(two.decision(request, REFUSE, reason="No."))
    assert waits() == {
        "sale": True,
        "other": False,
        "kept-with": True,
    }  # until an act that itself waits says that it is over
    ended = two.put(acts["kept-with"])
    assert offered_id(ASKER, two.ours.id) in {change.new.id for change in ended.changes}
    assert waits()["sale"] is False


# -- in any order ---------------------------------------------------------------------------------------------------


@dataclass
class Signed:
    act: Transaction
    author: int
    seen: int  # how many acts of the other office its author had then
    told: list[tuple[int, Any]] = field(default_factory=list)  # what offices were told without the order


class Play:
    """Two chains, seen by two offices at different times, and executed in one order that respects what each had seen."""

    def __init__(self, law: Law) -> None:
        self.two = TwoKeepers(law)
        self.chains: dict[int, list[Signed]] = {ASKER: [], KEEPER: []}
        self.done = {ASKER: 0, KEEPER: 0}
        self.arrived: dict[int, list[Signed]] = {ASKER: [], KEEPER: []}
        self.requests: list[Transaction] = []

    def view(self, office: int) -> tuple[DictState, dict[int, set[bytes]]]:
        """What the office foresees: all that it holds and no anchor has executed, in order of arrival."""
        agreed = self.two.state
        state = DictState(dict(agreed.records), {k: set(v) for k, v in agreed.groups.items()}, dict(agreed.sums))
        waiting: dict[int, set[bytes]] = {ASKER: set(), KEEPER: set()}
        for signed in self.arrived[office]:
            if signed in self.chains[signed.author][self.done[signed.author] :]:
                self.foresee(state, waiting, signed)
        return state, waiting

    def foresee(self, state: DictState, waiting: dict[int, set[bytes]], signed: Signed) -> Accepted | Rejected:
        context = self.two.counters[signed.author].context(signed.act, waiting=frozenset(waiting[signed.author]))
        verdict = execute(state, signed.act, self.two.law, context)
        waiting[signed.author] |= verdict.touched
        if isinstance(verdict, Accepted):
            state.take(verdict)
        if not verdict.shared:
            signed.told.append(came(verdict))
        return verdict

    def sign(self, office: int, what: str) -> None:
        state, waiting = self.view(office)
        made = self.made(office, what, state)
        other = KEEPER if office == ASKER else ASKER
        if made is None:
            return
        seen = sum(1 for one in self.arrived[office] if one.author == other)
        signed = Signed(made, office, seen)
        if isinstance(self.foresee(state, waiting, signed), Rejected):
            return
        if made.addressed_to is not None:
            self.requests.append(made)
        self.chains[office].append(signed)
        self.arrived[office].append(signed)

    def made(self, office: int, what: str, state: DictState) -> Transaction | None:
        two = self.two
        ours, theirs = state.record(two.ours.id), state.record(two.theirs.id)
        assert ours is not None
        assert theirs is not None
        own = ours if office == ASKER else theirs
        if what == "sell":
            entry = own.fields["rights"][0]
            to = "eka" if entry["holder"]["number"] != "eka" else "ion"
            return two.does(office, "transfer", gift(office, to, entry["id"]), parcel=own)
        if what == "lease":
            return two.lease(office, own)
        if what == "ask" and office == ASKER:
            mine, his = ours.fields["rights"][0], theirs.fields["rights"][0]
            taken = {
                "first_taken": [{"holder": his["holder"], "part": [1, 1]}],
                "second_taken": [{"holder": mine["holder"], "part": [1, 1]}],
            }
            return two.asked(ours, theirs, ours=mine["id"], theirs=his["id"], **taken)
        known = [one.act for one in self.arrived[office] if one.act.addressed_to is not None]
        if not known:
            return None
        if what == "end":
            if office == ASKER:
                return two.withdrawal(known[-1])
            return two.decision(known[-1], REFUSE, reason="No.")
        return two.decision(known[-1], ENTER) if office == KEEPER else None

    def hand_over(self, giver: int, taker: int) -> None:
        """The next block: what the giver's chain has, the taker foresees too."""
        held = sum(1 for one in self.arrived[taker] if one.author == giver)
        if held < len(self.chains[giver]):
            self.arrived[taker].append(self.chains[giver][held])
            self.view(taker)

    def execute(self, author: int) -> None:
        other = KEEPER if author == ASKER else ASKER
        place = self.done[author]
        if place == len(self.chains[author]):
            return
        signed = self.chains[author][place]
        while self.done[other] < signed.seen:
            self.execute(other)
        order = Order(1, YEAR_2026_MS, 0, lambda _: False, lambda _: True, lambda: 0)
        verdict = execute(
            self.two.state, signed.act, self.two.law, self.two.counters[author].context(signed.act, order)
        )
        if isinstance(verdict, Accepted):
            self.two.state.take(verdict)
        self.done[author] += 1
        assert all(told == came(verdict) for told in signed.told), (signed.act.procedure, signed.told, verdict)


def came(verdict: Accepted | Rejected) -> Any:
    if isinstance(verdict, Rejected):
        return verdict.code
    return verdict.outcome, [encode_record(change.new) for change in verdict.changes if "#" not in change.new.register]


EVENTS = ((ASKER, "execute"), (KEEPER, "enter"), (KEEPER, "execute"))
EXCHANGED, SOLD, SOLD_AFTERWARDS = ("bob", "ana"), ("eka", "bob"), ("eka", "ana")


SOLD_IN_THREE_WAYS = {EXCHANGED, SOLD, SOLD_AFTERWARDS}


@pytest.mark.parametrize("heard_at_once", [False, True])
@pytest.mark.parametrize(("what", "expected"), [("sell", SOLD_IN_THREE_WAYS), ("lease", {EXCHANGED})])
def test_in_any_order_nothing_that_was_known_without_the_order_comes_out_otherwise(
    law: Law, what: str, heard_at_once: bool, expected: set[tuple[str, str]]
) -> None:
    outcomes = set()
    for steps in permutations([*EVENTS, (ASKER, what)]):
        play = Play(law)
        play.sign(ASKER, "ask")
        play.hand_over(ASKER, KEEPER)
        for office, step in steps:
            if step == "execute":
                play.execute(office)
            else:
                play.sign(office, step)
            if heard_at_once and step == "enter":
                play.hand_over(office, ASKER)
        for office in (ASKER, KEEPER, ASKER):
            while play.done[office] < len(play.chains[office]):
                play.execute(office)
        outcomes.add(tuple(play.two.owners()))
    assert outcomes == expected
