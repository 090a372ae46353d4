"""Every wrong rule of 3-ledger §10 breaks a promise within seconds, and the real rules keep all of them in that place."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.ledger import anchors
from core.ledger.anchors import Finality
from core.ledger.roll import Roll
from desktop.simulation.hunting import SCRIPT_OF, grounds
from desktop.simulation.mutants import MUTANTS, mutated
from desktop.simulation.pool import run_seed
from desktop.simulation.scenario import Scenario
from desktop.simulation.scripts import SCRIPTS

PROJECT = Path(__file__).resolve().parents[2]
# A mistake that is not a disagreement shows as another broken promise.
DIES_OF = {
    "schedule-third": {"I6", "I11"},
    "order-by-claimed-time": {"I5"},
    "execute-uncertified": {"I5"},
    "evidence-blind": {"I11"},
    "indirect-at-r3": {"I13"},
    "revoked-key-approved": {"I5"},
}


def test_each_has_its_script() -> None:
    assert set(SCRIPT_OF) == set(MUTANTS)
    assert set(SCRIPT_OF.values()) == set(SCRIPTS)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_mutant_dies(mutant: str) -> None:
    ((scenario, seed),) = grounds(mutant)
    figures = run_seed(scenario, seed)["figures"]
    broken = {violation["promise"] for violation in figures["violations"]}
    assert broken
    assert DIES_OF.get(mutant, broken) <= broken
    assert all(violation["seed"] == seed for violation in figures["violations"])


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("seed", range(3))
def test_the_real_rules_stand_where_mutants_fall(name: str, seed: int) -> None:
    script = SCRIPTS[name]
    scenario = Scenario(script.nodes, malicious=script.malicious, script=name)
    figures = run_seed(scenario, seed)["figures"]
    assert figures["violations"] == []
    assert figures["never_final"] == 0


def test_the_command_ends_with_one() -> None:
    words = ["simulate", "--mutant", "votes-without-fork-check", "--nodes", "4", "--seeds", "0", "--json"]
    answer = subprocess.run(
        [sys.executable, "-c", "from desktop.cli import main; main()", *words],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["violations"]


def test_a_mutant_leaves_nothing_behind() -> None:
    before = anchors.INDIRECT_AFTER, vars(Finality).copy(), vars(Roll)["__post_init__"]
    for mutant in MUTANTS:
        with mutated(mutant):
            pass
    assert (anchors.INDIRECT_AFTER, vars(Finality).copy(), vars(Roll)["__post_init__"]) == before
