"""Courier files by the public command: what is wrong with one is told, and then nothing is taken over."""

from pathlib import Path

import pytest

from tests.commands.places import NAMES, Founded, found_network, refused, run, untouched


@pytest.fixture
def carried(network: Founded, tmp_path: Path) -> Path:
    """Two blocks of the first office for the second."""
    network.places[0].record(1, 2)
    path = tmp_path / "stick"
    run("courier", "write", path, "--to", NAMES[1], *network.places[0].access)
    return path


def test_there_and_back(network: Founded, carried: Path, tmp_path: Path) -> None:
    first, second = network.places
    said = run("courier", "read", carried, *second.access, "--json")
    assert said.exit_code == 0
    assert said.err.startswith("2 acts are in the file (")
    assert (said.json["sender"], said.json["blocks"], said.json["blocks_new"]) == (0, 2, 2)
    assert "New batches of acts in it: 2." in said.json["message"]
    back = tmp_path / "back"
    said = run("courier", "write", back, "--to", "1", *second.access, "--json")
    assert (said.json["recipients"], said.err) == ([0], "")  # the answer: a block without an act
    assert run("courier", "read", back, *first.access, "--json").json["blocks_new"] == 1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut(network: Founded, carried: Path, share: float) -> None:
    content = carried.read_bytes()
    carried.write_bytes(content[: int(len(content) * share)])
    with untouched(network.places[1]):
        said = run("courier", "read", carried, *network.places[1].access, "--json")
    code = "courier-cut" if share else "not-a-courier-file"
    refused(said, 3, code, "Nothing was taken over and nothing was lost")


def test_an_altered_file(network: Founded, carried: Path) -> None:
    content = bytearray(carried.read_bytes())
    content[len(content) // 2] ^= 1
    carried.write_bytes(content)
    with untouched(network.places[1]):
        said = run("courier", "read", carried, *network.places[1].access, "--json")
    refused(said, 3, "courier-altered", "damaged or was altered")


def test_a_file_of_another_network(network: Founded, tmp_path: Path) -> None:
    other = found_network(tmp_path / "elsewhere", "Another network", 2)
    other.places[0].record(1)
    path = tmp_path / "strange"
    assert run("courier", "write", path, "--to", "2", *other.places[0].access).exit_code == 0
    with untouched(network.places[1]):
        said = run("courier", "read", path, *network.places[1].access, "--json")
    refused(said, 3, "other-network", "another network of offices", "nothing was lost")


def test_a_file_for_somebody_else(founded: Founded, tmp_path: Path) -> None:
    path = tmp_path / "for-the-third"
    assert run("courier", "write", path, "--to", "3", *founded.places[0].access).exit_code == 0
    with untouched(founded.places[3]):
        said = run("courier", "read", path, *founded.places[3].access, "--json")
    refused(said, 3, "not-for-us", "for other offices", "Carry it to them")


def test_a_file_that_is_no_courier_file(founded: Founded, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleagues, …", "utf-8")
    with untouched(founded.places[0]):
        said = run("courier", "read", path, *founded.places[0].access, "--json")
        refused(said, 3, "not-a-courier-file", "Choose another file")
        said = run("courier", "read", tmp_path / "gone", *founded.places[0].access, "--json")
        refused(said, 3, "file-not-found", "gone")
        said = run("courier", "read", tmp_path, *founded.places[0].access, "--json")
        refused(said, 3, "file-not-read")


def test_the_same_file_twice(network: Founded, carried: Path) -> None:
    assert run("courier", "read", carried, *network.places[1].access).exit_code == 0
    with untouched(network.places[1]):
        said = run("courier", "read", carried, *network.places[1].access, "--json")
    refused(said, 3, "courier-repeated", "There is nothing to do")


def test_for_whom(founded: Founded, tmp_path: Path) -> None:
    place = founded.places[0]
    for name in ("Nowhere", "0", "5", "-1"):
        said = run("courier", "write", tmp_path / "f", "--to", name, *place.access, "--json")
        refused(said, 1, "unknown-office", name, "Nothing was lost")
    refused(run("courier", "write", tmp_path / "f", "--to", "1", *place.access, "--json"), 2, "no-recipient")
    assert not (tmp_path / "f").exists()


def test_where_nothing_can_be_written(founded: Founded, tmp_path: Path) -> None:
    said = run("courier", "write", tmp_path / "no" / "such" / "f", "--to", "2", *founded.places[0].access, "--json")
    refused(said, 1, "file-not-written", "What is recorded is safe")
