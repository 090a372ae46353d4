"""Hostile worlds, each made for one mistake: the verifier agrees with the real rules, and finds an office that has
another rule out by what it claims.
"""

import pytest

from desktop.simulation.hunting import grounds
from desktop.simulation.mutants import MUTANTS, mutated
from desktop.simulation.run import simulate
from desktop.simulation.scenario import Scenario
from desktop.simulation.scripts import SCRIPTS
from tests.independent.auditing.report import verify_files
from tests.independent.auditing.values import RefusedError
from tests.independent.exporting import Files, exported

# Wrong in what they might do, not in what they do where they are hunted (tests/simulation/test_mutants.py).
UNSEEN = {"indirect-at-r3", "lowest-seq-approvals"}


def honest_audits(scenario: Scenario, seed: int) -> list[Files]:
    run = simulate(scenario, seed)
    files = [exported(run.world.office(number)) for number in run.world.honest]
    run.world.close()
    return files


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_real_rules(name: str) -> None:
    script = SCRIPTS[name]
    for files in honest_audits(Scenario(script.nodes, malicious=script.malicious, script=name), seed=0):
        assert verify_files(files)


@pytest.mark.parametrize("mutant", sorted(set(MUTANTS) - UNSEEN))
def test_another_rule_is_found_out(mutant: str) -> None:
    ((scenario, seed),) = grounds(mutant)
    with mutated(mutant):
        audits = honest_audits(scenario, seed)
    refused = []
    for files in audits:
        try:
            verify_files(files)
        except RefusedError as refusal:
            refused.append(refusal.code)
    assert refused
