"""`import`: all rows or none, and every refusal by its row, in the words of the law where the law refuses."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from core.laws.numbers import is_person_mistyped
from tests.commands.places import Founded, Place, Said, refused, run, untouched

HEAD = "number,owner,price\n"
MAP = """
signers: [registrar]
fields:
  cadastral: "{number}"
  sale_reference: "S-{number}"
  sale_day: 2012-03-04
  price: "{price} USD"
  seller: {name: "Seller of {number}", kind: unknown}
  buyer: {name: "{owner}", kind: unknown}
"""
Import = Callable[..., Said]


@pytest.fixture
def load(office: Place, tmp_path: Path) -> Import:
    def go(rows: str | bytes, *options: str, map_text: str = MAP, procedure: str = "register_from_sales_list") -> Said:
        table, map_file = tmp_path / "table.csv", tmp_path / "map.yaml"
        table.write_bytes(rows if isinstance(rows, bytes) else (HEAD + rows).encode())
        map_file.write_text(map_text, "utf-8")
        return run(
            "import", table, "--law", "land", "--procedure", procedure, "--map", map_file,
            "--officer", office.registrar, *office.access, *options, "--json",
        )  # fmt: skip

    return go


def numbers(office: Place) -> list[str]:
    opened = office.open()
    found = [row.label for row in opened.records.page("land.parcel")]
    opened.close()
    return found


def test_rows_become_acts(office: Place, load: Import) -> None:
    said = load("0000000001,Ada,100\n0000000002,Bob,200.50\n")
    assert said.exit_code == 0, said
    assert (said.json["acts"], said.json["blocks"]) == (2, 1)
    assert said.err == ""
    assert numbers(office) == ["0000000001", "0000000002"]
    opened = office.open()
    record = opened.records.view(opened.records.page("land.parcel")[1].id).record
    assert record.fields["sale_price"] == [20_050, "USD"]
    assert record.fields["parties_published"] is False
    opened.close()


def test_a_trial_writes_nothing(office: Place, load: Import) -> None:
    with untouched(office):
        answer = load("0000000001,Ada,100\n", "--dry-run").json
    assert (answer["rows"], answer["acts"], answer["refused"], answer["report"]) == (1, 1, 0, [])
    assert "Nothing was written: this was a trial" in answer["message"]
    assert load("0000000001,Ada,100\n").exit_code == 0


def test_one_refused_row_in_the_middle_and_nothing_is_written(office: Place, load: Import) -> None:
    rows = "0000000001,Ada,100\n12,Bob,100\n0000000003,Cy,1e3\n0000000001,Dan,100\n0000000005,Seller of 0000000005,1\n"
    with untouched(office):
        answer = refused(
            load(rows), 3, "rows-refused", "Rows refused: 4", "row 3", "either all rows are recorded or none"
        )
    assert (answer["rows"], answer["acts"], answer["refused"]) == (5, 1, 4)
    assert [(row["row"], row["code"]) for row in answer["report"]] == [
        (3, "text-not-as-declared"),
        (4, "unreadable-value"),
        (5, "key-taken"),
        (6, "same-person"),
    ]
    told = {row["row"]: row["message"] for row in answer["report"]}
    assert told[4] == "What stands for price could not be read: 1e3 USD."
    assert told[5] == "This number is already taken in the register."
    assert told[6] == "Seller and buyer are the same person. (article 12(2))"


def test_what_the_first_import_registered_the_second_cannot(office: Place, load: Import) -> None:
    assert load("0000000001,Ada,100\n").exit_code == 0
    with untouched(office):
        refused(load("0000000002,Ada,100\n0000000001,Ada,100\n"), 3, "rows-refused", "row 3")
    assert numbers(office) == ["0000000001"]


def test_records_are_found_by_their_key(office: Place, load: Import) -> None:
    later = MAP.replace('  cadastral: "{number}"\n', "").replace(
        "signers: [registrar]\n",
        'signers: [registrar]\nrecords:\n  parcel: {register: land.parcel, key: {cadastral: "{number}"}}\n',
    )
    assert load("0000000001,Ada,100\n").exit_code == 0
    said = load("0000000001,Bob,300\n0000000001,Cy,400\n", map_text=later, procedure="note_sale")
    assert (said.exit_code, said.json["acts"]) == (0, 2)
    with untouched(office):
        said = load("0000000009,Bob,300\n", map_text=later, procedure="note_sale")
        refused(said, 3, "rows-refused", "row 2: There is no record 0000000009 in this office's copy.")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"number,owner\n0000000001,Ada\n", "columns-missing", "price"),
        (b"", "not-a-table", "CSV in UTF-8"),
        (b"number,number,owner,price\n", "not-a-table", ""),
        ("number,власник,price\n0000000001,Ada,1\n".encode("cp1251"), "table-encoding", "not written in UTF-8"),
        ("number,owner,price\n0000000001,Ada,1\n".encode("utf-16"), "table-encoding", ""),
    ],
)
def test_a_table_that_cannot_be_read(office: Place, load: Import, content: bytes, code: str, words: str) -> None:
    with untouched(office):
        refused(load(content), 3, code, words, "Nothing was written")


def test_everything_wrong_with_a_table_is_told_row_by_row(office: Place, load: Import, tmp_path: Path) -> None:
    """A wrong encoding, a ragged row, an impossible day, a formula, a key twice: one report, and nothing written."""
    dated = MAP.replace("sale_day: 2012-03-04", 'sale_day: "{price}"').replace("{price} USD", "1 USD")
    table = (
        "number,owner,price\n0000000001,Ada,2012-02-29\n0000000002,Алесь,2012-01-01\n".encode("cp1251")
        + b"0000000003,Bob\n0000000004,Cy,2011-02-29\n0000000005,=cmd|' /C calc'!A0,2012-01-01\n"
        + b"0000000001,Dan,2012-01-01\n"
        + b'0000000007,"E"e,2012-01-01\n'
    )
    report = tmp_path / "report.csv"
    with untouched(office):
        answer = refused(load(table, "--report", str(report), map_text=dated + "unique: [number]\n"), 3, "rows-refused")
    assert (answer["rows"], answer["acts"], answer["refused"]) == (7, 1, 6)
    told = [(3, "table-row-encoding", ""), (4, "table-row-differs", ""), (5, "no-such-day", "sale_day"),
            (6, "formula-cell", "owner"), (7, "row-repeated", ""), (8, "table-row-broken", "")]  # fmt: skip
    assert [(row["row"], row["code"], row["field"]) for row in answer["report"]] == told
    with report.open(encoding="utf-8-sig", newline="") as lines:
        written = list(csv.DictReader(lines))
    assert [(int(row["row"]), row["code"], row["field"]) for row in written] == told
    assert all(row["outcome"] == "refused" and row["sentence"] for row in written)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in written for cell in row.values())
    with untouched(office):
        refused(load("0000000001,Ada,1\n", "--report", str(report)), 3, "file-exists", "not overwritten")


def test_a_finished_import_is_not_repeated(office: Place, load: Import, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    said = load("0000000001,Ada,1\n0000000002,Bob,1\n", "--report", str(report))
    assert (said.exit_code, report.exists()) == (0, False), "nothing to report leaves no file"
    with untouched(office):
        refused(load("0000000001,Ada,1\n0000000002,Bob,1\n"), 1, "imported-before", "2 acts", "each once")


@pytest.mark.parametrize(
    "text",
    ["", "just words", "[1, 2]", "{", "signers: registrar\nfields: {}", "fields: {a: b}", "signers: []\nfields: [a]",
     "signers: []\nfields: {}\nrows: 3", "signers: &a []\nfields: *a", "signers: []\nfields: !!python/name:os x"],
)  # fmt: skip
def test_a_map_that_is_none(office: Place, load: Import, text: str) -> None:
    with untouched(office):
        refused(load("0000000001,Ada,1\n", map_text=text), 3, "not-a-map", "Nothing was written")


def test_a_map_for_another_act(office: Place, load: Import) -> None:
    with untouched(office):
        answer = refused(load("0000000001,Ada,1\n", map_text=MAP + "  colour: red\n"), 3, "rows-refused")
        assert answer["report"][0]["message"] == "There is no field colour."
        said = load("0000000001,Ada,1\n", map_text=MAP.replace("name:", "nom:"))
        assert refused(said, 3, "rows-refused")["report"][0]["message"] == "There is no field seller.nom."


def test_who_and_what_must_fit(office: Place, load: Import, founded: Founded, tmp_path: Path) -> None:
    with untouched(office):
        refused(
            load("0000000001,Ada,1\n", map_text=MAP.replace("[registrar]", "[notary]")), 1, "signers-differ-from-map"
        )
        refused(load("0000000001,Ada,1\n", procedure="no_such"), 1, "unknown-procedure", "no_such")
        wrong = tmp_path / "wrong"
        wrong.write_text("not the registrar's words", "utf-8")
        said = run(
            "import", tmp_path / "table.csv", "--law", "land", "--procedure", "register_from_sales_list",
            "--map", tmp_path / "map.yaml", "--officer", f"0:registrar:{wrong}", *office.access, "--json",
        )  # fmt: skip
        refused(said, 4, "wrong-passphrase")


def test_an_officer_without_the_role(office: Place, load: Import, tmp_path: Path) -> None:
    """Officer 1 is the notary: the law refuses each row."""
    load("0000000001,Ada,1\n", "--dry-run")
    with untouched(office):
        said = run(
            "import", tmp_path / "table.csv", "--law", "land", "--procedure", "register_from_sales_list",
            "--map", tmp_path / "map.yaml", "--officer", f"1:registrar:{office.officer_secret}", *office.access,
            "--json",
        )  # fmt: skip
        answer = refused(said, 3, "rows-refused", "does not have the role")
    assert answer["report"][0]["code"] == "role-not-held"


def test_missing_files(office: Place, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    with untouched(office):
        for table, map_file in (("none.csv", "map.yaml"), ("map.yaml", "none.yaml"), (".", "map.yaml")):
            said = run(
                "import", tmp_path / table, "--law", "land", "--procedure", "register_from_sales_list",
                "--map", tmp_path / map_file, "--officer", office.registrar, *office.access, "--json",
            )  # fmt: skip
            refused(said, 3, "file-not-read" if table == "." else "file-not-found")


def test_numbers_for_people_who_have_none() -> None:
    said = run("person-number", "--count", "3", "--json").json
    assert said["message"].split("\n") == said["numbers"]
    assert len({one for one in said["numbers"] if one.startswith("P-") and not is_person_mistyped(one)}) == 3
