"""What the project says about itself is true: version, packages, lock, licences; no trace of a machine."""

import re
import subprocess
import tomllib
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import walk_packages

import pytest
from packaging.requirements import Requirement

import core

PROJECT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (PROJECT / "requirements.lock").read_text(encoding="utf-8")


def _text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def _direct_requirements() -> list[Requirement]:
    groups = [PYPROJECT["project"]["dependencies"], PYPROJECT["dependency-groups"]["dev"]]
    return [Requirement(line) for group in groups for line in group]


def _tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git clone: which files belong to the project is not known")
    return [PROJECT / name for name in listed.stdout.split("\0") if name and (PROJECT / name).exists()]


def test_changelog_begins_with_this_version() -> None:
    newest = re.search(r"^## (\S+)", _text("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == PYPROJECT["project"]["version"]


def test_packages_are_the_folders() -> None:
    modules = [path for top in ("core", "sync", "desktop") for path in (PROJECT / top).rglob("*.py")]
    folders = {str(path.parent.relative_to(PROJECT)).replace("/", ".") for path in modules}
    assert sorted(PYPROJECT["tool"]["setuptools"]["packages"]) == sorted(folders)
    for package in folders:
        assert (PROJECT / package.replace(".", "/") / "__init__.py").exists(), package


def test_every_file_beside_the_modules_is_packaged() -> None:
    packaged: set[Path] = set()
    for package, patterns in PYPROJECT["tool"]["setuptools"]["package-data"].items():
        for pattern in patterns:
            packaged.update((PROJECT / package.replace(".", "/")).glob(pattern))
    tops = [PROJECT / top for top in ("core", "sync", "desktop")]
    beside = {path for path in _tracked_files() if path.suffix != ".py" and any(top in path.parents for top in tops)}
    documents = {path for path in beside if path.suffix == ".md"}
    assert not beside - documents - packaged


def test_lock_holds_every_direct_dependency() -> None:
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))
    for requirement in _direct_requirements():
        pin = str(requirement.specifier)
        assert pin == f"=={locked[requirement.name]}", requirement


def test_every_direct_dependency_says_why() -> None:
    for requirement in _direct_requirements():
        line = f'"{requirement.name}{requirement.specifier}'
        where = r'(; [^"]*)?",'  # some are for some systems alone
        assert re.search(re.escape(line) + where + r" *# \S", _text("pyproject.toml")), requirement


def test_lock_is_hashed_and_names_no_index() -> None:
    entries = re.findall(r"^[a-z0-9-]+==.*?(?=^[a-z#]|\Z)", LOCK, re.MULTILINE | re.DOTALL)
    assert len(entries) > len(_direct_requirements())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK
    assert "index" not in LOCK


def test_builder_is_the_locked_one() -> None:
    assert PYPROJECT["build-system"]["requires"] == [
        line for line in PYPROJECT["dependency-groups"]["dev"] if line.startswith("setuptools==")
    ]


def test_no_file_names_the_machine_it_was_written_on() -> None:
    homes = re.compile(rb"/(?:root|home/[a-z]+|Users/[A-Za-z]+|tmp/[a-z]+)/|[A-Z]:\\Users\\")
    found = [path for path in _tracked_files() if path.suffix != ".ttf" and homes.search(path.read_bytes())]
    assert not found


def test_whoever_asks_the_linter_to_look_away_says_why() -> None:
    asked = re.compile(r"# (?:noqa)\b(?!: [A-Z]+[0-9]+(?:, [A-Z]+[0-9]+)*\b[ #-]+[A-Za-z])")
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in _tracked_files()
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asked.search(line)
    ]
    assert not found


def test_fonts_come_with_their_licence() -> None:
    licence = _text("desktop/fonts/OFL.txt")
    fonts = {path.name for path in (PROJECT / "desktop" / "fonts").glob("*.ttf")}
    assert fonts == {
        f"NotoSans{letters}-{weight}.ttf" for letters in ("", "Georgian") for weight in ("Regular", "Bold")
    }
    assert all(name in licence for name in fonts)
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_nothing_in_core_inherits_through_more_than_two_steps() -> None:
    """An office has parts and is not made of ancestors: what a class does is read in it, its parent and its grandparent."""
    deep = {}
    for module in walk_packages(core.__path__, "core."):
        for name, kind in getmembers(import_module(module.name), isclass):
            steps = [one for one in kind.__mro__[1:] if one.__module__.partition(".")[0] == "core"]
            if len(steps) > 2:
                deep[name] = [one.__name__ for one in steps]
    assert not deep
