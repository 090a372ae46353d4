"""Who imports whom, in sentences. The tree is the diagram: each folder knows only what stands below it.

Imports inside functions and under TYPE_CHECKING count too. A sentence about layers holds through any number
of modules in between; a sentence about one library looks at what a module itself imports.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_archon import archrule

PROJECT = Path(__file__).resolve().parent.parent
TOP_FOLDERS = ("core", "sync", "desktop")

OUTSIDE = (
    "os",
    "io",
    "pathlib",
    "tempfile",
    "shutil",
    "importlib.resources",
    "logging",
    "structlog",
    "socket",
)
CONCURRENT = (
    "ssl",
    "asyncio",
    "threading",
    "concurrent*",
    "multiprocessing",
    "subprocess",
    "selectors",
    "signal",
)
CHANCE = ("time", "random", "secrets", "uuid", "nacl.utils")


class Layer(NamedTuple):
    """`part` may not reach any of `above`, through whatever stands in between."""

    sentence: str
    part: str
    above: tuple[str, ...]


LAYERS = [
    Layer("core knows no socket, no peer and no window", "core", ("sync", "desktop")),
    Layer("sync knows no window", "sync", ("desktop",)),
    Layer(
        "crypto stands at the bottom",
        "core.crypto",
        ("core.ledger", "core.laws", "core.store", "core.casefile", "core.office"),
    ),
    Layer(
        "the ledger knows only crypto",
        "core.ledger",
        ("core.laws", "core.store", "core.casefile", "core.office"),
    ),
    Layer("the laws know only the ledger", "core.laws", ("core.store", "core.casefile", "core.office")),
    Layer("the store knows only the ledger", "core.store", ("core.laws", "core.casefile", "core.office")),
    Layer(
        "a case file is a draft: it knows no ledger",
        "core.casefile",
        ("core.ledger", "core.laws", "core.store", "core.office"),
    ),
]


class Monopoly(NamedTuple):
    """Only `owner` imports `library`."""

    sentence: str
    library: str
    owner: str


MONOPOLIES = [
    Monopoly("only desktop imports PySide6", "PySide6", "desktop"),
    Monopoly("only sync/discovery.py imports zeroconf", "zeroconf", "sync.discovery"),
    Monopoly("only core/store imports sqlcipher3", "sqlcipher3", "core.store"),
    Monopoly("only core/casefile imports automerge", "automerge", "core.casefile"),
    Monopoly("only core/ledger/encoding.py turns values into bytes", "libipld", "core.ledger.encoding"),
]


def _with_children(name: str) -> tuple[str, str]:
    return name, f"{name}.*"


def _patterns(names: tuple[str, ...]) -> list[str]:
    return [pattern for name in names for pattern in _with_children(name)]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.sentence)
def test_layers(layer: Layer) -> None:
    rule = archrule(layer.sentence).match(*_with_children(layer.part))
    rule.should_not_import(*_patterns(layer.above)).check(layer.part.partition(".")[0])


@pytest.mark.parametrize("monopoly", MONOPOLIES, ids=lambda monopoly: monopoly.sentence)
def test_one_library_one_owner(monopoly: Monopoly) -> None:
    for top in TOP_FOLDERS:
        if monopoly.owner == top:
            continue
        rule = archrule(monopoly.sentence).match(*_with_children(top)).exclude(*_with_children(monopoly.owner))
        rule.should_not_import(*_with_children(monopoly.library)).check(top, only_direct_imports=True)


@pytest.mark.parametrize("part", ["core.ledger", "core.laws"])
def test_ledger_and_laws_are_pure(part: str) -> None:
    """No file, socket, thread, clock or random: those come in as arguments."""
    rule = archrule("pure").match(*_with_children(part))
    forbidden = _patterns(OUTSIDE + CONCURRENT + CHANCE)
    rule.should_not_import(*forbidden).check("core", only_direct_imports=True)


@pytest.mark.parametrize("folder", ["core/ledger", "core/laws"])
def test_ledger_and_laws_open_nothing_and_ask_no_clock(folder: str) -> None:
    """What needs no import: `open`, and the clock that hides in datetime."""
    for path, called in _calls(PROJECT / folder):
        assert called not in {"open", "print", "input", "now", "today", "utcnow"}, f"{path} calls {called}()"


@pytest.mark.parametrize("top", ["core", "sync"])
def test_only_the_clock_reads_time(top: str) -> None:
    rule = archrule("only core/clock.py reads time").match(*_with_children(top)).exclude("core.clock")
    rule.should_not_import("time").check(top, only_direct_imports=True)
    for path, called in _calls(PROJECT / top):
        if path != PROJECT / "core" / "clock.py":
            assert called not in {"now", "utcnow", "today"}, f"{path} calls {called}()"


def test_only_one_file_leaves_the_window_thread() -> None:
    """Commands have no window; desktop/control.py reads its lines in a thread that touches no widget."""
    rule = archrule("only desktop/background.py leaves and re-enters the GUI thread")
    windows = rule.match(*_with_children("desktop")).exclude(
        "desktop.background",
        "desktop.cli",
        "desktop.commands*",
        "desktop.control",
        "desktop.demonstration*",
        "desktop.fonts",  # one set of letters a thread
        "desktop.self_test",
        "desktop.simulation.pool",  # of a command: children that answer one after another
    )
    windows.should_not_import("threading", "concurrent*", "asyncio*").check("desktop", only_direct_imports=True)


@pytest.mark.parametrize("top", TOP_FOLDERS)
def test_no_circles(top: str) -> None:
    """No module reaches itself through others: each can be read, tested and replaced without what stands above it."""
    imported = {name: set(_imported(path)) for name, path in _modules(top)}
    assert not [sorted(circle) for circle in _circles(imported)]


def test_circles_are_found() -> None:
    imported = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set()}
    assert [sorted(circle) for circle in _circles(imported)] == [["a", "b", "c"]]


def test_command_starts_without_qt() -> None:
    """`muniment verify` and `muniment node` run on computers without a screen, and start at once."""
    script = "import sys, desktop.cli; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=False).returncode == 0


def test_packaging_hides_no_library() -> None:
    assert not (PROJECT / "packaging" / "__init__.py").exists()


def _modules(top: str) -> list[tuple[str, Path]]:
    """Each module below a folder by its name as it is imported."""
    paths = sorted((PROJECT / top).rglob("*.py"))
    return [
        (".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"), path) for path in paths
    ]


def _imported(path: Path) -> Iterator[str]:
    """Names that a module imports at its own level, also in functions and for its types."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)  # where that is a module


def _circles(imported: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of modules each of which reaches all of its group (Warshall 1962, by sets)."""
    reached = {name: names & imported.keys() for name, names in imported.items()}
    for middle in imported:
        for names in reached.values():
            if middle in names:
                names |= reached[middle]
    found = {frozenset(other for other in reached[name] if name in reached[other]) for name in reached}
    return [set(circle) for circle in found if circle]


def _calls(folder: Path) -> list[tuple[Path, str]]:
    """Each call in the folder's modules: the file, and the last part of the name that is called."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func
                found.append((path, getattr(name, "id", None) or getattr(name, "attr", "")))
    return found
