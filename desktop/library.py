"""The laws that come with the application: text files, read as package data so that a frozen application has them."""

from importlib.resources import files


def library_laws() -> dict[str, str]:
    """File name without ending → text, sorted by name."""
    folder = files("core.laws") / "library"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {entry.name.removesuffix(".yaml"): entry.read_text("utf-8") for entry in sorted(found, key=lambda e: e.name)}
