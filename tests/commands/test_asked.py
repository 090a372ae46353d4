"""`muniment asked` lists what acts of other registers ask of an office; `muniment leave` leaves one with a reason."""

from pathlib import Path

import pytest

from core.clock import SystemClock
from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.folder import Folder, NewOfficer, create_office, enter_network, open_office, open_officer, read_bounded
from core.laws.law_reading import parse_law
from core.ledger.charter import decode_card, found
from core.ledger.payload import Group
from core.ledger.transaction import Signer
from sync.certificate import make_certificate
from tests.commands.places import FOUNDED_MS, OFFICE_SECRET, REGISTRAR_SECRET, run
from tests.ledger.building import party
from tests.test_linking import BY_HAND, LINKED


@pytest.fixture
def place(tmp_path: Path) -> tuple[str, ...]:
    """One office alone, where a death asks about two pensions; the access to it."""
    folder = Folder(tmp_path / "office")
    people = [NewOfficer("Anna", frozenset({"registrar"}), REGISTRAR_SECRET)]
    create_office(folder, "Alone", OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())
    laws = [parse_law(text).canonical for text in (LINKED, BY_HAND)]
    charter = found("One", FOUNDED_MS, [decode_card(read_bounded(folder.card), verify)], laws, {})
    enter_network(folder, charter.encoded, OFFICE_SECRET)
    office = open_office(folder, OFFICE_SECRET, SystemClock()).office
    key = open_officer(folder, 0, REGISTRAR_SECRET)

    def enter(law: str, name: str, records: dict[str, bytes], **fields: object) -> bytes:
        proposal = office.propose(law, name, records, fields, [Signer(0, 0, "registrar")])  # type: ignore[arg-type]
        message = office.signing_message([proposal.encoded])
        return office.record(Group((proposal.encoded,), (key.sign(message),)))[0].records[0]

    book = enter("people", "open_book", {}, mark="A")
    person = enter("people", "enter", {"book": book}, mark="1", number=party("Ana", 1), age=70)
    for mark in ("Pension 7", "Pension 8"):
        enter("pensions", "grant", {}, mark=mark, holder=party("Ana", 1))
    enter("people", "die", {"person": person}, died=[2026, 5, 1])
    office.close()
    for name, secret in (("office", OFFICE_SECRET), ("registrar", REGISTRAR_SECRET)):
        (tmp_path / f"{name}.secret").write_text(secret)
    return ("--data", str(folder.path), "--passphrase-file", str(tmp_path / "office.secret"))


def test_what_is_asked_is_listed_and_one_is_left_with_its_reason(place: tuple[str, ...], tmp_path: Path) -> None:
    listed = run("asked", *place, "--json").json
    assert sorted(one["label"] for one in listed["of_us"]) == ["Pension 7", "Pension 8"]
    assert {one["standing"] for one in (*listed["of_us"], *listed["by_us"])} == {"waits"}
    assert "Suspension · Pension 7, because of Death (Alone, " in listed["message"]
    assert "waits for Alone." in listed["message"]
    reference = next(one["reference"] for one in listed["of_us"] if one["label"] == "Pension 7")
    officer = ("--officer", f"0:registrar:{tmp_path / 'registrar.secret'}")
    assert run("leave", "ffff0000", "Why", *officer, *place, "--json").json["code"] == "unknown-question"
    left = run("leave", reference, "Another Ana.", *officer, *place, "--json").json
    assert (left["standing"], left["reason"]) == ("dismissed", "Another Ana.")
    after = run("asked", *place, "--json").json
    assert [one["label"] for one in after["of_us"]] == ["Pension 8"]
    assert {one["label"]: one["standing"] for one in after["by_us"]} == {"Pension 7": "dismissed", "Pension 8": "waits"}
    assert "left by Alone" in after["message"]
    assert "Reason: Another Ana." in after["message"]
    assert run("leave", reference, "Again", *officer, *place, "--json").json["code"] == "unknown-question"
