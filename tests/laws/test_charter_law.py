"""The charter law at the counter: proposals and votes, officers, and each refusal once."""

from collections.abc import Sequence

import pytest

from core.laws import Accepted, Law, Rejected
from core.ledger.encoding import Value
from core.ledger.record import Record
from tests.laws.counter import Counter, library_law

ADMINISTRATOR = [("administrator", 0)]
REGISTRAR = [("registrar", 1)]
KEY = "ab" * 32
Act = dict[str, Value]


class Desk(Counter):
    """Everywhere officer 0 is the administrator and officer 1 the registrar."""

    @staticmethod
    def roles(office: int, officer: int) -> frozenset[str]:  # the same in every office
        return frozenset({("administrator", "registrar")[officer]}) if officer < 2 else frozenset()


@pytest.fixture(scope="module")
def law() -> Law:
    return library_law("charter")


@pytest.fixture
def desk(law: Law) -> Desk:
    return Desk(law, homes={})


def propose(kind: str = "dormancy", member: int | None = 2, content: Sequence[str] = ()) -> Act:
    act: Act = {"reference": "P-1", "place": 1, "kind": kind, "reason": "asleep"}
    act["content"] = [{"part": part} for part in content]
    return act if member is None else {**act, "member": member}


def appoint(number: int = 100, *roles: str, name: str = "Ева Лис", key: str = KEY) -> Act:
    rows = [{"role": role} for role in roles or ("registrar",)]
    return {"number": number, "name": name, "public_key": key, "roles": rows}


def restate(number: int, *roles: str) -> Act:
    rows = [{"role": role} for role in roles]
    return {"number": number, "name": "Анна Ковалёва", "roles": rows, "reason": "on leave"}


def standing(officer: Record) -> set[str]:
    return {row["role"] for row in officer.fields["powers"] if "ended" not in row}


def verdict(desk: Desk, procedure: str, act: Act, *of: Record) -> Accepted | Rejected:
    names = {"vote": "vote", "withdraw_vote": "vote", "drop": "proposal"}
    changes = {names.get(procedure, "officer"): record for record in of}
    return desk.judge(desk.transaction(procedure, act, changes, ADMINISTRATOR))


# -- proposals and votes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (propose("dormancy", None), "member-not-named"),
        (propose("admit", 1, ["card"]), "member-not-named"),
        (propose("admit", None), "content-missing"),
        (propose("dormancy", 2, ["card"]), "content-missing"),
        ({**propose(), "kind": "war"}, "not-a-choice"),
        ({**propose(), "reference": "first"}, "text-not-as-declared"),
    ],
)
def test_a_proposal_says_what_it_changes(desk: Desk, act: Act, code: str) -> None:
    refused = verdict(desk, "propose", act)
    assert isinstance(refused, Rejected)
    assert refused.code == code


def test_proposals_and_votes_wait_for_the_common_order(desk: Desk) -> None:
    proposal = desk.enter("propose", propose(), None, ADMINISTRATOR)
    assert proposal.keeper == 0
    voting = desk.judge(desk.transaction("vote", {"proposal": proposal.id, "answer": "yes"}, None, ADMINISTRATOR))
    assert isinstance(voting, Accepted)
    assert voting.shared
    assert voting.changes[0].new.keeper == 0


def test_only_an_administrator_proposes_votes_and_appoints(desk: Desk) -> None:
    for procedure, act in (("propose", propose()), ("appoint", appoint()), ("restate", restate(1))):
        refused = desk.judge(desk.transaction(procedure, act, None, REGISTRAR))
        assert isinstance(refused, Rejected)
        assert refused.code == "role-not-asked"
        pretended = desk.judge(desk.transaction(procedure, act, None, [("administrator", 1)]))
        assert isinstance(pretended, Rejected)
        assert pretended.code == "role-not-held"


def test_what_is_withdrawn_or_dropped_is_done_with(desk: Desk) -> None:
    proposal = desk.enter("propose", propose(), None, ADMINISTRATOR)
    vote = desk.enter("vote", {"proposal": proposal.id, "answer": "no"}, None, ADMINISTRATOR)
    withdrawn = desk.enter("withdraw_vote", {}, {"vote": vote}, ADMINISTRATOR)
    again = verdict(desk, "withdraw_vote", {}, withdrawn)
    assert isinstance(again, Rejected)
    assert again.code == "not-in-state"
    assert withdrawn.state == "withdrawn"


