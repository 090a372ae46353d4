"""What a person waits for: the window of an office full of parcels, and its register's list.

Each window opens in a process of its own (tests/bench/window_child.py), offscreen, in turns with a bare PySide6
window whose table has as many rows. The first paint is timed from where the window begins to be built (in ours the
office is unlocked and open: Argon2id takes a second by design). "Start to first paint" counts the whole process,
imports and the opening of the replica included; nothing is asked of it, it is there to be seen. The register's time
runs from the click to the paint of its first rows, in a window that stands. The median round counts on both sides.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure
from tests.bench.offices import Place

ROUNDS = 5
REGISTER_LIMIT_S = 0.3
CHILD_TIMEOUT_S = 120
ROOT = Path(__file__).resolve().parents[2]


def measure_painting(place: Place, parcel_count: int, rounds: int = ROUNDS) -> list[Figure]:
    bare, office = [], []
    for _ in range(rounds):
        bare.append(_open_window("bare", str(parcel_count)))
        office.append(_open_window("office", str(place.folder.path.resolve())))
    assert office[0]["rows"] > 0
    filled_s = _median(office, "filled_s")
    note = f"replica of {parcel_count} parcels, median of {rounds}"
    return [
        Figure(
            "first paint",
            _median(office, "first_paint_s"),
            "s",
            _median(bare, "first_paint_s"),
            at_most=2,
            note=f"{note}; its page was filled after {filled_s:.2f} s",
        ),
        Figure(
            "start to first paint",
            _median(office, "from_start_s"),
            "s",
            _median(bare, "from_start_s"),
            note=f"{note}; with Python, imports and opening the replica",
        ),
        Figure(
            "open the register",
            _median(office, "register_s"),
            "s",
            REGISTER_LIMIT_S,
            at_most=1,
            note=f"{office[0]['rows']:.0f} of {parcel_count} rows shown; the limit is absolute",
        ),
    ]


def _median(runs: list[dict[str, float]], name: str) -> float:
    return median(times[name] for times in runs)


def _open_window(kind: str, what: str) -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.bench.window_child", kind, str(time.monotonic_ns()), what]
    child = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=CHILD_TIMEOUT_S, check=False
    )
    assert child.returncode == 0, child.stderr
    times: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return times
