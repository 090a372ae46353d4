"""What is not public is shown after a purpose was stored, and never to whom the law does not name."""

import pytest

from core.crypto.hashing import DIGEST_BYTES
from core.errors import MunimentError
from core.laws.visibility import READERS, Visible, Withheld, may_read, needs_purpose
from core.ledger.transaction import Signer
from core.people.people import EXTRACT
from core.store.database import IN_MEMORY, Database
from core.store.looks import Look, LookStore
from tests.offices import registration
from tests.people.staff import (
    ADMINISTRATOR,
    AUDITOR,
    CLERK,
    HOLDER,
    NOTARY,
    REGISTRAR,
    Staffed,
    staffed_office,
)

KEY = bytes(32)
EVERYBODY = ("clerk", "registrar", "notary", "auditor", "administrator")


@pytest.fixture
def staffed() -> Staffed:
    return staffed_office()


def _look(store: LookStore, number: int) -> Look:
    return store.add(1_000 + number, 1, "Anna", "registrar", bytes([number % 5]) * 16, "land.parcel", "check", "")


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_may_read_follows_from_roles_office_and_rule_alone(role: str) -> None:
    roles = frozenset({role})
    assert may_read(roles, 0, Visible("public"))
    for kind in ("by_object", "interest_shown"):
        assert may_read(roles, 0, Visible(kind)) is (role in READERS)
    assert may_read(roles, 0, Visible("roles", frozenset({"notary", "clerk"}))) is (role in ("notary", "clerk"))
    named = Visible("roles", frozenset(EVERYBODY), frozenset({2}))
    assert (may_read(roles, 2, named), may_read(roles, 0, named)) == (True, False)


def test_nobody_reads_what_is_public_and_nothing_else() -> None:
    assert may_read(frozenset(), 0, Visible("public"))
    assert not any(may_read(frozenset(), 0, Visible(kind)) for kind in ("by_object", "interest_shown", "roles"))
    assert [needs_purpose(Visible(kind)) for kind in ("public", "by_object", "interest_shown", "roles")] == [
        False, True, True, True,
    ]  # fmt: skip


def _rights(staffed: Staffed) -> object:
    return staffed.office.records.view(staffed.parcel).record.fields["rights"]


@pytest.mark.parametrize("number", [CLERK, REGISTRAR, NOTARY, AUDITOR])
def test_a_record_is_shown_in_full_once_the_purpose_is_durable(number: int, staffed: Staffed) -> None:
    staffed.sign_in(number)
    view = staffed.office.records.view(staffed.parcel)
    assert view.record.fields["address"] == "Garden Street 1"  # public
    assert view.record.fields["rights"] is Withheld.PURPOSE
    assert [entry.after.fields["rights"] for entry in view.timeline] == [Withheld.PURPOSE]
    staffed.office.people.look(staffed.parcel, "application")
    assert HOLDER in str(_rights(staffed))
    (look,) = staffed.office.store.looks.of_subject(staffed.parcel)
    assert (look.officer, look.purpose, look.register) == (number, "application", "land.parcel")


def test_an_administrator_reads_what_is_public(staffed: Staffed) -> None:
    staffed.sign_in(ADMINISTRATOR)
    assert _rights(staffed) is Withheld.ROLE
    with pytest.raises(MunimentError) as refused:
        staffed.office.people.look(staffed.parcel, "check")
    assert refused.value.code == "not-for-role"
    assert staffed.office.store.looks.count() == 0
    assert _rights(staffed) is Withheld.ROLE


def test_a_list_and_a_search_tell_no_more_than_the_record_does(staffed: Staffed) -> None:
    office, key = staffed.office, staffed.network
    fields = {**registration(2), "old_reference": "Book Čyž 7"}
    proposal = office.propose("land", "first_registration", {}, fields, [Signer(0, REGISTRAR, "registrar")])
    (second,) = office.record(key.sign_group([proposal.transaction]))[0].records
    staffed.sign_in(REGISTRAR)
    assert [row.id for row in office.records.search("cyz")] == [second]
    assert {row.summary for row in office.records.page("land.parcel")} == {"Garden Street 1", "Garden Street 2"}
    office.people.look(second, "application")
    assert [row.summary for row in office.records.search("Book č")] == ["Garden Street 2 · Book Čyž 7"]
    staffed.sign_in(ADMINISTRATOR)
    assert office.records.search("cyz") == office.records.search(HOLDER) == []
    assert [row.summary for row in office.records.search("gard 2")] == ["Garden Street 2"]


def test_where_the_look_cannot_be_stored_nothing_is_shown(staffed: Staffed) -> None:
    """The log is full, and no auditor has exported any of it."""
    staffed.sign_in(REGISTRAR)
    staffed.office.store.looks = LookStore(staffed.office.store.database, most=0)
    with pytest.raises(MunimentError) as refused:
        staffed.office.people.look(staffed.parcel, "check")
    assert refused.value.code == "looks-full"
    assert _rights(staffed) is Withheld.PURPOSE