# -- officers -----------------------------------------------------------------------------------------------------


def test_an_officer_is_appointed_changed_and_ended_by_the_office_alone(desk: Desk) -> None:
    appointed = desk.judge(desk.transaction("appoint", appoint(100, "clerk", "registrar"), None, ADMINISTRATOR))
    assert isinstance(appointed, Accepted)
    assert not appointed.shared  # its own office decides: known as soon as it is confirmed
    officer = desk.enter("appoint", appoint(100, "clerk", "registrar"), None, ADMINISTRATOR)
    assert (officer.keeper, standing(officer)) == (0, {"clerk", "registrar"})
    changed = desk.enter(
        "change_roles", {"roles": [{"role": "clerk"}, {"role": "notary"}]}, {"officer": officer}, ADMINISTRATOR
    )
    assert standing(changed) == {"clerk", "notary"}
    ended = desk.enter("end", {"reason": "retired"}, {"officer": changed}, ADMINISTRATOR)
    assert (ended.state, standing(ended), len(ended.fields["powers"])) == ("ended", set(), 4)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (appoint(99), "number-of-the-founding"),
        (appoint(10_000), "out-of-bounds"),
        (appoint(key="AB" * 32), "text-not-as-declared"),
        (appoint(key="ab"), "text-not-as-declared"),
        (appoint(100, "registrar", "registrar"), "named-twice"),
        (appoint(100, "king"), "not-a-choice"),
        ({**appoint(), "roles": []}, "list-too-short"),
        ({**appoint(), "name": ""}, "text-empty"),
    ],
)
def test_who_cannot_be_appointed(desk: Desk, act: Act, code: str) -> None:
    refused = verdict(desk, "appoint", act)
    assert isinstance(refused, Rejected)
    assert refused.code == code


def test_a_refusal_names_its_article(desk: Desk) -> None:
    refused = verdict(desk, "appoint", appoint(7))
    assert isinstance(refused, Rejected)
    assert (refused.article, refused.rule) == ("5(1)", "appoint.number-of-the-founding")


def test_a_number_is_never_given_again(desk: Desk) -> None:
    officer = desk.enter("appoint", appoint(), None, ADMINISTRATOR)
    for _ in range(2):
        refused = verdict(desk, "appoint", appoint(name="Другой", key="cd" * 32))
        assert isinstance(refused, Rejected)
        assert (refused.code, refused.winner) == ("key-taken", officer.last_act)
        if officer.state == "serving":
            officer = desk.enter("end", {"reason": "retired"}, {"officer": officer}, ADMINISTRATOR)


def test_a_founding_officer_is_restated_once_and_then_changed(desk: Desk) -> None:
    refused = verdict(desk, "restate", restate(100, "clerk"))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.article) == ("number-not-of-the-founding", "5(2)")
    officer = desk.enter("restate", restate(1), None, ADMINISTRATOR)
    assert (standing(officer), "public_key" in officer.fields) == (set(), False)
    twice = verdict(desk, "restate", restate(1, "clerk"))
    assert isinstance(twice, Rejected)
    assert twice.code == "key-taken"
    back = desk.enter("change_roles", {"roles": [{"role": "registrar"}]}, {"officer": officer}, ADMINISTRATOR)
    assert standing(back) == {"registrar"}


def test_whose_office_has_ended_is_not_changed_any_more(desk: Desk) -> None:
    officer = desk.enter("appoint", appoint(), None, ADMINISTRATOR)
    ended = desk.enter("end", {"reason": "retired"}, {"officer": officer}, ADMINISTRATOR)
    for procedure, act in (("end", {"reason": "x"}), ("change_roles", {"roles": [{"role": "clerk"}]})):
        refused = verdict(desk, procedure, act, ended)
        assert isinstance(refused, Rejected)
        assert refused.code == "not-in-state"
        late = verdict(desk, procedure, act, officer)
        assert isinstance(late, Rejected)
        assert late.code == "overtaken"


def test_another_office_cannot_touch_an_officer(desk: Desk, law: Law) -> None:
    officer = desk.enter("appoint", appoint(), None, ADMINISTRATOR)
    neighbour = Desk(law, desk.state, author=1, acts=500, homes={})
    refused = verdict(neighbour, "end", {"reason": "envy"}, officer)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.facts["office"]) == ("not-keeper", 0)
    assert neighbour.enter("appoint", appoint(), None, ADMINISTRATOR).keeper == 1  # its own numbers
