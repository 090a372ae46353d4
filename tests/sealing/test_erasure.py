"""Sealed fields through whole offices: read by those the law names, destroyed by order, noted, and still verified."""

from pathlib import Path

import pytest

from core.errors import MunimentError
from core.laws import parse_law
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.sealed import erased_by, read_sealed_value
from core.ledger.transaction import NONCE_BYTES, Signer, Transaction, encode_transaction
from core.office import Office
from core.sealing.envelope import KEY, make_envelope
from core.store.database import Database
from core.store.intent import Mark
from core.store.journal import MemoryJournal
from core.store.replica import ReplicaStore
from core.store.working import WorkingState
from core.views import ActView, Draft, Step
from core.voting import free_place, pack_content
from desktop.knowledge import knowledge_of_office
from desktop.printing.office_extract import extract_pdf
from desktop.printing.paper import BRACKETED
from desktop.verification import verify_file
from tests.ledger.building import FOUNDED_MS, PEOPLE, make_network
from tests.offices import DATABASE_KEY, LIBRARY, hand_over, sign
from tests.sealing.homes import (
    NAME,
    REPORT,
    act,
    children_law,
    children_network,
    enter,
    entry,
    give_keys,
    make_homes,
    meet,
    open_home,
    order_erasure,
    read,
    settle,
    sign_in,
)
from tests.sealing.left_behind import keys_of, plain_pages

OPEN = {"name": NAME, "report": REPORT}
PLAIN = (NAME.encode(), REPORT.encode())


@pytest.fixture
def homes() -> list[Office]:
    return make_homes()


