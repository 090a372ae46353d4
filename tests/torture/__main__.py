"""`make torture SECONDS=600`: the long part of the reliability programme, for so long as it is given.

Kills, disks that fail, damage, parsers, graphs, pairings and simulated networks share the time. build/torture.json says for each what was planned and what was run in
fact; a failure carries its seed. Exit code 1 if anything failed.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from core.cycles import look_seldom
from tests.torture.damage import torture_damage
from tests.torture.discovery import torture_discovery
from tests.torture.drawn import torture_drawn
from tests.torture.faults import torture_faults
from tests.torture.graphs import torture_graphs
from tests.torture.guided import torture_guided
from tests.torture.hostile import torture_hostile
from tests.torture.kills import torture_kills
from tests.torture.pairing import torture_pairing
from tests.torture.parsers import parser_names, torture_parsers
from tests.torture.part import Part
from tests.torture.simulation import torture_simulation

BUILD = Path(__file__).resolve().parents[2] / "build"
SHARES = {
    "kills": 0.1,
    "faults": 0.05,
    "damage": 0.1,
    "parsers": 0.07,
    "drawn": 0.03,
    "guided": 0.05,
    "graphs": 0.07,
    "pairing": 0.05,
    "discovery": 0.01,
    "hostile": 0.05,
    "simulation": 0.32,
}
LEAST_S = {"hostile": 20.0, "discovery": 3.0}  # with less of a share a part is left out: one attack alone takes longer


def run(work: Path, seconds: float, first_seed: int, only: str | None) -> list[Part]:
    """Every part in turn; what one leaves of its share goes to the next. With `only` that one has all the time."""
    makers: dict[str, Callable[[float], list[Part]]] = {
        "kills": lambda until_s: torture_kills(work, first_seed, until_s),
        "faults": lambda until_s: torture_faults(work, first_seed, until_s),
        "damage": lambda until_s: torture_damage(work, first_seed, until_s),
        "parsers": lambda until_s: torture_parsers(work, first_seed, until_s),
        "drawn": lambda until_s: torture_drawn(work, first_seed, until_s),
        "guided": lambda until_s: torture_guided(work, parser_names(work), first_seed, until_s),
        "graphs": lambda until_s: torture_graphs(first_seed, until_s),
        "pairing": lambda until_s: torture_pairing(first_seed, until_s),
        "discovery": lambda until_s: torture_discovery(first_seed, until_s),
        "hostile": lambda until_s: torture_hostile(first_seed, until_s),
        "simulation": lambda until_s: torture_simulation(first_seed, until_s),
    }
    parts: list[Part] = []
    until_s = time.monotonic()
    shares = {only: 1.0} if only else SHARES
    for name, share in shares.items():
        until_s += seconds * share
        if seconds * share < LEAST_S.get(name, 0):
            continue
        for part in makers[name](until_s):
            print(f"  {part.name}: {part.run:,} of {part.planned:,}, {part.failed} failed", file=sys.stderr)
            parts.append(part)
    return parts


def main() -> None:
    look_seldom()
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0, help="the first try's; others count up from it")
    parser.add_argument("--only", choices=SHARES, help="one part, with all the time")
    parser.add_argument("--out", type=Path, default=BUILD / "torture.json")
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix="torture-", dir=asked.out.parent))
    begun_s = time.monotonic()
    try:
        parts = run(work, asked.seconds, asked.seed, asked.only)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report = {
        "seconds_given": asked.seconds,
        "seconds": round(time.monotonic() - begun_s, 1),
        "first_seed": asked.seed,
        "parts": [part.as_json() for part in parts],
    }
    asked.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for example in (example for part in parts for example in part.examples):
        print(example, file=sys.stderr)
    sys.exit(any(part.failed for part in parts))


if __name__ == "__main__":
    main()
