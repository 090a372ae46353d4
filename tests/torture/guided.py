"""The same parsers under atheris: libFuzzer, guided by which lines an input reaches. A process for each parser.

    python -m tests.torture.guided NAME SECONDS FOLDER

atheris has wheels for Linux alone, and some versions of Python have none: where it is not installed that is said.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic

from tests.torture.part import Part

PLANNED_EACH = 10_000_000
LEAST_S = 1.0
START_S = 4.0  # of a process
_RUN = re.compile(r"Done (\d+) runs|#(\d+)\s")


def torture_guided(work: Path, names: list[str], first_seed: int, until_s: float) -> list[Part]:
    """One process for each parser, as many as there is time for; `first_seed` says which is the first."""
    part = Part("parsers guided by coverage", PLANNED_EACH * len(names))
    if importlib.util.find_spec("atheris") is None:
        part.planned = part.run = 1
        part.count("not run: atheris is not installed here")
        return [part]
    for number in range(len(names)):
        left_s = until_s - monotonic()
        if number and left_s < START_S + LEAST_S:
            break
        name = names[(first_seed + number) % len(names)]
        seconds = max(LEAST_S, left_s / (len(names) - number) - START_S)
        folder = work / f"guided-{number}"
        folder.mkdir()
        command = [sys.executable, "-m", "tests.torture.guided", name, str(int(seconds)), str(folder)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        runs = max((int(one or other) for one, other in _RUN.findall(ran.stderr)), default=0)
        part.run += runs
        part.notes[name] = runs
        if ran.returncode != 0:
            part.failed += 1
            part.examples.append(f"{name}: {ran.stderr[-500:]}")
    return [part]


def main() -> None:
    """Ends the process itself, as libFuzzer does."""
    import atheris

    from core.errors import MunimentError

    name, seconds, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    with atheris.instrument_imports(include=["core", "sync"]):
        from tests.torture.parsers import make_parsers
    parser = next(one for one in make_parsers(work) if one.name == name)
    corpus = work / "corpus" / re.sub(r"\W", "-", name)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds):
        (corpus / str(number)).write_bytes(seed)

    def one(data: bytes) -> None:
        try:
            value = parser.read(data)
        except MunimentError:
            return
        assert parser.write is None or parser.write(value) == data

    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=65536", str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
