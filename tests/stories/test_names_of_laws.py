"""A new law is a file, never code: no string in the source is the name of a law, register or procedure that ships.

`charter` is excepted: the ledger itself reads it. So are words of the language of laws, which a law may also give to a
procedure (`release` is an effect), and words that the program has for itself, each with what it means there; behind the
name of the law no exception holds. And so is the simulation, whose whole subject is a stream of acts of one register.
"""

import ast
from pathlib import Path

from core.laws.effect_reading import _VERBS
from core.laws.law import OUTCOMES
from core.laws.law_reading import parse_law
from core.laws.resolving import RESOLVING
from desktop.library import library_laws

PROJECT = Path(__file__).resolve().parents[2]
READ_BY_THE_LEDGER = "charter"
# A register or procedure may have a word that the program uses for something of its own: then it stands here.
OWN_WORDS = {
    "file": "a file on the disk: options and facts",
    "restore": "putting back a backup: a command, a button",
    "territory": "where an officer may act, and the word in a law for where a record lies",
}
SIMULATION = PROJECT / "desktop" / "simulation"


def names_of_laws() -> set[str]:
    laws = [parse_law(text) for name, text in library_laws().items() if name != READ_BY_THE_LEDGER]
    read_anyway = parse_law(library_laws()[READ_BY_THE_LEDGER])
    language = {*_VERBS, *OUTCOMES, *(way.removeprefix("#") for way in RESOLVING), *OWN_WORDS}
    bare = {name for law in laws for name in (law.name, *law.registers, *law.procedures)}
    whole = {f"{law.name}.{name}" for law in laws for name in (*law.registers, *law.procedures)}
    return (bare - language - {*read_anyway.registers, *read_anyway.procedures}) | whole


def strings_in(path: Path) -> set[tuple[str, int]]:
    """Every string of a module with its line, but for docstrings, which are prose."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = (node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {(node.value, node.lineno) for node in found if id(node) not in prose}


def test_no_string_in_the_source_is_the_name_of_a_law_register_or_procedure() -> None:
    names, found = names_of_laws(), []
    assert len(names) > 20
    for top in ("core", "sync", "desktop"):
        for path in sorted((PROJECT / top).rglob("*.py")):
            if SIMULATION not in path.parents:
                found += [
                    f"{path.relative_to(PROJECT)}:{line}: {text}" for text, line in strings_in(path) if text in names
                ]
    assert found == []
