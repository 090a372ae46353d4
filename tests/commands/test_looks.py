"""`muniment looks`: an auditor reads who looked at what, and writes it to a file; nobody else does."""

import json
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
from desktop.library import library_laws
from sync.certificate import make_certificate
from tests.commands.places import FOUNDED_MS, OFFICE_SECRET, REGISTRAR_SECRET, run
from tests.offices import registration

AUDITOR_SECRET = "the auditor's seven words"
CADASTRAL = "0000000001"


@pytest.fixture
def looked(tmp_path: Path) -> tuple[str, ...]:
    """An office whose registrar has looked at a parcel; the access to it."""
    folder = Folder(tmp_path / "office")
    people = [
        NewOfficer("Anna", frozenset({"registrar"}), REGISTRAR_SECRET),
        NewOfficer("Piotr", frozenset({"auditor"}), AUDITOR_SECRET),
    ]
    create_office(folder, "Audited", OFFICE_SECRET, people, make_certificate, Cost.cheapest(), Cost.cheapest())
    laws = [parse_law(text).canonical for text in library_laws().values()]
    charter = found("One", FOUNDED_MS, [decode_card(read_bounded(folder.card), verify)], laws, {})
    enter_network(folder, charter.encoded, OFFICE_SECRET)
    office = open_office(folder, OFFICE_SECRET, SystemClock()).office
    key = open_officer(folder, 0, REGISTRAR_SECRET)
    proposal = office.propose("land", "first_registration", {}, registration(1), [Signer(0, 0, "registrar")])
    signature = key.sign(office.signing_message([proposal.encoded]))
    (view,) = office.record(Group((proposal.encoded,), (signature,)))
    office.people.sign_in(0, key)
    office.people.look(view.records[0], "authority", "Court, 2-77")
    office.close()
    for name, secret in (("office", OFFICE_SECRET), ("registrar", REGISTRAR_SECRET), ("auditor", AUDITOR_SECRET)):
        (tmp_path / f"{name}.secret").write_text(secret)
    return ("--data", str(folder.path), "--passphrase-file", str(tmp_path / "office.secret"))


def test_an_auditor_reads_and_exports(looked: tuple[str, ...], tmp_path: Path) -> None:
    auditor = ("--officer", f"1:auditor:{tmp_path / 'auditor.secret'}")
    said = run("looks", *auditor, "--record", CADASTRAL, *looked, "--json")
    (look,) = said.json["looks"]
    assert (look["name"], look["purpose"], look["note"]) == ("Anna", "authority", "Court, 2-77")
    assert "Anna: A court or another authority asks (Court, 2-77)" in said.json["message"]
    file = tmp_path / "looks.jsonl"
    done = run("looks", *auditor, "--export", file, *looked, "--json")
    assert (done.exit_code, done.json["count"]) == (0, 1)
    assert [json.loads(line) for line in file.read_text().splitlines()] == [look]
    again = run("looks", *auditor, "--export", file, *looked, "--json")
    assert again.json["code"] == "file-exists"


def test_nobody_else_reads_who_looked(looked: tuple[str, ...], tmp_path: Path) -> None:
    said = run("looks", "--officer", f"0:registrar:{tmp_path / 'registrar.secret'}", *looked, "--json")
    assert said.json["code"] == "not-for-role"
    assert "It may be done by: auditor." in said.json["message"]
