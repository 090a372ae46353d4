"""Commands for the office's keys: its passphrases, its recovery kit, the key of its copy."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, KitFile, Secret, access, conclude

app = typer.Typer()


@app.command()
def passphrase(
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option("--new-passphrase-file", metavar="FILE", help="Holds the new one; else standard input."),
    ] = None,
    of: Annotated[
        int | None, typer.Option("--of", metavar="NUMBER", help="Of that officer; else the office's own.")
    ] = None,
    kit_file: KitFile = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Change a passphrase; with the recovery kit (--kit-file) the old one may be forgotten."""
    from desktop.commands.custody import passphrase_command

    opening = access(data, passphrase_file)
    conclude(lambda: passphrase_command(opening, new_passphrase_file, of, kit_file or []), json)


@app.command()
def kit(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf")],
    sheets: Annotated[int, typer.Option("--sheets", metavar="N", help="How many, each for another person.")] = 1,
    needed: Annotated[
        int | None, typer.Option("--needed", metavar="K", help="How many of them open; two of several if not said.")
    ] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Write a new recovery kit to FILE.pdf, and make it the office's once two of its words are typed back."""
    from desktop.commands.custody import kit_command

    conclude(lambda: kit_command(access(data, passphrase_file), file, sheets, needed), json)


@app.command()
def rekey(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write the office's copy anew under another key; it needs as much room again for a moment."""
    from desktop.commands.custody import rekey_command

    conclude(lambda: rekey_command(access(data, passphrase_file)), json)
