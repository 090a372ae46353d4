"""The benchmark in small: every figure is measured and written; how fast this machine is today is no test."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.bench.disk import file_system

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
NAMES = [
    "judge a transfer, with trace",
    "judge a transfer",
    "read a total",
    "bulk import",
    "record one act",
    "verify a received chain",
    "catch up with acts",
    "first paint",
    "start to first paint",
    "open the register",
    "commit rule, n = 20",
    "commit rule, n = 100",
    "import a sheet",
    "import its second entry",
    "give a number",
    "graph memory, n = 20",
    "execute foreseen acts",
    "execute, judged again",
    "bring the state root up to date",
    "append entries to their log",
    "join with a snapshot",
]


@pytest.fixture
def place() -> Iterator[Path]:
    """Where `make bench` itself works: the folders of other tests may lie in memory, where nothing is measured."""
    BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=BUILD) as folder:
        yield Path(folder)


def test_every_figure_is_measured_and_written(place: Path) -> None:
    out = place / "bench.json"
    small = ["--parcels", "300", "--acts", "5", "--chain", "20", "--rounds", "1", "--out", str(out)]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", *small], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if file_system(place) == "tmpfs":
        assert ran.returncode == 1
        assert "tmpfs" in ran.stderr
        return
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert [figure["name"] for figure in figures] == NAMES
    for figure in figures:
        assert set(figure) == {"name", "value", "unit", "limit", "ratio"}
        assert figure["value"] > 0 or figure["name"] == "read a total"  # the difference of two
        assert figure["ratio"] == figure["value"] / figure["limit"]