def test_a_purpose_is_one_of_the_list_and_some_need_words(staffed: Staffed) -> None:
    staffed.sign_in(REGISTRAR)
    people = staffed.office.people
    for purpose, note, code in (
        ("curiosity", "", "purpose-missing"),
        ("second-officer", "", "purpose-missing"),  # what core states itself is not for choosing
        ("authority", "", "purpose-in-words"),
        ("other", "", "purpose-in-words"),
        ("check", "x" * 201, "too-large"),
    ):
        with pytest.raises(MunimentError) as refused:
            people.look(staffed.parcel, purpose, note)
        assert refused.value.code == code
    assert _rights(staffed) is Withheld.PURPOSE


def test_another_person_has_to_say_why_anew(staffed: Staffed) -> None:
    staffed.sign_in(REGISTRAR)
    staffed.office.people.look(staffed.parcel, "check")
    staffed.office.people.look(staffed.parcel, "check")
    assert staffed.office.store.looks.count() == 1  # one look, however often the page asks
    staffed.sign_in(NOTARY)
    assert _rights(staffed) is Withheld.PURPOSE


def test_an_act_is_shown_like_the_record_that_it_is_about(staffed: Staffed) -> None:
    staffed.sign_in(REGISTRAR)
    shown = staffed.office.acts.view(staffed.act).transaction.act
    assert (shown["cadastral"], shown["rights"]) == ("0000000001", Withheld.PURPOSE)
    staffed.office.people.look(staffed.parcel, "check")
    assert HOLDER in str(staffed.office.acts.view(staffed.act).transaction.act["rights"])


def test_only_an_auditor_reads_who_looked(staffed: Staffed) -> None:
    staffed.sign_in(REGISTRAR)
    staffed.office.people.look(staffed.parcel, "check")
    with pytest.raises(MunimentError):
        staffed.office.people.looks_at(staffed.parcel)
    staffed.sign_in(AUDITOR)
    assert [look.name for look in staffed.office.people.looks_at(staffed.parcel)] == [f"Person {REGISTRAR}"]


# -- the log ------------------------------------------------------------------------------------------------------------


def test_a_look_can_be_neither_changed_nor_taken_away() -> None:
    store = LookStore(Database(IN_MEMORY, KEY))
    for number in range(5):
        _look(store, number)
    store.verify()
    for statement in ("UPDATE look SET purpose = 'audit' WHERE number = 2", "DELETE FROM look WHERE number = 2"):
        with pytest.raises(MunimentError):
            store._db.execute(statement)
    assert store.count() == 5


@pytest.mark.parametrize(
    "statement", ["UPDATE look SET name = 'Eve' WHERE number = 3", "DELETE FROM look WHERE number = 3"]
)
def test_what_was_altered_behind_the_triggers_shows(statement: str) -> None:
    store = LookStore(Database(IN_MEMORY, KEY))
    for number in range(5):
        _look(store, number)
    for trigger in ("look_stands", "look_kept"):
        store._db.execute(f"DROP TRIGGER {trigger}")
    store._db.execute(statement)
    with pytest.raises(MunimentError) as refused:
        store.verify()
    assert refused.value.code == "looks-damaged"


def test_the_log_is_bounded_and_only_what_was_exported_makes_room() -> None:
    store = LookStore(Database(IN_MEMORY, KEY), most=6)
    for number in range(6):
        _look(store, number)
    with pytest.raises(MunimentError) as refused:
        _look(store, 6)
    assert refused.value.code == "looks-full"
    store.mark_exported(4)
    _look(store, 6)
    assert [look.number for look in store.page()] == [5, 6, 7]
    store.verify()
    assert len(store._db.meta("looks-base") or b"") == DIGEST_BYTES
    with pytest.raises(MunimentError):
        store._db.execute("DELETE FROM look WHERE number = 5")


@pytest.mark.parametrize("number", [AUDITOR, ADMINISTRATOR])
def test_the_proof_of_a_record_holds_all_of_it_and_is_not_for_everybody(number: int, staffed: Staffed) -> None:
    staffed.sign_in(number)
    with pytest.raises(MunimentError) as refused:
        staffed.office.proofs.record_receipt(staffed.parcel)
    assert refused.value.code == "not-for-role"
    staffed.sign_in(CLERK)
    with pytest.raises(MunimentError) as refused:
        staffed.office.proofs.record_receipt(staffed.parcel)
    assert refused.value.code == "register-not-certified"  # nobody has countersigned it here: that alone stands against
    (look,) = staffed.office.store.looks.of_subject(staffed.parcel)
    assert (look.officer, look.purpose) == (CLERK, EXTRACT)
