"""Set-up touches nothing but its own clone, and takes the Pythons that the project promises."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def _said(path: str, pattern: str) -> tuple[str, ...]:
    """What stands at the groups of a pattern that occurs in the file."""
    found = re.search(pattern, (PROJECT / path).read_text(encoding="utf-8"))
    assert found is not None, f"{path} no longer says {pattern}"
    return found.groups()


def test_the_same_pythons_are_promised_taken_and_checked() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    bounds = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["project"]["requires-python"])
    assert bounds is not None
    first, last = int(bounds[1]), int(bounds[2]) - 1
    named = [f"3.{minor}" for minor in range(first, last + 1)]
    for path in ("README.md", "packaging/README.md"):
        assert _said(path, r"Python (3\.\d+) to (3\.\d+)") == (named[0], named[-1])
    setup = "packaging/setup.sh"
    assert _said(setup, r"not \(3, (\d+)\) <= sys\.version_info\[:2\] <= \(3, (\d+)\)") == (str(first), str(last))
    assert _said(setup, r"for candidate in python3 /usr/bin/python3 (.*); do") == (
        " ".join(f"python{version}" for version in named),
    )
    assert _said(setup, r"needs Python (.*?)\. Please") == (f"{', '.join(named[:-1])} or {named[-1]}",)
    assert _said("Makefile", r"--python-version (\S+)") == (named[0],)
    assert project["tool"]["mypy"]["python_version"] == named[0]
    assert project["tool"]["ruff"]["target-version"] == f"py3{first}"


def test_a_link_to_the_environment_of_another_clone_does_not_empty_it(tmp_path: Path) -> None:
    other, clone = tmp_path / "other", tmp_path / "clone"
    other.mkdir()
    (other / "kept").write_text("of another clone", encoding="utf-8")
    (clone / "packaging").mkdir(parents=True)
    shutil.copy(PROJECT / "packaging" / "environment.py", clone / "packaging")
    (clone / "requirements.lock").touch()
    (clone / "pyproject.toml").write_text("not a project", encoding="utf-8")
    (clone / ".venv").symlink_to(other)
    done = subprocess.run(
        [sys.executable, "packaging/environment.py"], cwd=clone, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 1  # nothing can be installed from such a project
    assert b"Set-up did not finish" in done.stderr
    assert (other / "kept").exists()
    assert (clone / ".venv" / "bin" / "python").exists()
    assert not (clone / ".venv").is_symlink()
