"""`verify` and `evidence` by the public command: what a stranger, a member and an office at hand are told."""

from pathlib import Path

import pytest

from desktop.printing.office_extract import extract_pdf
from tests.commands.places import NAMES, Founded, copied_computer, found_network, refused, run, untouched

DAY = (2026, 11, 23)


@pytest.fixture(scope="session")
def paper(founded: Founded, qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extract of the registration of parcel 1, printed at the second office, which has seen it."""
    office = founded.places[1].open()
    (row,) = office.records.search("0000000001", 5)
    act = office.records.view(row.id).timeline[0].act
    path = tmp_path_factory.mktemp("paper") / "extract.pdf"
    path.write_bytes(extract_pdf(office, office.proofs.receipt(act), office.acts.view(act), DAY))
    office.close()
    return path


def test_a_stranger_verifies(founded: Founded, paper: Path) -> None:
    before = paper.read_bytes()
    answer = run("verify", paper, "--json").json
    assert (answer["valid"], answer["code"], answer["step"], answer["witnesses"]) == (True, "valid", None, [])
    assert (answer["checkpoint"], answer["network_known"]) == (None, False)
    assert answer["network"] == founded.charter.network.hex()
    facts = dict(answer["facts"])
    assert facts["Cadastral number"] == "0000000001"
    assert paper.read_bytes() == before
    told = run("verify", paper)
    assert told.exit_code == 0
    assert "What was signed stands on this paper unaltered." in told.out
    assert "“Signed and kept at this office only”: so it is printed; the paper does not prove it" in told.out
    assert answer["as_printed"] == [{"words": "Signed and kept at this office only", "same": None}]
    assert "0000000001" in told.out
    assert told.err == ""


def test_with_the_charter_the_network_is_known(founded: Founded, paper: Path, tmp_path: Path) -> None:
    assert run("verify", paper, "--charter", founded.charter_file, "--json").json["network_known"] is True
    other = found_network(tmp_path, "Another network", 1)
    answer = refused(run("verify", paper, "--charter", other.charter_file, "--json"), 1, "receipt-of-another-network")
    assert answer["valid"] is False
    refused(run("verify", paper, "--charter", paper, "--json"), 3, "not-canonical")
    refused(run("verify", paper, "--charter", founded.places[0].folder.card, "--json"), 3, "not-a-charter")


def test_with_a_replica_the_present_step_is_told(founded: Founded, paper: Path) -> None:
    place = founded.places[1]
    with untouched(place):
        answer = run("verify", paper, *place.access, "--json").json
    assert (answer["valid"], answer["step"], answer["witnesses"]) == (True, "recorded", [NAMES[0]])
    ignorant = run("verify", paper, *founded.places[3].access, "--json").json
    assert (ignorant["valid"], ignorant["step"], ignorant["network_known"]) == (True, None, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"a letter", b"%PDF-1.7 and nothing more", b"\x89PNG\r\n\x1a\n and nothing more", b"\xff\xd8\xff", b"\x80"],
)
def test_a_file_that_is_no_extract(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    refused(run("verify", file, "--json"), 3, "not-an-extract", "no extract of Muniment", "Nothing was lost")
    assert file.read_bytes() == content


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_extract(paper: Path, tmp_path: Path, share: float) -> None:
    content = paper.read_bytes()
    file = tmp_path / "cut.pdf"
    file.write_bytes(content[: int(len(content) * share)])
    said = run("verify", file, "--json")
    assert said.exit_code in (1, 3)
    assert said.json.get("valid") is not True
    assert said.err.strip() == said.json["message"]


def test_a_missing_file(tmp_path: Path) -> None:
    refused(run("verify", tmp_path / "none.pdf", "--json"), 3, "file-not-found", "none.pdf")
    refused(run("verify", tmp_path, "--json"), 3, "file-not-read")


# -- evidence of a double signature ---------------------------------------------------------------------------------


@pytest.fixture
def forked(tmp_path: Path) -> Founded:
    """The second office's two computers have each signed something, and the first office has both."""
    network = found_network(tmp_path / "forked", count=2)
    first, second = network.places
    copy = copied_computer(second)
    for place, parcel in ((second, 1), (copy, 2)):
        place.record(parcel)
        stick = tmp_path / f"stick {parcel}"
        assert run("courier", "write", stick, "--to", "1", *place.access).exit_code == 0
        assert run("courier", "read", stick, *first.access).exit_code == 0
    return network


def test_evidence_is_written_and_checked_by_a_stranger(forked: Founded, tmp_path: Path) -> None:
    file = tmp_path / "proof.bin"
    place = forked.places[0]
    with untouched(place):
        said = run("evidence", NAMES[1], file, *place.access, "--json")
    assert (said.exit_code, said.json["path"], said.json["office"]) == (0, str(file), NAMES[1])
    assert "signed two different histories" in said.json["message"]
    answer = run("verify", file, "--charter", forked.charter_file, "--json").json
    assert (answer["valid"], answer["code"], answer["network_known"]) == (True, "fork-proven", True)
    assert NAMES[1] in answer["message"]
    assert run("verify", file, *place.access, "--json").json["valid"]
    refused(run("evidence", "2", file, *place.access, "--json"), 3, "file-exists", "It was not overwritten")
    again = tmp_path / "again.bin"
    assert run("evidence", "2", again, *place.access).exit_code == 0
    assert again.read_bytes() == file.read_bytes()


def test_evidence_that_does_not_hold(forked: Founded, founded: Founded, tmp_path: Path) -> None:
    file = tmp_path / "proof.bin"
    run("evidence", "2", file, *forked.places[0].access)
    refused(run("verify", file, "--json"), 1, "evidence-needs-charter", "Give the charter with it")
    other = run("verify", file, "--charter", founded.charter_file, "--json")
    refused(other, 1, "evidence-of-another-network")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    answer = refused(run("verify", file, "--charter", forked.charter_file, "--json"), 1, "bad-block-signature")
    assert answer["valid"] is False


def test_against_an_honest_office_there_is_none(founded: Founded, tmp_path: Path) -> None:
    place = founded.places[0]
    refused(run("evidence", NAMES[1], tmp_path / "p", *place.access, "--json"), 1, "no-evidence", "Nothing proves")
    refused(run("evidence", "Nowhere", tmp_path / "p", *place.access, "--json"), 1, "unknown-office")
    assert not (tmp_path / "p").exists()


# -- the proof of a record ------------------------------------------------------------------------------------------


def test_what_the_register_says_of_a_record_is_proved_to_a_stranger(founded: Founded, tmp_path: Path) -> None:
    network = found_network(tmp_path / "alone", count=1)
    (place,) = network.places
    place.record(41)
    office = place.open()
    while office.write() is not None:  # one office alone decides and cosigns at once
        pass
    office.close()
    file = tmp_path / "record.proof"
    said = run("prove", "0000000041", file, *place.access, "--json")
    assert (said.exit_code, said.json["path"]) == (0, str(file))
    answer = run("verify", file, "--json").json
    assert (answer["valid"], answer["code"], answer["step"]) == (True, "record-proven", "final")
    assert answer["checkpoint"].startswith("Register state No. ")
    assert dict(answer["facts"])["Cadastral number"] == "0000000041"
    refused(run("prove", "0000000041", file, *place.access, "--json"), 3, "file-exists")
    again = tmp_path / "again.proof"
    with untouched(place):
        assert run("prove", said.json["record"], again, *place.access).exit_code == 0
    assert again.read_bytes() == file.read_bytes()
    refused(run("prove", "0000000042", tmp_path / "p", *place.access, "--json"), 1, "unknown-record")
    refused(run("prove", "nothing", tmp_path / "p", *place.access, "--json"), 1, "unknown-record")
    far = founded.places[0]
    refused(run("prove", "0000000001", tmp_path / "p", *far.access, "--json"), 1, "register-not-certified")
