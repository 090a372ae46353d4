"""Making offices and founding a network by the public command, with key files of the real cost."""

from pathlib import Path

import pytest

from core.crypto.keyfile import Cost, read_header
from core.ledger.encoding import encode
from tests.commands.places import Founded, found_network, refused, run, start, untouched


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, Path]:
    texts = {
        "office": "the mill by the river",
        "registrar": "only the registrar knows",
        "short": "short",
        "aaaa": "a" * 20,
    }
    files = {name: tmp_path / f"{name}.txt" for name in texts}
    for name, file in files.items():
        file.write_text(texts[name] + "\n", "utf-8")
    return files


def create(tmp_path: Path, secrets: dict[str, Path], *changes: str) -> tuple[str | Path, ...]:
    access = ("--data", tmp_path / "office", "--passphrase-file", secrets["office"])
    officer = f"Ganna:registrar,notary:{secrets['registrar']}"
    return ("office", "create", "--name", "Šack", "--officer", officer, *access, *changes, "--json")


def test_an_office_is_made_and_enters_its_network(tmp_path: Path, secrets: dict[str, Path]) -> None:
    arguments = create(tmp_path, secrets)
    said = start(*arguments)
    assert said.exit_code == 0, said
    card = Path(said.json["card"])
    purpose, cost = read_header((tmp_path / "office" / "node.key").read_bytes())
    assert purpose == "node"
    assert not cost.is_below(Cost.floor())
    refused(run(*arguments), 3, "folder-not-empty", "so that no office is overwritten")
    charter = tmp_path / "charter"
    founded = run("charter", "found", card, "--name", "District", "--out", charter, "--json").json
    assert (founded["code"], founded["tolerated"], founded["offices"]) == ("network-founded-no-tolerance", 0, 1)
    assert "four or more are better" in founded["message"]
    said = run("charter", "found", card, "--name", "District", "--out", charter, "--json")
    refused(said, 3, "file-exists", "It was not overwritten")
    entered = run("charter", "open", charter, *arguments[6:10], "--json").json
    assert entered["network"] == founded["network"]
    assert "compare it with the other offices" in entered["message"]
    refused(run("charter", "open", charter, *arguments[6:10], "--json"), 1, "already-a-member")


def test_four_offices_tolerate_one(tmp_path: Path) -> None:
    cards = [place.folder.card for place in found_network(tmp_path / "four").places]
    answer = run("charter", "found", *cards, "--name", "District", "--out", tmp_path / "charter", "--json").json
    assert (answer["code"], answer["tolerated"], answer["offices"]) == ("network-founded", 1, 4)


def test_weak_passphrases(tmp_path: Path, secrets: dict[str, Path]) -> None:
    for name, code in (("short", "passphrase-too-short"), ("aaaa", "passphrase-too-simple")):
        weak = {**secrets, "office": secrets[name]}
        refused(run(*create(tmp_path, weak)), 1, code, "nothing was changed")
        weak = {**secrets, "registrar": secrets[name]}
        refused(run(*create(tmp_path, weak)), 1, code)
    assert not (tmp_path / "office").exists()


@pytest.mark.parametrize(
    "officer", ["", "Ganna", "Ganna:registrar", "Ganna:king:file", ":registrar:file", "Ganna::file"]
)
def test_an_officer_named_wrongly(tmp_path: Path, secrets: dict[str, Path], officer: str) -> None:
    refused(run(*create(tmp_path, secrets, "--officer", officer)), 2, "bad-officer", "Nothing was written")


def test_files_that_are_no_cards_and_no_charters(founded: Founded, tmp_path: Path) -> None:
    cards = [place.folder.card for place in founded.places]
    out = tmp_path / "charter"

    def found(*files: Path) -> object:
        return run("charter", "found", *files, "--name", "N", "--out", out, "--json")

    other = tmp_path / "other"
    other.write_bytes(encode(["no card"]))
    refused(found(cards[0], other), 3, "not-an-office-card", "was altered")
    refused(found(cards[0], founded.charter_file), 3, "too-large", "Nothing was written")
    refused(found(cards[0], cards[0]), 1, "same-key-twice")
    refused(found(tmp_path / "none"), 3, "file-not-found")
    altered = bytearray(cards[0].read_bytes())
    altered[-1] ^= 1
    (tmp_path / "altered").write_bytes(altered)
    refused(found(tmp_path / "altered"), 3, "bad-card-signature", "it was altered")
    assert not out.exists()


def test_a_charter_without_this_office(founded: Founded, tmp_path: Path) -> None:
    place = found_network(tmp_path, count=1).places[0]
    for file in (place.folder.charter, place.folder.replica, place.folder.intent):
        file.unlink()
    with untouched(place):
        said = run("charter", "open", founded.charter_file, *place.access, "--json")
        refused(said, 1, "not-our-card", "does not hold the card of this office")
        refused(run("charter", "open", place.folder.card, *place.access, "--json"), 3, "not-a-charter")
