"""The README's commands exist. `.ci/run` really runs `make check`, `make test` and `make package`."""

import re
import shlex
from pathlib import Path

import pytest

from tests.commands.places import run

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def _commands() -> list[list[str]]:
    """The words of each line in the README's ```sh blocks, comments and continuation lines taken care of."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def _name(words: list[str]) -> str:
    return " ".join(words)


def test_the_two_commands_stand_in_the_readme() -> None:
    assert ["make", "run"] in _commands()
    assert ["make", "test"] in _commands()


@pytest.mark.parametrize("words", [words for words in _commands() if words[0] == "make"], ids=_name)
def test_make_targets_exist(words: list[str]) -> None:
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(words[1:]) <= set(targets)


@pytest.mark.parametrize("words", [words for words in _commands() if Path(words[0]).name == "muniment"], ids=_name)
def test_muniment_commands_exist(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`--help` of the very command that is named, with every option the README gives it."""
    names = [word for word in words[1:] if re.fullmatch(r"[a-z][a-z-]*", word)]
    options = [word for word in words[1:] if word.startswith("--")]
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")
    said = run(*names, "--help")
    assert said.exit_code == 0, said
    assert all(option in said.out for option in options)


def test_no_other_commands() -> None:
    """What is neither ours nor the one line of apt and git could not be kept true here."""
    for words in _commands():
        assert (
            words[0] in {"make", "git", "cd"} or Path(words[0]).name == "muniment" or words[:2] == ["sudo", "apt-get"]
        )
