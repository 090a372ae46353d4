"""The simulation carries no rule of the ledger: it runs the real office, and only mutants and rivals hold other rules."""

import ast
from pathlib import Path

import pytest

from core.ledger.anchors import Finality
from core.office import Office
from desktop.simulation.recomputing import Examined
from desktop.simulation.rogue import RogueOffice
from desktop.simulation.scenario import Scenario
from desktop.simulation.world import World

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "desktop" / "simulation"
OTHER_RULES = {"mutants", "rivals"}  # wrong ones and others'; nothing that runs an office may lean on them
MAY_USE_THEM = {"comparing", "pool", "hunting"}
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py"))


def _tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))


def _imported(module: str) -> set[str]:
    found = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("module", MODULES)
def test_nothing_comes_from_the_tests(module: str) -> None:
    assert not {name for name in _imported(module) if name.partition(".")[0] in {"tests", "pytest", "hypothesis"}}


@pytest.mark.parametrize("module", sorted(set(MODULES) - OTHER_RULES - MAY_USE_THEM))
def test_what_runs_offices_knows_no_other_rules(module: str) -> None:
    assert not {name for name in _imported(module) if name.rpartition(".")[2] in OTHER_RULES}


RULES = ("anchors", "approvals", "blocklace", "forks", "ordering", "roll", "vertex", "votes")


def _ledger_words() -> set[str]:
    """Names of the functions and methods in which the rules of the ledger stand."""
    found = set()
    for name in RULES:
        tree = ast.parse((PROJECT / "core" / "ledger" / f"{name}.py").read_text(encoding="utf-8"))
        found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("module", sorted(set(MODULES) - OTHER_RULES))
def test_no_rule_is_written_a_second_time(module: str) -> None:
    """No function has the name of one that decides in the ledger, and nothing reckons a third or a quorum."""
    defined = {node.name for node in ast.walk(_tree(module)) if isinstance(node, ast.FunctionDef)}
    again = {name for name in defined & _ledger_words() - {"add", "holds"} if not name.startswith("__")}
    assert not again
    divided = [node.right for node in ast.walk(_tree(module)) if isinstance(node, ast.BinOp)]
    assert not [node for node in divided if isinstance(node, ast.Constant) and node.value == 3]


def test_honest_offices_are_the_real_ones() -> None:
    world = World(Scenario(4, malicious=1), 0)
    assert {type(office) for _, office in world.offices()} == {Office}
    assert [type(world.office(number)) for number in world.malicious] == [RogueOffice]
    world.close()


def test_examining_changes_no_decision() -> None:
    class Plain:
        """What every class has, which is more from Python 3.13 on."""

    assert not set(vars(Examined)) & set(vars(Finality)) - set(vars(Plain))
