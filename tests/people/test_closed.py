"""What stood in a closed record, and in the acts that made it, is shown to the roles that its rules name alone."""

from functools import cache

import pytest

from core.errors import MunimentError
from core.laws.visibility import Withheld
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office
from core.people.people import EXTRACT, PREPARING
from tests.laws.counter import document, library_law, party
from tests.ledger.building import Network, make_network
from tests.offices import open_in_memory
from tests.people.staff import AUDITOR, CLERK, REGISTRAR, ROLES

IN_FORCE: Value = {"answer": "in_force", "by": [0, REGISTRAR]}


@cache
def network() -> Network:
    people = [(f"Person {number}", (role,)) for number, role in enumerate(ROLES)]
    return make_network(1, (library_law("civil_status").canonical,), people_of_each=people)


def enter(office: Office, procedure: str, records: dict[str, bytes], act: dict[str, Value]) -> tuple[bytes, bytes]:
    """The act, and the record that it made or changed."""
    signers = [Signer(0, REGISTRAR, "registrar")]
    if procedure != "enter_birth":
        signers.append(Signer(0, CLERK, "clerk"))
    proposal = office.propose("civil_status", procedure, records, act, signers)
    (view,) = office.record(network().sign_group([proposal.transaction]))
    return view.id, records.get("person") or view.records[0]


def birth() -> dict[str, Value]:
    return {
        "reference": "HR-2020-7",
        "kind": "reported",
        "surname": "Rusu",
        "given": "Lia",
        "sex": "female",
        "born": [2020, 3, 1],
        "place": "Harbour",
        "mother": party("Ana"),
        "declared": [2020, 3, 4],
        "medical": document("1"),
    }


def close() -> dict[str, Value]:
    return {"apart": {"ground": "adoption", "said": "Judgment 2-40"}, "order": IN_FORCE}


def read(office: Office, number: int, record: bytes) -> tuple[set[Value], str]:
    """All values of the fields that the page of the record shows to an officer, of every version; and its label."""
    office.people.sign_in(number, network().officers[0][number])
    office.people.work_on(record, PREPARING)
    view = office.records.view(record)
    versions = [view.record, *(version for step in view.timeline for version in (step.before, step.after) if version)]
    found = {value for version in versions for value in version.fields.values() if isinstance(value, str | Withheld)}
    return found, view.label


def reopened(office: Office) -> Office:
    """The same office, nobody signed in."""
    return open_in_memory(network(), 0, office.store, office.hand.journal)


def test_what_stood_in_a_closed_entry_is_for_registrars() -> None:
    office = open_in_memory(network(), 0)
    born, entry = enter(office, "enter_birth", {}, birth())
    for number in (CLERK, REGISTRAR, AUDITOR):
        assert "Rusu" in read(office, number, entry)[0]

    office = reopened(office)
    closed, _ = enter(office, "close_entry", {"person": entry}, close())
    for number in (CLERK, AUDITOR):
        values, label = read(office, number, entry)
        assert values == {Withheld.ROLE}
        assert "HR-2020-7" in label  # whoever shows an old certificate is told that its entry is closed
        assert [step.after.state for step in office.records.view(entry).timeline] == ["closed", "alive"]
        for act in (born, closed):
            view = office.acts.view(act)
            assert set(view.transaction.act.values()) == {Withheld.ROLE}
            assert view.transaction.signers  # by whom and when
        assert not office.records.search("Rusu")
    values, _ = read(office, REGISTRAR, entry)
    assert {"Rusu", "Lia", "Closed entry"} <= values
    assert office.acts.view(born).transaction.act["surname"] == "Rusu"

    # Opened again it is read as before.
    office = reopened(office)
    enter(office, "reopen_entry", {"person": entry}, {"surname": "Rusu", "given": "Lia", "order": IN_FORCE})
    assert "Rusu" in read(office, CLERK, entry)[0]


def test_no_paper_of_it_leaves_with_somebody_who_may_not_read_it() -> None:
    office = open_in_memory(network(), 0)
    born, entry = enter(office, "enter_birth", {}, birth())
    enter(office, "close_entry", {"person": entry}, close())
    office.people.sign_in(CLERK, network().officers[0][CLERK])
    office.people.work_on(born, EXTRACT)
    with pytest.raises(MunimentError, match="extract-not-for-role"):
        office.proofs.receipt(born)
    office.people.sign_in(REGISTRAR, network().officers[0][REGISTRAR])
    assert office.proofs.receipt(born)
