"""Options that many commands share, and how a command is run: opened with `access`, ended with `conclude`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from desktop.unlocking import Access

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The office's data folder.")]
Secret = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Holds the passphrase; else standard input."),
]
KitFile = Annotated[
    list[Path] | None,
    typer.Option("--kit-file", metavar="FILE", help="Sheets of the recovery kit: PDF, picture, or words in a text."),
]
Control = Annotated[bool, typer.Option("--control", help="Take commands as JSON lines on standard input.")]
Loopback = Annotated[bool, typer.Option("--loopback", help="Stay on this computer: no other is called or answered.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Homes = Annotated[
    list[str] | None,
    typer.Option("--home", metavar="REGISTER=HOME", help="Who keeps it: office or shared."),
]
By = Annotated[
    str, typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="The administrator who signs.")
]


def access(data: Path | None, passphrase_file: Path | None) -> "Access":
    """Where the office is and where its passphrase comes from; nothing is read yet."""
    from desktop.unlocking import Access

    return Access(data, passphrase_file)


def conclude(action: Callable[[], Mapping[str, Any]], as_json: bool) -> None:
    """Run a command's action, tell how it ended, and leave with its exit code."""
    from desktop import outcome

    raise typer.Exit(outcome.conclude(action, as_json))
