"""Builds `dist/muniment/`: the application with its own Python, for computers that have none.

Run by `make package` in the locked environment. What it packs is exactly what the lock names; the build says
how large it became. Exit code 1 with PyInstaller's own words when the build fails.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
APPLICATION = PROJECT / "dist" / "muniment"
LOG = PROJECT / "build" / "package.log"


def main() -> None:
    shutil.rmtree(APPLICATION, ignore_errors=True)
    LOG.parent.mkdir(exist_ok=True)
    folders = ["--distpath", str(APPLICATION.parent), "--workpath", str(PROJECT / "build" / "pyinstaller")]
    specification = str(PROJECT / "packaging" / "muniment.spec")
    print(f"Building {APPLICATION.relative_to(PROJECT)} (some minutes)", flush=True)
    with LOG.open("w", encoding="utf-8") as log:
        build = subprocess.run(
            [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", *folders, specification],
            cwd=PROJECT,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if build.returncode != 0:
        print(LOG.read_text(encoding="utf-8")[-4_000:], file=sys.stderr)
        sys.exit(f"The build failed; all it said is in {LOG.relative_to(PROJECT)}.")
    files = (path for path in APPLICATION.rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(path.stat().st_size for path in files)
    print(f"Built {APPLICATION.relative_to(PROJECT)}: {size / 1_000_000:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
