"""`muniment simulate`: figures as JSON, exit codes, the graph on request; one seed, one run, on any computer."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import MunimentError
from desktop.commands.simulating import outcome, simulate_command
from desktop.outcome import DONE, REFUSED, USAGE, exit_code
from desktop.simulation import pool
from desktop.simulation.figures import Figures, summary
from desktop.simulation.pool import run_seed
from desktop.simulation.scenario import Scenario

PROJECT = Path(__file__).resolve().parents[2]


def _run(*words: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from desktop.cli import main; main()", "simulate", *words],
        cwd=PROJECT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_one_seed_is_one_run(tmp_path: Path) -> None:
    """The same graph to the last byte, with Python's hashes salted otherwise, with malice and every fault."""
    words = ("--nodes", "4", "--malicious", "1", "--faults", "mixed", "--seeds", "7", "--json")
    traces, answers = [], []
    for number in ("1", "2"):
        file = tmp_path / f"trace{number}.json"
        answers.append(_run(*words, "--trace", str(file), hash_seed=number))
        traces.append(file.read_bytes())
    assert answers[0].returncode == 0, answers[0].stderr
    assert traces[0] == traces[1]
    assert answers[0].stdout == answers[1].stdout
    graph = json.loads(traces[0])["runs"][0]
    assert {"author", "seq", "round", "parents", "prev", "opener", "anchor"} <= graph["blocks"][0].keys()
    assert graph["anchors"]


def test_what_json_tells() -> None:
    answer = _run("--nodes", "3", "--seeds", "0:2", "--json")
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    for step in ("certified", "second_level", "final"):
        assert 0 < told[step]["mean"] <= told[step]["p95"]
    assert told["never_final"] == 0
    assert told["violations"] == []
    assert told["blocks_per_act"] > 3
    assert told["bytes_per_act"] > 190 * 3
    assert {"I1", "I2", "I3", "I5", "I6", "I7", "I9", "I11", "I12", "I13"} <= told["checks"].keys()


def test_what_makes_no_sense_is_refused_in_a_sentence() -> None:
    answer = _run("--nodes", "4", "--malicious", "2")
    assert answer.returncode == USAGE
    assert "malicious may be 0 to 1" in answer.stderr


@pytest.mark.parametrize(
    "asked",
    [
        {"nodes": 0},
        {"nodes": 4, "sleepers": 2},
        {"nodes": 3, "malicious": 1},
        {"seeds": "5:5"},
        {"seeds": "a"},
        {"seeds": "-1"},
        {"meetings": "never"},
        {"faults": "lost,rain"},
        {"mutant": "no-such-rule"},
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    sound = {"nodes": 4, "meetings": "uniform", "sleepers": 0, "malicious": 0, "seeds": "0", "faults": ""}
    rest = {"mutant": None, "compare": False, "trace": None, "as_json": True}
    with pytest.raises(MunimentError) as refused:
        simulate_command(**sound | rest | asked)
    assert exit_code(refused.value.code) == USAGE


def _told(**asked: Any) -> dict[str, Any]:
    given = {"nodes": 4, "meetings": "uniform", "sleepers": 0, "malicious": 0, "faults": "", "mutant": None}
    rest = {"seeds": "0", "compare": False, "trace": None, "as_json": True}
    return simulate_command(**given | rest | asked)


def test_a_violation_ends_with_one() -> None:
    """The world that `muniment simulate` is asked for is broken: one wrong rule, and the malice that needs it."""
    told = _told(mutant="votes-without-fork-check", malicious=1)
    assert told["exit"] == REFUSED
    assert told["violations"]
    assert _told()["exit"] == DONE


def test_never_final_ends_with_one_where_nothing_goes_wrong() -> None:
    """Acts of a network that waits for a sleeper for ever; where faults are asked for, somebody may wait."""
    waits = Scenario(3, script="the-best-sleeps", mutant="schedule-third")
    figures = Figures(**run_seed(waits, 0)["figures"])
    assert figures.never_final > 0
    figures.violations = []  # else it would end with one for the promises that this breaks as well
    facts = figures.as_json() | {"seeds": 1}
    assert outcome(Scenario(3), figures, facts)["exit"] == REFUSED
    assert outcome(Scenario(3, faults=frozenset({"lost"})), figures, facts)["exit"] == DONE


def test_a_comparison_names_the_three_rules() -> None:
    answer = _run("--nodes", "4", "--seeds", "0", "--compare", "--json")
    assert answer.returncode == 0, answer.stderr
    compared = json.loads(answer.stdout)["compared"]
    assert set(compared) == {"ours", "three_rounds", "hashgraph"}
    assert compared["ours"]["mean"] <= compared["three_rounds"]["mean"]
    assert compared["ours"]["mean"] <= compared["hashgraph"]["mean"]


def test_children_answer_as_one_process_does() -> None:
    jobs = [(pool.Scenario(3, acts=1), seed) for seed in range(pool.FEWEST_JOBS)]
    assert list(pool.run_jobs(jobs)) == [json.loads(json.dumps(pool.run_seed(*job))) for job in jobs]


def test_percentiles() -> None:
    assert summary([]) == {"mean": None, "p95": None}
    assert summary([3.0]) == {"mean": 3.0, "p95": 3.0}
    assert summary([float(value) for value in range(1, 101)]) == {"mean": 50.5, "p95": 95.0}
