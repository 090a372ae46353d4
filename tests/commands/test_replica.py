"""Exit code 5: a copy of the register that is damaged, another's, or put back. Nothing is made worse by it."""

import shutil
from pathlib import Path

import pytest

from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.store.intent_format import FIRST_SLOT
from desktop.printing.office_extract import extract_pdf
from tests.commands.places import Founded, Place, copied_computer, found_network, refused, run, untouched
from tests.offices import registration

CSV = "cadastral,owner\n0000000077,Ada\n"
MAP = """
signers: [registrar]
fields:
  cadastral: "{cadastral}"
  basis: systematic
  area_m2: "100"
  rights: [{kind: ownership, holder: "{owner}", part: "1"}]
"""


def try_import(place: Place, path: Path, *options: str) -> object:
    (path / "table.csv").write_text(CSV, "utf-8")
    (path / "map.yaml").write_text(MAP, "utf-8")
    return run(
        "import", path / "table.csv", "--law", "land", "--procedure", "first_registration", "--map", path / "map.yaml",
        "--officer", place.registrar, *place.access, *options, "--json",
    )  # fmt: skip


def damaged(office: Place, tmp_path: Path, code: str = "replica-damaged", *words: str) -> None:
    with untouched(office):
        said = run("backup", tmp_path / "backup", *office.access, "--json")
        refused(said, 5, code, "safe", *words)
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("keep", [0, 100, 4096, 50_000])
def test_a_truncated_replica(office: Place, tmp_path: Path, keep: int) -> None:
    office.record(1)
    content = office.folder.replica.read_bytes()
    assert len(content) > keep
    office.folder.replica.write_bytes(content[:keep])
    damaged(office, tmp_path, "replica-damaged", "restore the newest backup")


def test_a_replica_of_another_office(network: Founded, tmp_path: Path) -> None:
    office, other = network.places
    shutil.copyfile(other.folder.replica, office.folder.replica)
    damaged(office, tmp_path, "replica-damaged", "is not this office's")


def test_a_changed_byte_in_the_file(office: Place, tmp_path: Path) -> None:
    office.record(1, 2)
    content = bytearray(office.folder.replica.read_bytes())
    content[20] ^= 1
    office.folder.replica.write_bytes(content)
    damaged(office, tmp_path)


def test_no_replica(office: Place, tmp_path: Path) -> None:
    office.folder.replica.unlink()
    damaged(office, tmp_path, "replica-missing", "missing from its folder")


def test_a_damaged_key_file(office: Place, tmp_path: Path) -> None:
    content = bytearray(office.folder.node_key.read_bytes())
    content[-40] ^= 1
    office.folder.node_key.write_bytes(content)
    said = run("backup", tmp_path / "b", *office.access, "--json")
    refused(said, 5, "key-file-damaged", "Do not make a new office")


def test_a_damaged_or_missing_intent_file(office: Place, tmp_path: Path) -> None:
    office.record(1, 2)
    content = bytearray(office.folder.intent.read_bytes())
    content[FIRST_SLOT] ^= 1
    office.folder.intent.write_bytes(content)
    refused(try_import(office, tmp_path), 5, "quarantine", "is damaged", "Nothing recorded was lost")
    office.folder.intent.unlink()
    refused(try_import(office, tmp_path), 5, "quarantine", "is missing", "Nothing recorded was lost")
    assert run("backup", tmp_path / "b", *office.access).exit_code == 0  # it is read all the same


def rolled_back(office: Place, later_acts: int) -> None:
    """An old database beside the intent file that has seen more."""
    office.record(1)
    old = office.folder.replica.read_bytes()
    office.record(*range(2, 2 + later_acts))
    office.folder.replica.write_bytes(old)