def everything_stored(office: Office) -> bytes:
    """Every value of every table of an office, as bytes."""
    database = office.store.database
    tables = [row[0] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = (
        row for table in tables if not table.startswith("search_") for row in database.rows(f"SELECT * FROM {table}")
    )
    return b"\0".join(one if isinstance(one, bytes) else str(one).encode() for row in rows for one in row)


# -- reading ------------------------------------------------------------------------------------------------------------


def test_read_by_the_offices_and_roles_that_the_law_names(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    settle(homes)
    assert read(homes[0], child) == OPEN
    assert read(homes[0], child, officer=1) == {"report": REPORT}  # the notary
    assert read(homes[2], child) == {"report": REPORT}  # the court, whose registrar may read the report alone
    assert read(homes[1], child) == {}
    states = {view.field: view.state for view in homes[1].sealed.of_record(child)}
    assert states == {"name": "elsewhere", "report": "elsewhere"}


def test_a_passphrase_alone_opens_nothing_and_a_purpose_is_stated_first(homes: list[Office]) -> None:
    child = enter(homes[0], 1).records[0]
    with pytest.raises(MunimentError, match="nobody-signed-in"):
        homes[0].sealed.open_record(child)
    sign_in(homes[0])
    with pytest.raises(MunimentError, match="purpose-missing"):
        homes[0].sealed.open_record(child)
    homes[0].people.look(child, "check")
    assert homes[0].sealed.open_record(child) == OPEN


def test_the_text_stands_nowhere_in_the_clear(homes: list[Office]) -> None:
    child = enter(homes[0], 1).records[0]
    settle(homes)
    for office in homes:
        stored = everything_stored(office)
        assert not any(text in stored for text in PLAIN)
        assert office.records.search("Alesia") == []
    record = homes[0].records.view(child).record
    assert read_sealed_value(record.fields["name"]) is not None


def test_two_equal_texts_look_different(homes: list[Office]) -> None:
    records = [homes[0].records.view(enter(homes[0], number).records[0]).record for number in (1, 2)]
    one, other = (read_sealed_value(record.fields["name"]) for record in records)
    assert one is not None
    assert other is not None
    assert one.box != other.box
    assert one.commitment != other.commitment


def test_a_value_that_does_not_fit_is_refused_before_it_is_sealed(homes: list[Office]) -> None:
    fields = {**entry(1), "name": "x" * 201}
    proposal = homes[0].propose("children", "enter", {}, fields, [Signer(0, 0, "registrar")])
    assert isinstance(proposal.verdict, Rejected)
    assert (proposal.verdict.code, proposal.verdict.facts["field"]) == ("text-too-long", "name")


def test_anothers_sealed_text_cannot_be_passed_off_as_ones_own(homes: list[Office]) -> None:
    """A copy for other readers has another name, so no key is ever given for it; its act is refused besides."""
    child = enter(homes[0], 1, court=1).records[0]
    settle(homes)
    report = homes[3].records.view(child).record.fields["report"]
    for stolen in (report, {**report, "by": 3, "offices": [0, 1, 3]}):
        fields = {**entry(9), "report": stolen}
        proposal = homes[3].propose("children", "enter", {}, fields, [Signer(3, 0, "registrar")])
        if stolen is report:
            assert isinstance(proposal.verdict, Rejected)
            assert proposal.verdict.code == "not-sealed"
    copied = act(homes[3], "enter", {}, {**entry(9), "report": {**report, "by": 3, "offices": [0, 1, 3]}}).records[0]
    settle(homes)
    assert "report" not in read(homes[3], copied)


# -- keys on their way --------------------------------------------------------------------------------------------------


def test_keys_travel_with_blocks_through_an_office_that_may_not_read(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    meet(homes[0], homes[1])
    meet(homes[1], homes[2])
    assert read(homes[2], child) == {"report": REPORT}
    assert read(homes[1], child) == {}


def test_who_missed_a_key_asks_for_it(homes: list[Office]) -> None:
    child = enter(homes[0], 1, court=2).records[0]
    hand_over(homes[0], homes[1])  # blocks without keys: the link broke
    hand_over(homes[1], homes[2])
    assert read(homes[2], child) == {}
    assert [view.state for view in homes[2].sealed.of_record(child)] == ["elsewhere", "key-missing"]
    assert give_keys(homes[1], homes[2], []) == 0
    assert give_keys(homes[0], homes[2], []) == 1
    assert homes[2].keys.wanted() == []
    assert read(homes[2], child) == {"report": REPORT}


def test_envelopes_of_strangers_and_altered_ones_are_not_kept(homes: list[Office]) -> None:
    act_ = enter(homes[0], 1, court=2)
    hand_over(homes[0], homes[1])
    (envelope,) = homes[0].keys.of_block(act_.block)
    altered = envelope[:-1] + bytes([envelope[-1] ^ 1])
    assert homes[1].keys.take([altered]) == 0
    assert homes[1].keys.take([envelope]) == 1
    assert homes[1].keys.take([envelope]) == 0
    assert homes[3].keys.take([envelope]) == 0  # it does not know the act
    with pytest.raises(MunimentError, match="malformed-envelope"):
        homes[1].keys.take([b"\x80"])
    (row,) = [row for row in homes[1].store.sealing.of_record(act_.records[0]) if row.field == "report"]
    key = homes[0].roll.members[2].key
    never = make_envelope(homes[0].network, KEY, row.name, (2, 5, key), (0, 0), homes[0].hand.key, bytes(32))
    assert homes[1].keys.take([never.encoded]) == 0  # to a key that never was


def test_a_key_that_is_recorded_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "replica.db"
    office = open_home(children_network(), 0, ReplicaStore(Database(path, DATABASE_KEY, create=True)))
    child = enter(office, 1).records[0]
    journal = office.hand.journal
    office.store.database.close()
    again = open_home(children_network(), 0, ReplicaStore(Database(path, DATABASE_KEY)), journal)
    assert read(again, child) == OPEN
    again.store.database.close()


class Unplugged(MemoryJournal):
    """The power fails right after the intent is on the disk."""

    def prepare(self, mark: Mark, unsigned: bytes) -> None:
        super().prepare(mark, unsigned)
        raise KeyboardInterrupt


def test_keys_are_there_when_an_interrupted_act_is_finished() -> None:
    """The block is signed again at the next start, from its kept bytes: its keys were stored before it."""
    store, journal = ReplicaStore(Database(":memory:", DATABASE_KEY)), Unplugged()
    with pytest.raises(KeyboardInterrupt):
        enter(open_home(children_network(), 0, store, journal), 1)
    again = open_home(children_network(), 0, store, journal)
    (row,) = again.records.search("AB-1")
    assert read(again, row.id) == OPEN


# -- erasing ------------------------------------------------------------------------------------------------------------


def test_an_order_destroys_the_text_on_every_replica_and_everything_still_verifies(homes: list[Office]) -> None:
    entered = enter(homes[0], 1)
    child = entered.records[0]
    settle(homes)
    renamed = act(homes[0], "rename", {"child": child}, {"name": "Alesia Karp"})
    settle(homes)
    assert read(homes[0], child) == {"name": "Alesia Karp", "report": REPORT}
    receipt = homes[0].proofs.receipt(entered.id)
    order = order_erasure(homes[0], child)
    # Signed, not yet in the common order: nothing is destroyed.
    assert {view.state for view in homes[0].sealed.of_act(entered.id)} == {"open"}
    settle(homes)  # the second implementation verifies chains, entries, roots and certificates
    for office in homes:
        assert office.acts.view(order.id).ladder.step is Step.FINAL
        assert read(office, child) == {}
        assert {view.state for view in office.sealed.of_record(child)} == {"erased"}
        assert {view.erased_by for view in office.sealed.of_record(child)} == {order.id}
        for act_id in (entered.id, renamed.id):
            assert {view.state for view in office.sealed.of_act(act_id)} == {"erased"}
        assert office.store.database.scalar("SELECT count(*) FROM sealed_key") == 0
        assert office.store.database.scalar("SELECT count(*) FROM sealed_envelope") == 0
        for _ in office.checking.verify_state():
            pass
        assert office.proofs.receipt(entered.id) == receipt  # what was proved before is proved now
    assert erased_by(homes[0].records.view(child).record.fields["name"]) == order.id[:16]
    assert len({office.state_root() for office in homes}) == 1


def test_every_office_notes_it_and_the_missing_are_listed(homes: list[Office]) -> None:
    child = enter(homes[0], 1).records[0]
    settle(homes)
    order = order_erasure(homes[0], child)
    settle(homes[:3])  # the fourth is away
    (erasure,) = homes[0].sealed.erasures()
    assert (erasure.act, erasure.ground, erasure.ordered_by) == (order.id, "court_order", "Court of Pinsk, 2-17/2026")
    assert (erasure.label, erasure.fields) == ("AB-1", 2)
    assert (erasure.noted, erasure.missing) == ((0, 1, 2), (3,))
    settle(homes)
    for office in homes:
        (erasure,) = office.sealed.erasures()
        assert (erasure.noted, erasure.missing) == ((0, 1, 2, 3), ())


def test_the_retention_period_is_kept(homes: list[Office]) -> None:
    child = act(homes[0], "enter", {}, {**entry(1), "entered": [2026, 1, 15]}).records[0]
    fields = {"ground": "retention_over", "ordered_by": "Archive"}
    proposal = homes[0].propose("children", "erase", {"child": child}, fields, [Signer(0, 0, "registrar")])
    assert isinstance(proposal.verdict, Rejected)
    assert proposal.verdict.code == "kept-by-law"
    old = enter(homes[0], 2).records[0]
    settle(homes)
    act(homes[0], "erase", {"child": old}, fields)
    settle(homes)
    assert len(homes[0].sealed.erasures()) == 1
    assert read(homes[0], child) == OPEN


def test_what_others_have_is_not_touched_and_nothing_is_erased_twice(homes: list[Office]) -> None:
    one, other = (enter(homes[0], number).records[0] for number in (1, 2))
    settle(homes)
    order_erasure(homes[0], one)
    settle(homes)
    assert read(homes[0], other) == OPEN
    fields = {"ground": "court_order", "ordered_by": "Court"}
    proposal = homes[0].propose("children", "erase", {"child": one}, fields, [Signer(0, 0, "registrar")])
    assert isinstance(proposal.verdict, Rejected)
    assert proposal.verdict.code == "nothing-to-erase"


def test_a_new_text_may_be_sealed_after_an_erasure(homes: list[Office]) -> None:
    child = enter(homes[0], 1).records[0]
    settle(homes)
    order_erasure(homes[0], child)
    settle(homes)
    act(homes[0], "rename", {"child": child}, {"name": "Under another name"})
    settle(homes)
    assert read(homes[0], child) == {"name": "Under another name"}


def test_keys_that_arrive_after_the_order_are_not_kept(homes: list[Office]) -> None:
    """An office that slept hands its envelopes on: nobody takes them, and it loses its own with the order."""
    entered = enter(homes[0], 1, court=3)
    child = entered.records[0]
    settle(homes)
    envelopes = homes[3].keys.of_block(entered.block)
    assert envelopes
    order_erasure(homes[0], child)
    settle(homes[:3])
    assert homes[1].keys.take(envelopes) == 0
    assert read(homes[3], child) == {"report": REPORT}
    settle(homes)
    assert read(homes[3], child) == {}


def test_nothing_of_a_destroyed_key_is_left_in_the_file(tmp_path: Path) -> None:
    """Every page of the file and of its log, decrypted as SQLCipher does, free pages and unused bytes included."""
    path = tmp_path / "replica.db"
    homes = make_homes()
    homes[0] = open_home(children_network(), 0, ReplicaStore(Database(path, DATABASE_KEY, create=True)))
    children = [enter(homes[0], number).records[0] for number in range(1, 40)]
    settle(homes, verify=False)
    gone, kept = keys_of(homes[0], children[7]), keys_of(homes[0], children[8])
    assert len(gone) == len(kept) == 2
    assert all(key in plain_pages(path) for key in (*gone, *kept))
    order_erasure(homes[0], children[7])
    settle(homes, verify=False)
    pages = plain_pages(path)
    assert not any(key in pages for key in gone)
    homes[0].store.database.close()
    assert all(key in plain_pages(path) for key in kept)


def test_a_cut_between_destroying_and_noting_is_made_good_at_the_next_start(tmp_path: Path) -> None:
    """A note is written only once the log of the database holds nothing of it any more."""
    path, homes = tmp_path / "replica.db", make_homes()
    homes[3] = open_home(children_network(), 3, ReplicaStore(Database(path, DATABASE_KEY, create=True)))
    child = enter(homes[0], 1, court=3).records[0]
    settle(homes, verify=False)
    (key,) = keys_of(homes[3], child)
    order = order_erasure(homes[0], child)
    settle(homes[:3], verify=False)
    hand_over(homes[0], homes[3])  # it executes the order, and the power fails before it writes
    assert [row.swept for row in homes[3].store.sealing.erasures()] == [False]
    log = path.with_name("replica.db-wal").read_bytes()
    journal = homes[3].hand.journal
    homes[3].store.database.close()
    path.with_name("replica.db-wal").write_bytes(log)
    again = open_home(children_network(), 3, ReplicaStore(Database(path, DATABASE_KEY)), journal)
    assert again.store.sealing.notes(order.id) == [0, 1, 2]
    assert again.write() is not None
    assert again.store.sealing.notes(order.id) == [0, 1, 2, 3]
    assert [row.swept for row in again.store.sealing.erasures()] == [True]
    assert key not in plain_pages(path)
    again.store.database.close()


def test_drafts_about_an_erased_record_go_and_leave_nothing(tmp_path: Path) -> None:
    path = tmp_path / "replica.db"
    homes = make_homes()
    homes[0] = open_home(children_network(), 0, ReplicaStore(Database(path, DATABASE_KEY, create=True)))
    one, other = (enter(homes[0], number).records[0] for number in (1, 2))
    settle(homes, verify=False)
    typed = [f"typed {number} {'about her ' * 900}".encode() for number in range(6)]
    for document in typed[:4]:  # each keeps the draft anew; the last that was kept becomes an act
        homes[0].drafts.put(Draft(b"1" * 16, "children", "rename", "Draft", 1, document, (one,)))
    homes[0].drafts.delete(b"1" * 16)
    homes[0].drafts.put(Draft(b"2" * 16, "children", "rename", "Draft", 1, typed[4], (one,)))
    homes[0].drafts.put(Draft(b"3" * 16, "children", "rename", "Draft", 1, typed[5], (other,)))
    order_erasure(homes[0], one)
    settle(homes, verify=False)
    assert [draft.document for draft in homes[0].drafts.all()] == [typed[5]]
    homes[0].store.database.close()
    pages = plain_pages(path)
    assert [document[:8] in pages for document in typed] == [False] * 5 + [True]


# -- papers -------------------------------------------------------------------------------------------------------------


def test_an_extract_printed_before_still_verifies_and_says_by_which_order_it_was_erased(
    homes: list[Office], tmp_path: Path
) -> None:
    entered = enter(homes[0], 1)
    settle(homes)
    paper = tmp_path / "extract.pdf"
    view, bracket = homes[0].acts.view(entered.id), homes[0].bracketing.of_act(entered.id)
    receipt = homes[0].proofs.receipt(entered.id, "en", BRACKETED)
    paper.write_bytes(extract_pdf(homes[0], receipt, view, (2026, 11, 23), bracket))
    before = verify_file(paper, knowledge_of_office(homes[1]))
    assert (before.code, before.erased) == ("valid", ())
    assert "Sealed: only officers whom the rules name" in dict(before.facts)["Name"]
    order = order_erasure(homes[0], entered.records[0])
    settle(homes)
    after = verify_file(paper, knowledge_of_office(homes[3]))
    assert (after.valid, after.code, after.proved) == (True, "valid", True)
    office = homes[0].roll.members[0].office
    assert after.erased == (("Name", order.seq, office), ("Report", order.seq, office))
    assert verify_file(paper).code == "valid"  # whoever has no replica is told what the paper proves


def test_the_slip_of_a_declaration_says_who_could_break_it(homes: list[Office], tmp_path: Path) -> None:
    declared = act(homes[0], "declare", {}, {"number": "1", "words": "My house to my niece"})
    paper = tmp_path / "slip.pdf"
    paper.write_bytes(extract_pdf(homes[0], homes[0].proofs.receipt(declared.id), declared, (2026, 11, 23)))
    told = dict(verify_file(paper).facts)["Declaration"]
    assert "one for each of 4 offices" in told
    assert "2 offices that broke the rules together could open it before" in told


# -- acts that made no record -------------------------------------------------------------------------------------------


def order_erasure_of_act(office: Office, named: bytes) -> ActView:
    fields: dict[str, Value] = {"refused": named, "ground": "request", "ordered_by": "Court of Pinsk, 2-18/2026"}
    return act(office, "erase_refused", {}, fields)


def forced_order(office: Office, named: bytes) -> ActView:
    """Signed past its own office's check, as a liar would."""
    fields: dict[str, Value] = {"refused": named, "ground": "none", "ordered_by": "Nobody"}
    signers = (Signer(office.number, 0, "registrar"),)
    encoded = encode_transaction(
        Transaction("children", 1, "erase_refused", {}, fields, signers, FOUNDED_MS, bytes(NONCE_BYTES))
    )
    key = children_network().officers[office.number][0]
    return office.record(Group((encoded,), (key.sign(office.signing_message([encoded])),)))[0]


def test_what_a_refused_act_sealed_is_destroyed_by_an_order_that_names_the_act(homes: list[Office]) -> None:
    """Two offices enter a report of one case at once: one is refused, and makes no record that an order could be about."""
    acts = [act(home, "report", {}, {"case": "7", "words": REPORT}) for home in homes[:2]]
    settle(homes)
    (refused,) = [one for one in acts if homes[2].acts.view(one.id).ladder.step is Step.REJECTED]
    (entered,) = [one for one in acts if one is not refused]
    by, other = homes[refused.author], homes[entered.author]
    assert [row.field for row in homes[2].store.sealing.of_act(refused.id, "children", by.number)] == ["words"]
    for office, named in ((other, refused), (by, entered)):  # who did not seal it; what a record holds
        fields = {"refused": named.id, "ground": "request", "ordered_by": "Nobody"}
        proposal = office.propose("children", "erase_refused", {}, fields, [Signer(office.number, 0, "registrar")])
        assert isinstance(proposal.verdict, Rejected)
        assert (proposal.verdict.code, proposal.verdict.facts["field"]) == ("nothing-sealed-in-act", "refused")
    order = order_erasure_of_act(by, refused.id)
    settle(homes)
    for home in homes:
        assert {view.state for view in home.sealed.of_act(refused.id)} == {"erased"}
        assert all(home.store.sealing.key(row.name) is None for row in home.store.sealing.of_record(refused.id))
        assert home.store.sealing.envelopes(home.store.sealing.of_record(refused.id)[0].name) == []
        (told,) = home.sealed.erasures()
        assert (told.act, told.fields, told.ground, told.missing) == (order.id, 1, "request", ())
        assert read(home, entered.records[0]) == {"words": REPORT}


def test_what_an_office_sealed_that_has_left_is_destroyed_by_orders_of_a_quorum() -> None:
    charter_law = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
    people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
    network = make_network(4, (children_law().canonical, charter_law.canonical), people_of_each=people)
    homes = [open_home(network, number) for number in range(4)]

    def record(office: Office, law: str, procedure: str, fields: dict[str, Value]) -> ActView:
        role = "administrator" if law == "charter" else "registrar"
        officer = next(number for number, (_, roles) in enumerate(people) if role in roles)
        proposal = office.propose(law, procedure, {}, fields, [Signer(office.number, officer, role)])
        assert isinstance(proposal.verdict, Accepted), proposal.verdict
        return office.record(sign(network, office, [proposal]))[0]

    acts = [record(home, "children", "report", {"case": "7", "words": REPORT}) for home in homes[:2]]
    settle(homes)
    (refused,) = [one for one in acts if homes[2].acts.view(one.id).ladder.step is Step.REJECTED]
    rest = [home for home in homes if home.number != refused.author]
    place = free_place(WorkingState(rest[0].store.state, rest[0].number), rest[0].number)
    change: dict[str, Value] = {"reference": "P-1", "place": place, "kind": "remove", "content": pack_content(b"")}
    (change_id,) = record(rest[0], "charter", "propose", {**change, "member": refused.author, "reason": "x"}).records
    settle(rest)
    for home in rest:
        record(home, "charter", "vote", {"proposal": change_id, "answer": "yes"})
    settle(rest)
    assert [home.roll.members[refused.author].removed for home in rest] == [True] * 3
    quorum = rest[0].roll.quorum
    for count, home in enumerate(rest[:quorum], 1):
        fields: dict[str, Value] = {
            "refused": refused.id,
            "ground": "request",
            "ordered_by": "Court of Pinsk, 2-19/2026",
        }
        record(home, "children", "erase_refused", fields)
        settle(rest)
        for each in rest:
            states = {view.state for view in each.sealed.of_act(refused.id)}
            assert (states == {"erased"}) is (count == quorum), count
            told = [order.fields for order in each.sealed.erasures()]
            assert told == ([1, *[0] * (quorum - 1)] if count == quorum else [0] * count)
    assert all(one.erased for home in rest for one in home.store.sealing.of_act(refused.id, "children", refused.author))


def test_a_hostile_order_reaches_neither_what_stands_nor_what_another_sealed(homes: list[Office]) -> None:
    entered, stranger = enter(homes[0], 1), enter(homes[1], 2)
    settle(homes)
    for named in (entered, stranger):
        forced_order(homes[0], named.id)
    settle(homes)
    assert {order.fields for home in homes for order in home.sealed.erasures()} <= {0}
    assert read(homes[0], entered.records[0]) == OPEN
    assert read(homes[1], stranger.records[0]) == OPEN
