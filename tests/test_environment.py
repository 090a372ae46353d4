"""Set-up touches nothing but its own clone."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


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
