"""Where the packaged application begins.

A packaged application is its own Python: `sys.executable` is the application. Children that the program
starts as `[sys.executable, "-m", MODULE, …]` therefore come back here, and so do those of `multiprocessing`.
Only Muniment's own modules may be named, so the application is no general Python for whoever finds it.
"""

import multiprocessing
import runpy
import sys

OWN_PACKAGES = {"core", "sync", "desktop"}


def main() -> None:
    multiprocessing.freeze_support()
    if len(sys.argv) > 2 and sys.argv[1] == "-m" and sys.argv[2].partition(".")[0] in OWN_PACKAGES:
        module = sys.argv[2]
        del sys.argv[1:3]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    from desktop.cli import main as run_command

    run_command()


if __name__ == "__main__":
    main()
