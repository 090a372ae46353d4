"""The laws that come with the application: text files, read as package data so that a frozen application has them."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from core.folder import read_bounded
from core.laws.law import Law
from core.laws.law_reading import parse_law
from core.laws.law_source import MAX_LAW_BYTES


def library_laws() -> dict[str, str]:
    """File name without ending → text, sorted by name."""
    folder = files("core.laws") / "library"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {entry.name.removesuffix(".yaml"): entry.read_text("utf-8") for entry in sorted(found, key=lambda e: e.name)}


def laws_beside(path: Path) -> Callable[[str], Law]:
    """Finds a law by name in the folder of a law's file, else among the library's. Raises KeyError, `LawError`."""

    def find(name: str) -> Law:
        beside = path.parent / f"{name}.yaml"
        if beside.is_file():
            return parse_law(read_bounded(beside, MAX_LAW_BYTES).decode("utf-8", "replace"))
        return parse_law(library_laws()[name])

    return find
