"""Makes the environment `.venv` from `requirements.lock`, on any system; does nothing when it is already so.

Only packages whose digest stands in the lock are installed, and only ready-built ones: nothing is compiled,
and nothing that the lock does not know runs on this computer. The project itself comes last, without its
dependencies and without the network. Standard library only: it runs before anything is installed.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "muniment-installed"


def main() -> None:
    """Exit code 0 when `.venv` agrees with the lock and the project; else 1 and a sentence."""
    # An environment holds its own path in its scripts: a copied or moved one is made anew.
    wanted = [str(ENVIRONMENT), _digest("requirements.lock"), _digest("pyproject.toml")]
    found = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []
    if found == wanted and PYTHON.exists():
        return
    try:
        if not _environment_works() or (found and found[0] != wanted[0]):
            print("Making the environment .venv", flush=True)
            if ENVIRONMENT.is_symlink():  # it leads to the environment of another clone, which is not ours to empty
                ENVIRONMENT.unlink()
            venv.create(ENVIRONMENT, clear=True, with_pip=True)
            found = []
        if found[:2] != wanted[:2]:
            print("Installing the packages of requirements.lock (once; some minutes)", flush=True)
            _pip_install("--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock")
        _pip_install("--no-deps", "--no-build-isolation", "--no-index", "--editable", ".")
    except subprocess.CalledProcessError as failure:
        print(failure.output, file=sys.stderr)
        sys.exit("Set-up did not finish, for the reason above. It can be run again at any time.")
    STAMP.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    print(f"Set up: {ENVIRONMENT.name} agrees with requirements.lock", flush=True)


def _digest(name: str) -> str:
    return hashlib.sha256((PROJECT / name).read_bytes()).hexdigest()


def _environment_works() -> bool:
    """False too where the Python that it was made from was removed or replaced."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def _pip_install(*arguments: str) -> None:
    """Silent when all goes well: pip and setuptools warn about much that nobody here can act on."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run(
        [PYTHON, "-m", "pip", "install", *quiet, *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=True,
    )


if __name__ == "__main__":
    main()
