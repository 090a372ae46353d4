"""Exit code 4, and where a passphrase may come from: a file or standard input, never an argument."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from desktop.cli import app
from tests.commands.places import (
    OFFICE_SECRET,
    Founded,
    Place,
    command_line,
    found_network,
    refused,
    run,
    start,
    untouched,
)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong"
    path.write_text("some other words\n", "utf-8")
    return path


def test_a_wrong_passphrase(founded: Founded, wrong: Path, tmp_path: Path) -> None:
    place = founded.places[0]
    with untouched(place):
        said = run("backup", tmp_path / "b", "--data", place.folder.path, "--passphrase-file", wrong, "--json")
    refused(said, 4, "wrong-passphrase", "does not open the key", "Nothing was lost and nothing was changed")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "command", ["node --control --loopback", "courier read x", "courier write --to 2 x", "verify x"]
)
def test_every_command_that_opens_an_office_asks_first(founded: Founded, wrong: Path, command: str) -> None:
    said = run(*command.split(), "--data", founded.places[0].folder.path, "--passphrase-file", wrong, "--json")
    refused(said, 4, "wrong-passphrase")


def test_no_passphrase_at_all(founded: Founded, tmp_path: Path) -> None:
    data = founded.places[0].folder.path
    refused(run("backup", tmp_path / "b", "--data", data, "--json", stdin=""), 4, "passphrase-missing", "No passphrase")
    empty = tmp_path / "empty"
    empty.write_bytes(b"\n")
    said = run("backup", tmp_path / "b", "--data", data, "--passphrase-file", empty, "--json")
    refused(said, 4, "passphrase-missing")


@pytest.mark.parametrize("content", [b"\xff\xfe not UTF-8", b"bell \a inside", b"x" * 2000])
def test_a_passphrase_that_cannot_be_one(founded: Founded, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    said = run("backup", tmp_path / "b", "--data", founded.places[0].folder.path, "--passphrase-file", path, "--json")
    refused(said, 4, "passphrase-unusable", "nothing was changed")


def test_a_passphrase_file_that_is_not_there(founded: Founded, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    said = run(
        "backup", tmp_path / "b", "--data", founded.places[0].folder.path, "--passphrase-file", missing, "--json"
    )
    refused(said, 3, "file-not-found", str(missing))


def test_standard_input_holds_the_passphrase(founded: Founded, tmp_path: Path) -> None:
    arguments = ("backup", tmp_path / "b", "--data", founded.places[0].folder.path, "--json")
    assert start(*arguments, stdin=OFFICE_SECRET.encode() + b"\r\nand more\n").json["path"] == str(tmp_path / "b")


def test_an_office_that_is_open_elsewhere(office: Place, tmp_path: Path) -> None:
    opened = office.open()
    said = run("backup", tmp_path / "b", *office.access, "--json")
    refused(said, 4, "replica-in-use", "has this office open")
    opened.close()
    assert run("backup", tmp_path / "b", *office.access).exit_code == 0


def test_a_folder_without_an_office(founded: Founded, tmp_path: Path) -> None:
    said = run("backup", tmp_path / "b", "--data", tmp_path / "nowhere", *founded.places[0].access[2:], "--json")
    refused(said, 1, "no-office-here", str(tmp_path / "nowhere"), "Nothing was lost")
    assert not (tmp_path / "nowhere").exists()


def test_an_office_without_a_network(tmp_path: Path) -> None:
    place = found_network(tmp_path, count=1).places[0]
    place.folder.charter.unlink()
    refused(run("backup", tmp_path / "b", *place.access, "--json"), 1, "no-network-yet")


def _parameters(command: Any) -> list[Any]:
    nested = getattr(command, "commands", {}).values()
    return [*command.params, *(one for inner in nested for one in _parameters(inner))]


def test_no_option_takes_a_passphrase() -> None:
    """What names a passphrase or an officer takes a file: an argument would stand in the list of processes."""
    parameters = _parameters(get_command(app))
    assert len(parameters) > 50
    named = [one for one in parameters if any(word in one.name for word in ("pass", "secret", "key", "pin"))]
    assert {one.name for one in named} == {"passphrase_file", "new_passphrase_file", "public_key"}
    for one in parameters:
        if one.name == "officer":
            assert str(one.metavar).endswith("PASSPHRASE-FILE")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux's /proc")
def test_a_running_command_shows_no_passphrase(office: Place) -> None:
    line = command_line("node", "--control", "--loopback", *office.access)
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert b"ready" in process.stdout.readline()
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
        process.stdin.close()
        assert process.wait(30) == 0
    assert sys.executable.encode() in shown
    assert OFFICE_SECRET.encode() not in shown
