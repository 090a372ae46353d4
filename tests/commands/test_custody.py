"""Passphrase, kit, rekey and restore as they are typed: secrets come from files and standard input only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.crypto.keyfile import open_keys, read_header
from core.custody.shares import tidied
from core.folder import Folder, open_office
from desktop.printing.kit_reading import read_sheets
from tests.commands.places import OFFICE_SECRET, Founded, Place, command_line, refused, run, untouched
from tests.custody.kits import NEW_SECRET, words_on
from tests.offices import StepClock


@pytest.fixture
def new_secret(tmp_path: Path) -> Path:
    file = tmp_path / "new.secret"
    file.write_text(NEW_SECRET + "\n")
    return file


@contextmanager
def printing(office: Place, paper: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`muniment kit`, as it asks for one word after the other."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command_line("kit", paper, *options, *office.access, "--json"), stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        yield process
        assert process.wait(60) is not None


def word_asked(process: subprocess.Popen[str]) -> tuple[int, int]:
    """(sheet, place), read from what a person is asked."""
    assert process.stderr is not None
    said = ""
    while not said.endswith(":"):
        letter = process.stderr.read(1)
        assert letter, said
        said += letter
    words = said.split()
    return int(words[-1].rstrip(":")), int(words[-4])


def answer(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def test_a_kit_is_printed_proved_and_opens_where_the_passphrase_is_forgotten(
    office: Place, tmp_path: Path, new_secret: Path
) -> None:
    office.record(1)
    paper = tmp_path / "kit.pdf"
    with printing(office, paper, "--sheets", "3") as process:
        for _ in range(2):
            sheet, place = word_asked(process)
            answer(process, words_on(paper)[sheet - 1][place - 1])
        assert process.wait(60) == 0
    assert paper.stat().st_mode & 0o077 == 0
    sheets = read_sheets(paper)
    assert sorted(sheet.words.split() for sheet in sheets) == sorted(words_on(paper))

    typed = tmp_path / "typed"
    typed.write_text("\n".join(" ".join(words).title() for words in words_on(paper)[1:]))
    one = tmp_path / "one"
    one.write_text(" ".join(words_on(paper)[0]))
    arguments = ("passphrase", "--data", office.folder.path, "--new-passphrase-file", new_secret, "--kit-file")
    with untouched(office):
        refused(run(*arguments, one, "--json"), 3, "kit-sheets-missing", "Only 1 of 2 needed sheets")
        refused(run(*arguments, new_secret, "--json"), 3, "kit-words-wrong", "sheet 1")
    assert run(*arguments, typed).exit_code == 0
    opened = open_office(office.folder, NEW_SECRET, StepClock())
    assert (opened.office.hand.quarantine, opened.office.standing.counts().acts) == (None, 1)
    opened.office.close()
    _, cost = read_header(office.folder.node_key.read_bytes())
    assert cost.memory_kib >= 256 << 10


def test_a_kit_that_is_not_proved_is_not_the_offices(office: Place, tmp_path: Path) -> None:
    with untouched(office):
        paper = tmp_path / "kit.pdf"
        with printing(office, paper) as process:
            word_asked(process)
            answer(process, "academic")
            word_asked(process)
            answer(process, "academic")
            assert process.wait(60) == 1
        refused(run("kit", paper, *office.access, "--json"), 3, "file-exists", "was not overwritten")
        refused(
            run("kit", tmp_path / "k", "--sheets", "1", "--needed", "2", *office.access, "--json"),
            2,
            "kit-shares-impossible",
        )


def test_passphrases_are_changed(office: Place, tmp_path: Path, new_secret: Path) -> None:
    easy = tmp_path / "easy"
    easy.write_text("password1234")
    with untouched(office):
        refused(
            run("passphrase", "--new-passphrase-file", easy, *office.access, "--json"),
            1,
            "passphrase-too-easy",
            "soon be guessed",
        )
    said = run("passphrase", *office.access, stdin=f"{NEW_SECRET}\n")
    assert (said.exit_code, said.err) == (0, "")
    assert open_keys(office.folder.node_key.read_bytes(), NEW_SECRET)
    with untouched(office):
        refused(run("backup", tmp_path / "b", *office.access, "--json"), 4, "wrong-passphrase")
    own = ("passphrase", "--data", office.folder.path, "--of", "0", "--new-passphrase-file", new_secret)
    assert run(*own, "--passphrase-file", office.officer_secret).exit_code == 0
    assert open_keys(office.folder.officer_key(0).read_bytes(), NEW_SECRET)


def test_the_copy_gets_another_key(office: Place) -> None:
    office.record(1, 2)
    before = open_keys(office.folder.node_key.read_bytes(), OFFICE_SECRET).secrets
    opened = office.open()
    with untouched(office):
        refused(run("rekey", *office.access, "--json"), 4, "replica-in-use")
    opened.close()
    assert run("rekey", *office.access).exit_code == 0
    after = open_keys(office.folder.node_key.read_bytes(), OFFICE_SECRET).secrets
    assert {name for name in before if before[name] != after[name]} == {"database_key"}
    assert len(office.record(3)) == 1


def test_a_new_computer_with_the_kit_and_a_neighbours_charter(
    network: Founded, office: Place, tmp_path: Path, new_secret: Path
) -> None:
    office.record(1)
    network.hand_over(0, 1)
    paper = tmp_path / "kit.pdf"
    with printing(office, paper) as process:
        for _ in range(2):
            sheet, place = word_asked(process)
            answer(process, words_on(paper)[sheet - 1][place - 1])
    there = Place(0, Folder(tmp_path / "there"), new_secret, office.officer_secret)
    typed = tmp_path / "typed"
    typed.write_text(tidied(" ".join(words_on(paper)[0])))
    charter = network.places[1].folder.charter
    refused(run("restore", charter, "--kit-file", typed, *there.access, "--json"), 3, "kit-box-missing")
    assert not there.folder.path.exists()
    said = run("restore", charter, "--kit-file", paper, *there.access, "--json")
    assert (said.exit_code, said.json["from"], said.json["quarantine"]) == (0, "charter", "restored")
    file = tmp_path / "for-us"
    assert run("courier", "write", file, "--whole", "--to", "1", *network.places[1].access).exit_code == 0
    assert run("courier", "read", file, *there.access).exit_code == 0
    opened = open_office(there.folder, NEW_SECRET, StepClock())
    assert (opened.office.hand.quarantine, opened.office.standing.counts().acts) == ("restored", 1)
    opened.office.close()