def test_a_replica_put_back_may_be_read_but_not_signed_with(office: Place, tmp_path: Path) -> None:
    rolled_back(office, 2)
    opened = office.open()
    assert opened.hand.quarantine == "database-behind"
    (row,) = opened.records.search("Garden", 5)
    act = opened.records.view(row.id).timeline[0]
    paper = tmp_path / "extract.pdf"
    paper.write_bytes(extract_pdf(opened, opened.proofs.receipt(act.act), opened.acts.view(act.act), (2026, 1, 1)))
    opened.close()
    with untouched(office):
        assert run("verify", paper, *office.access, "--json").json["valid"]
        assert run("backup", tmp_path / "backup", *office.access).exit_code == 0
        assert try_import(office, tmp_path, "--dry-run").json["acts"] == 1
        answer = refused(
            try_import(office, tmp_path), 5, "quarantine", "an old file was put back", "Nothing was deleted"
        )
    assert "not sign" in answer["message"]


def test_one_block_behind_is_what_a_power_cut_leaves_and_is_mended(office: Place, tmp_path: Path) -> None:
    """The last block was kept before it was signed: it is signed again, the same bytes."""
    rolled_back(office, 1)
    opened = office.open()
    assert opened.hand.quarantine is None
    assert {row.label for row in opened.records.search("Garden", 5)} == {"0000000001", "0000000002"}
    opened.close()


def test_a_copied_folder_signs_nothing(office: Place, tmp_path: Path) -> None:
    copy = tmp_path / "copied"
    shutil.copytree(office.folder.path, copy)
    place = Place(0, type(office.folder)(copy), office.secret, office.officer_secret)
    with untouched(place):
        refused(try_import(place, tmp_path), 5, "quarantine", "copied from another computer")


def test_what_a_courier_may_still_do_in_quarantine(network: Founded, tmp_path: Path) -> None:
    """Relaying needs no signature of the office's chain: what it holds may be carried on."""
    office, other = network.places
    rolled_back(office, 2)
    assert run("courier", "write", tmp_path / "f", "--to", "2", *office.access).exit_code == 0
    assert run("courier", "read", tmp_path / "f", *other.access, "--json").json["blocks_new"] == 1


def test_an_altered_block_is_found(office: Place) -> None:
    """SQLCipher guards the pages; whoever has the key can still write other bytes. Reading again finds them."""
    office.record(1, 2)
    opened = office.open()
    database = opened.store.database
    payload = database.scalar("SELECT payload FROM block WHERE position = 2")
    forged = encode(_with_other_address(decode(payload)))
    database.execute("UPDATE block SET payload = ? WHERE position = 2", (forged,))
    with pytest.raises(MunimentError) as caught:
        opened.checking.verify_stored(0, 100)
    assert (caught.value.code, caught.value.facts["block"]) == ("replica-damaged", 2)
    opened.close()


def _with_other_address(payload: object) -> object:
    ((kind, (act,), signatures),) = payload
    return [[kind, [act.replace(b"Garden", b"Orchid")], signatures]]


def test_a_second_computer_is_found_out(network: Founded, tmp_path: Path) -> None:
    """Its own branch comes back to it: from then on it signs nothing."""
    office, other = network.places
    copy = copied_computer(office)
    office.record(1)
    copy.record(2)
    for giver in (office, copy):
        stick = tmp_path / f"stick of {giver.folder.path.name}"
        assert run("courier", "write", stick, "--to", "2", *giver.access).exit_code == 0
        assert run("courier", "read", stick, *other.access).exit_code == 0
    assert run("courier", "write", tmp_path / "back", "--to", "1", *other.access).exit_code == 0
    assert run("courier", "read", tmp_path / "back", *office.access).exit_code == 0
    refused(try_import(office, tmp_path), 5, "quarantine", "two different histories")


def test_registration_stands_for_a_typed_act(tmp_path: Path) -> None:
    """What the tests record is what the law takes: no warning, no suspension."""
    place = found_network(tmp_path, count=1).places[0]
    (view,) = place.record(5)
    assert view.ladder.outcome == "entered"
    assert view.transaction.act["address"] == registration(5)["address"]
