"""The torture run in small: every part runs, and the report says what was planned and what was run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.torture
def test_a_few_seconds_of_it(tmp_path):
    out = tmp_path / "torture.json"
    ran = subprocess.run(
        [sys.executable, "-m", "tests.torture", "--seconds", "8", "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["seconds_given"] == 8
    names = [part["name"] for part in report["parts"]]
    assert len(names) == len(set(names)) >= 20
    for part in report["parts"]:
        assert 0 < part["run"] <= part["planned"], part
        assert part["failed"] == 0, part
