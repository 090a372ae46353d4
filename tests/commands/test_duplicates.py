"""`duplicates`: what may be entered twice stands side by side with the reason; what was found different is not told again."""

from pathlib import Path

import pytest

from core.laws import parse_law
from tests.commands.places import Place, found_network, refused, run
from tests.duplicates.test_finding import LAW

MAP = 'signers: [registrar]\nfields: {name: "{name}", born: "{born}", mother: "{mother}"}\n'
TABLE = """name,born,mother
Марыя Кавалёнак,1912-03-04,Ганна Сідорык
Пётр Гурын,1912-03-04,Вера Гурын
Марыя Кавалёнка,1912-03-04,Ганна Сідорык
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_network(tmp_path / "network", count=1, more_laws=[parse_law(LAW).canonical]).places[0]


def test_after_an_import_the_pairs_are_listed_until_somebody_looked(place: Place, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    assert "No possible duplicates" in run("duplicates", *place.access).out
    said = run(
        "import", tmp_path / "table.csv", "--law", "births", "--procedure", "enter", "--map", tmp_path / "map.yaml",
        "--officer", place.registrar, *place.access, "--json",
    )  # fmt: skip
    assert said.exit_code == 0, said
    said = run("duplicates", *place.access)
    assert "nobody has decided about: 1" in said.out
    assert "Birth – nearly the same name: letters changed places, the same day, what goes with it agrees" in said.out
    assert "Name: Марыя Кавалёнак" in said.out
    assert "Name: Марыя Кавалёнка" in said.out
    assert "Сідорык" not in said.out, "what is not public is asked for with a purpose (`show`)"
    (pair,) = run("duplicates", *place.access, "--json").json["pairs"]
    one, other = (side["id"] for side in pair["sides"])
    signed = ("--reason", "Two sisters.", "--officer", place.registrar, *place.access, "--json")
    refused(run("duplicates", "--different", other, one, *place.access, "--json"), 2, "bad-officer")
    said = run("duplicates", "--different", other, one, *signed)
    assert said.exit_code == 0, said
    listed = run("duplicates", *place.access, "--json").json
    ((told,), act) = listed["decided"], said.json["act"]
    assert (listed["pairs"], told["same"], told["reason"], told["act"]) == ([], False, "Two sisters.", act)
    assert "Different from" in (shown := run("duplicates", *place.access).out)
    assert act[:8] in shown
    refused(run("duplicates", "--different", other, one, *signed), 1, "pair-not-decided", "Nothing was changed")
    refused(run("duplicates", "--same", other, one, *signed), 1, "pair-not-decided")
    refused(run("duplicates", "--same", "00" * 16, one, *signed), 1, "no-such-pair")
    refused(run("duplicates", "--same", "x", one, *signed), 1, "no-such-pair")
    assert run("duplicates", "--same", other, one, "--instead-of", act[:8], *signed).exit_code == 0
    assert run("duplicates", *place.access, "--json").json["decided"][0]["same"] is True
