"""`law check`, and laws where a network is founded and entered: every fault by line, before anything is written."""

from pathlib import Path

import pytest

from core.crypto.signing import verify
from core.laws.law_reading import parse_law
from core.ledger.charter import decode_card, decode_charter, found
from desktop.library import library_laws
from tests.commands.places import FOUNDED_MS, found_network, refused, run, untouched
from tests.laws.relying_laws import PENSIONS, PEOPLE

LAND = library_laws()["land"]


def altered(path: Path, old: str, new: str) -> Path:
    assert LAND.count(old) >= 1
    file = path / "law.yaml"
    file.write_text(LAND.replace(old, new, 1), "utf-8")
    return file


def test_the_law_that_comes_with_the_application(tmp_path: Path) -> None:
    file = tmp_path / "land.yaml"
    file.write_text(LAND, "utf-8")
    answer = run("law", "check", file, "--json").json
    assert (answer["name"], answer["version"]) == ("land", 1)
    assert answer["digest"] == parse_law(LAND).digest.hex()
    assert "land, version 1" in run("law", "check", file).out


def test_which_acts_wait_for_the_common_order_and_why(tmp_path: Path) -> None:
    file = tmp_path / "land.yaml"
    file.write_text(LAND, "utf-8")
    homed = run("law", "check", file, "--home", "land.parcel=office", "--json").json
    assert "transfer" not in homed["waits"]
    assert "a request and its entry" in homed["message"]
    answer = run("law", "check", file, "--home", "land.parcel=shared", "--json").json
    assert {"code": "shared-register", "name": "parcel"} in answer["waits"]["transfer"]
    assert "Waits for the common order – Transfer of ownership: the register is kept by all" in answer["message"]
    refused(run("law", "check", file, "--home", "land.parcel", "--json"), 2, "bad-home", "land.parcel")
    refused(run("law", "check", file, "--home", "land.encumbrance=shared", "--json"), 3, "law-refused", "encumbrance")


def test_a_charter_chooses_who_keeps_a_register(tmp_path: Path) -> None:
    card = found_network(tmp_path, count=1).places[0].folder.card
    out = tmp_path / "new-charter"
    run("charter", "found", card, "--name", "N", "--out", out, "--home", "land.parcel=shared")
    assert decode_charter(out.read_bytes(), verify).homes == {"land.parcel": "shared"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('rule: "given == taken"', 'rule: "given ~= taken"', ""),
        ('rule: "given == taken"', 'rule: "exec(given)"', ""),
        ("{type: text, max_chars: 200, optional: true", "{type: text, optional: true", "unbounded"),
        ("home: {with: parcel}", "home: {with: kind}", "home-with-no-record"),
        ("law: land\n", "law: land\nlaw: land\n", "key-twice"),
        ("version: 1\n", "version: 1.5\n", "float-in-law"),
        ("law: land\n", "law: &a land\n", "yaml-alias"),
    ],
)
def test_a_law_with_a_fault(tmp_path: Path, old: str, new: str, code: str) -> None:
    file = altered(tmp_path, old, new)
    answer = refused(run("law", "check", file, "--json"), 3, "law-refused", "law.yaml", "Nothing was written")
    assert answer["errors"]
    for error in answer["errors"]:
        assert f"law.yaml:{error['line']}: {error['code']}" in answer["message"]
    if code:
        assert code in {error["code"] for error in answer["errors"]}, answer["errors"]


def test_every_fault_at_once(tmp_path: Path) -> None:
    file = altered(tmp_path, 'rule: "given == taken"', 'rule: "given ~= taken"')
    other = """rule: "has(act.area_m2) || act.basis == 'old_book'" """.strip()
    file.write_text(file.read_text("utf-8").replace(other, 'rule: "has(act.area)"', 1), "utf-8")
    errors = run("law", "check", file, "--json").json["errors"]
    assert len({error["line"] for error in errors if error["line"]}) >= 2


def test_what_is_no_law(tmp_path: Path) -> None:
    file = tmp_path / "law.yaml"
    file.write_bytes(b"\xff\xfe\x00law")
    refused(run("law", "check", file, "--json"), 3, "not-a-law", "holds no rules of a register")
    file.write_bytes(b"a" * (300 << 10))
    refused(run("law", "check", file, "--json"), 3, "too-large", str(300 << 10))
    file.write_bytes(b"")
    refused(run("law", "check", file, "--json"), 3, "law-refused")
    refused(run("law", "check", tmp_path / "none", "--json"), 3, "file-not-found")


def test_a_network_is_not_founded_on_a_law_that_no_office_could_use(tmp_path: Path) -> None:
    card = found_network(tmp_path, count=1).places[0].folder.card
    out = tmp_path / "new-charter"
    for file in (altered(tmp_path, "home: by_charter", "home: moon"), altered(tmp_path, "law: land", "low: land")):
        said = run("charter", "found", card, "--name", "N", "--out", out, "--law", file, "--json")
        refused(said, 3, "law-refused", "Nothing was written")
    assert not out.exists()


def test_a_network_on_such_a_law_is_not_entered(tmp_path: Path) -> None:
    place = found_network(tmp_path, count=1).places[0]
    for file in (place.folder.charter, place.folder.replica, place.folder.intent):
        file.unlink()
    card = decode_card(place.folder.card.read_bytes(), verify)
    homes = {"land.encumbrance": "shared"}  # which the law does not leave to the charter
    charter = tmp_path / "shared-charter"
    charter.write_bytes(found("Shared", FOUNDED_MS, [card], [parse_law(LAND).canonical], homes).encoded)
    with untouched(place):
        said = run("charter", "open", charter, *place.access, "--json")
        refused(said, 3, "bad-law", "cannot be used by this Muniment", "nothing was changed")


def test_a_fault_names_file_line_and_article(tmp_path: Path) -> None:
    file = altered(tmp_path, 'rule: "given == taken"', 'rule: "given == nothing"')
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "given == nothing" in text)
    assert f"law.yaml:{line}: unknown-name nothing (article 12(1))" in run("law", "check", file).err


def test_what_a_law_relies_on_is_looked_for_in_its_folder(tmp_path: Path) -> None:
    file, other = tmp_path / "pensions.yaml", tmp_path / "people.yaml"
    file.write_text(PENSIONS, "utf-8")
    alone = run("law", "check", file, "--json").json
    assert alone["alone"] == ["people.person"]
    assert "people.person" in alone["message"]
    other.write_text(PEOPLE, "utf-8")
    answer = run("law", "check", file, "--json").json
    assert answer["alone"] == []
    assert {"code": "record-of-another-law", "name": "people.person"} in answer["waits"]["suspend"]
    page = run("law", "explain", file).out
    assert "Person (people.person)" in page
    assert "Its states: Alive, Dead." in page
    other.write_text(PEOPLE.replace("max: 150", "max: 250"), "utf-8")
    found = refused(run("law", "check", file, "--json"), 3, "law-refused", "pensions.yaml")
    assert found["errors"] == [{"line": 7, "article": "", "code": "other-law-differs", "detail": "people.person.age"}]
    card = found_network(tmp_path / "net", count=1).places[0].folder.card
    together = ("charter", "found", card, "--name", "N", "--out", tmp_path / "charter", "--law", file, "--law", other)
    refused(run(*together, "--json"), 3, "law-refused", "pensions.yaml")
    assert not (tmp_path / "charter").exists()
