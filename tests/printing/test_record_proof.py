"""The proof of a record, as a file for a stranger: what the common register says of a parcel, in the law's words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.laws import parse_law
from core.office import Office
from desktop.knowledge import Knowledge, knowledge_of_office
from desktop.verification import verify_file
from tests.ledger.building import make_network
from tests.offices import (
    LIBRARY,
    land_network,
    make_offices,
    meet_until_quiet,
    open_in_memory,
    register,
    registrar,
    sell,
    sign,
)

Save = Callable[..., Path]


@pytest.fixture
def offices() -> list[Office]:
    return make_offices()


def parcel_of(office: Office) -> bytes:
    (parcel,) = register(land_network(), office, 4100200).records
    return parcel


def test_a_stranger_reads_what_the_register_says(offices: list[Office], save: Save) -> None:
    parcel = parcel_of(offices[0])
    sell(land_network(), offices[0], parcel, 7)
    meet_until_quiet(offices)
    proof = offices[3].proofs.record_receipt(parcel)
    result = verify_file(save(proof, "record.proof"))
    assert (result.valid, result.code, result.kind, result.step) == (True, "record-proven", "record", "final")
    said = dict(result.facts)
    assert (said["Cadastral number"], said["Version"]) == ("0004100200", "2")
    assert "Garden Street 4100200" in said.values()
    assert said["Common register"].startswith(f"{result.checkpoint}\nPut in order on ")
    assert not result.network_known
    known = verify_file(save(proof, "record.proof"), knowledge_of_office(offices[0]))
    assert known.network_known
    assert set(known.witnesses) <= {member.office for member in offices[0].roll.members}
    assert len(known.witnesses) == 3


def test_a_later_act_needs_a_later_proof(offices: list[Office], save: Save) -> None:
    parcel = parcel_of(offices[0])
    meet_until_quiet(offices)
    before = verify_file(save(offices[1].proofs.record_receipt(parcel), "before"))
    sell(land_network(), offices[0], parcel, 7)
    meet_until_quiet(offices)
    after = verify_file(save(offices[1].proofs.record_receipt(parcel), "after"))
    assert (before.valid, after.valid) == (True, True)
    assert (dict(before.facts)["Version"], dict(after.facts)["Version"]) == ("1", "2")
    assert before.checkpoint != after.checkpoint


def test_what_follows_from_the_day_is_told_as_of_the_register_state(save: Save) -> None:
    """Whether an inspection is in force is stored nowhere: it follows from the proved record, its rules and that day."""
    network = make_network(4, (parse_law((LIBRARY / "transport.yaml").read_text(encoding="utf-8")).canonical,))
    offices = [open_in_memory(network, number) for number in range(4)]
    said = []
    for vin, day in (("1" * 17, [2001, 1, 31]), ("2" * 17, [2099, 1, 31])):
        act = {"vin": vin, "day": day, "odometer": 1, "next": "a_year"}
        proposal = offices[0].propose("transport", "first_inspection", {}, act, [registrar(offices[0])])
        (vehicle,) = offices[0].record(sign(network, offices[0], [proposal]))[0].records
        meet_until_quiet(offices)
        result = verify_file(save(offices[1].proofs.record_receipt(vehicle), f"{vin}.proof"))
        day_of_state = dict(result.facts)["Common register"].partition("Put in order on ")[2].partition(",")[0]
        said.append((dict(result.facts)["Inspection in force"], day_of_state))
    assert [words.partition(", as of ")[::2] for words, _ in said] == [("no", said[0][1]), ("yes", said[1][1])]


def test_an_altered_or_foreign_file_is_refused(offices: list[Office], save: Save) -> None:
    parcel = parcel_of(offices[0])
    meet_until_quiet(offices)
    proof = bytearray(offices[0].proofs.record_receipt(parcel))
    other = Knowledge(make_network(4, name="Another").id)
    assert verify_file(save(bytes(proof), "record"), other).code == "receipt-of-another-network"
    place = proof.index(b"Garden Street")
    proof[place] ^= 1
    altered = verify_file(save(bytes(proof), "record"))
    assert (altered.valid, altered.code, altered.kind) == (False, "bad-cosignature", "record")
    assert not verify_file(save(bytes(proof[:-1]), "record")).valid
