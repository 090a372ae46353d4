"""Whether two records mean one person: acts of any office, in the common order, which merge nothing (LAWS.md §18)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from core.duplicates.deciding import decisions, decisions_about
from core.duplicates.finding import Duplicates
from core.errors import MunimentError
from core.laws import parse_law
from core.laws.alike import ALIKE_REGISTER, alike_id
from core.laws.verdict import Accepted, Rejected
from core.laws.visibility import Withheld
from core.ledger.record import decode_record
from core.ledger.transaction import Signer
from core.office import Office
from core.reindexing import groups_in
from core.verifying import verify_state
from tests.duplicates.test_finding import LAW, fields
from tests.ledger.building import Network, make_network
from tests.offices import meet_until_quiet, open_in_memory, registrar, sign
from tests.test_snapshot import assert_equal, joined

DECIDES = LAW.replace("version: 1\n", 'version: 1\ndecisions: {by: [notary], article: "4"}\n', 1)
OTHER = LAW.replace("law: births", "law: baptisms")
UNDECLARED = LAW.replace("law: births", "law: burials").replace(
    "    duplicates: {name: [name], day: [born], also: [mother]}\n", ""
)


@cache
def network() -> Network:
    return make_network(3, [parse_law(text).canonical for text in (DECIDES, OTHER, UNDECLARED)])


@pytest.fixture
def offices() -> list[Office]:
    return [open_in_memory(network(), number) for number in range(3)]


def enter(office: Office, name: str, day: int = 4, law: str = "births") -> bytes:
    proposal = office.propose(law, "enter", {}, fields(name, 1912, 3, day), [registrar(office)])
    (record,) = office.record(sign(network(), office, [proposal]))[0].records
    return record


def notary(office: Office) -> Signer:
    return Signer(office.number, 1, "notary")


def decide(
    office: Office, pair: Sequence[bytes], same: bool, reason: str = "Looked at.", instead_of: bytes | None = None
) -> bytes:
    proposal = office.propose_alike(*pair, same, reason, [notary(office)], instead_of)
    assert isinstance(proposal.verdict, Accepted), proposal.verdict
    assert proposal.verdict.shared
    return office.record(sign(network(), office, [proposal]))[0].id


def test_what_one_office_decides_every_office_knows_and_takes_back_by_name(
    offices: list[Office], tmp_path: Path
) -> None:
    pair = [enter(offices[0], "Марыя Кавалёнак"), enter(offices[1], "Мария Коваленок")]
    meet_until_quiet(offices)
    before = [offices[0].records.view(one).record for one in pair]
    assert [Duplicates(one).catch_up() for one in offices] == [1, 1, 1]
    # The third office, which keeps neither, decides; the order of naming them tells nothing.
    first = decide(offices[2], pair[::-1], False, "Two sisters.")
    assert [told.pending for told in decisions_about(offices[2], pair[0])] == [True]
    assert [Duplicates(one).catch_up() for one in offices] == [1, 1, 0]
    meet_until_quiet(offices)
    for office in offices:
        assert Duplicates(office).catch_up() == 0
        for record in pair:
            (told,) = decisions_about(office, record)
            assert (told.same, told.by, told.reason, told.act) == (False, 2, "Two sisters.", first)
            assert not told.pending
            assert (told.register, set(told.sides)) == ("births.birth", set(pair))
    # A new entry is compared with both of them still.
    assert len(Duplicates(offices[0]).like("births.birth", fields("Maryja Kavalionak", 1912, 3, 4))) == 2
    second = decide(offices[0], pair, True, "One passport.", first)
    meet_until_quiet(offices)
    for office in offices:
        (told,) = decisions(office)
        assert (told.same, told.by, told.reason, told.act) == (True, 0, "One passport.", second)
        # They are one: a new entry is told of one of them.
        assert len(Duplicates(office).like("births.birth", fields("Maryja Kavalionak", 1912, 3, 4))) == 1
        assert Duplicates(office).catch_up() == 0
        assert list(verify_state(office.store, office.laws, 0))
    assert [offices[1].records.view(one).record for one in pair] == before, "nothing is merged"
    assert len({office.state_root() for office in offices}) == 1
    # Whoever joins, or opens the copy again, puts the same index together from the records.
    assert_equal(offices[0].store, joined(offices[0], tmp_path / "copy"))
    again = open_in_memory(network(), 1, offices[1].store, offices[1].hand.journal)
    (body,) = (body for _, body in again.store.state.agreed_of(ALIKE_REGISTER, 0, 10))
    groups = list(groups_in(again.laws, [decode_record(body)]))
    assert len(groups) == 2
    assert all(again.store.state.find(one.index, one.group, 10) == [alike_id(*pair)] for one in groups)


def test_of_two_offices_that_decide_at_once_the_first_in_the_order_counts(offices: list[Office]) -> None:
    pair = [enter(offices[0], "Марыя Кавалёнак"), enter(offices[0], "Мария Коваленок", 5)]
    meet_until_quiet(offices)
    acts = [decide(offices[1], pair, True), decide(offices[2], pair, False)]
    meet_until_quiet(offices)
    assert len({office.state_root() for office in offices}) == 1
    (told,) = decisions_about(offices[0], pair[0])
    lost = next(act for act in acts if act != told.act)
    for office in offices:
        ladder = office.acts.view(lost).ladder
        assert (ladder.step.value, ladder.code) == ("rejected", "decided-meanwhile")


def test_the_reason_is_shown_as_the_fields_of_the_two_are(offices: list[Office]) -> None:
    office = offices[0]
    pair = [enter(office, "Марыя Кавалёнак"), enter(office, "Мария Коваленок", 5)]
    act = decide(office, pair, False, "Two sisters.")
    office.people.sign_in(1, network().officers[0][1])
    (told,) = decisions_about(office, pair[0])
    assert (told.reason, office.acts.view(act).transaction.act["reason"]) == (Withheld.PURPOSE, Withheld.PURPOSE)
    office.people.look(pair[1], "check")
    (told,) = decisions_about(office, pair[0])
    assert (told.reason, office.acts.view(act).transaction.act["reason"]) == ("Two sisters.", "Two sisters.")


def code(
    office: Office,
    pair: Sequence[bytes],
    same: bool = True,
    signer: Signer | None = None,
    instead_of: bytes | None = None,
) -> str:
    verdict = office.propose_alike(*pair, same, "Looked at.", [signer or notary(office)], instead_of).verdict
    assert isinstance(verdict, Rejected)
    assert verdict.shared
    return verdict.code


def test_each_refusal(offices: list[Office]) -> None:
    office = offices[0]
    pair = [enter(office, "Марыя Кавалёнак"), enter(office, "Мария Коваленок", 5)]
    elsewhere = enter(office, "Марыя Кавалёнак", law="baptisms")
    plain = [enter(office, "Марыя Кавалёнак", law="burials"), enter(office, "Мария Коваленок", 5, law="burials")]
    assert code(office, [pair[0], pair[0]]) == "record-twice"
    assert code(office, [pair[0], bytes(16)]) == "no-such-record"
    assert code(office, [pair[0], elsewhere]) == "not-comparable"
    assert code(office, plain) == "not-comparable"
    assert code(office, pair, signer=registrar(office)) == "role-missing"
    assert code(office, pair, signer=Signer(1, 1, "notary")) == "signer-of-another-office"
    assert code(office, pair, instead_of=bytes(32)) == "decided-meanwhile"
    assert office.propose_alike(*pair, True, "", [notary(office)]).verdict.code == "text-empty"  # type: ignore[union-attr]
    with pytest.raises(MunimentError, match="unknown-record"):
        office.propose_alike(bytes(16), pair[0], True, "Looked at.", [notary(office)])
    act = decide(office, pair, True)
    assert code(office, pair, instead_of=act) == "already-so"
    assert code(office, pair, same=False) == "decided-meanwhile"
    # Where the law does not say who decides, whoever enters such a record does.
    second = enter(office, "Мария Коваленок", 5, law="baptisms")
    assert code(office, [elsewhere, second]) == "role-missing"
    verdict = office.propose_alike(elsewhere, second, True, "Looked at.", [registrar(office)]).verdict
    assert isinstance(verdict, Accepted)
