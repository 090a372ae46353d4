"""`make bench`: each figure of BENCHMARKS.md beside the bare limit of the same run; writes build/bench.json.

Ratios are compared over time; seconds hold on one machine only. The work folder must lie on a real
disk: on tmpfs an fsync costs nothing, so it is refused.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console
from rich.table import Table

from core.cycles import look_seldom
from core.executing import MAX_FORESEEN_ACTS
from tests.bench.catching_up import measure_catching_up
from tests.bench.checkpointing import measure_checkpointing
from tests.bench.disk import file_system, is_memory
from tests.bench.executing import measure_executing
from tests.bench.figure import Figure, write_json
from tests.bench.finality import measure_commit_rule, measure_graph_memory
from tests.bench.importing import measure_import
from tests.bench.joining import measure_joining
from tests.bench.judging import measure_judging
from tests.bench.numbering import measure_numbering
from tests.bench.offices import Network, found_network
from tests.bench.painting import measure_painting
from tests.bench.recording import measure_recording
from tests.bench.sheets import measure_sheets
from tests.bench.verifying import measure_verifying

BUILD = Path(__file__).resolve().parents[2] / "build"


def measure(network: Network, work: Path, parcels: int, acts: int, chain: int, rounds: int) -> list[Figure]:
    """All figures. The first office is filled by the import; recording and painting then work on it."""
    full, fresh = network.places[:2]
    steps: list[Callable[[], Sequence[Figure]]] = [
        lambda: measure_judging(rounds * 5),  # first: what the others leave in memory makes it a fifth dearer
        lambda: [measure_import(full, work, parcels)],
        lambda: [measure_recording(full, work, acts)],
        lambda: [measure_verifying(fresh, network.charter, chain)],
        lambda: [measure_catching_up(network, work, chain)],
        lambda: measure_painting(full, parcels, rounds),
        lambda: [measure_commit_rule(20, min(6_000, 4 * parcels)), measure_commit_rule(100, min(12_000, 12 * parcels))],
        lambda: measure_sheets(min(500, parcels // 3), rounds),
        lambda: measure_numbering(min(1_000_000, 20 * parcels)),
        lambda: measure_graph_memory(20, min(24_000, 4 * parcels)),
        lambda: measure_executing(work, min(parcels, MAX_FORESEEN_ACTS)),
        lambda: measure_checkpointing(work, parcels),
        lambda: measure_joining(work, parcels),
    ]
    figures: list[Figure] = []
    for step in steps:
        figures += step()
        print(f"  {figures[-1].name} …", file=sys.stderr)
    return figures


def show(figures: Sequence[Figure]) -> None:
    table = Table("", "measured", "limit", "ratio", "asked", "")
    for figure in figures:
        met = "" if not figure.asked else "met" if figure.met else "not met"
        table.add_row(
            f"{figure.name}\n[dim]{figure.note}[/dim]",
            f"{_number(figure.value)} {figure.unit}",
            _number(figure.limit),
            f"{figure.ratio:.2f}",
            figure.asked,
            met,
        )
    Console(width=120).print(table)


def _number(value: float) -> str:
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def main() -> None:
    look_seldom()
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--parcels", type=int, default=100_000, help="parcels of the import and of the replica")
    parser.add_argument("--acts", type=int, default=500, help="acts recorded, the median of which counts")
    parser.add_argument("--chain", type=int, default=2_000, help="acts of the chain that is verified")
    parser.add_argument("--rounds", type=int, default=5, help="windows opened of each kind")
    parser.add_argument("--out", type=Path, default=BUILD / "bench.json")
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix="bench-", dir=asked.out.parent))
    try:
        if is_memory(work):
            sys.exit(f"{work} is on {file_system(work)}: nothing measured there would hold on a disk.")
        network = found_network(work / "network")
        figures = measure(network, work, asked.parcels, asked.acts, asked.chain, asked.rounds)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    write_json(asked.out, figures)
    show(figures)


if __name__ == "__main__":
    main()
