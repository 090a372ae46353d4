"""Commands about scans, and about a slow or paid connection."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Secret, access, conclude

app = typer.Typer()
scan_app = typer.Typer(help="Scans of the documents that acts name.", no_args_is_help=True)
app.add_typer(scan_app, name="scan")


@scan_app.command("list")
def scan_list(act: str, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """The documents that an act names, and whether their scans are here."""
    from desktop.commands.papers import scan_list_command

    conclude(lambda: scan_list_command(access(data, passphrase_file), act), json)


@scan_app.command("want")
def scan_want(act: str, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Ask other offices for the scans of an act; they come with the next meetings."""
    from desktop.commands.papers import scan_want_command

    conclude(lambda: scan_want_command(access(data, passphrase_file), act), json)


@scan_app.command("save")
def scan_save(
    act: str, digest: str, file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False
) -> None:
    """Save a scan that is here."""
    from desktop.commands.papers import scan_save_command

    conclude(lambda: scan_save_command(access(data, passphrase_file), act, digest, file), json)


@app.command("line")
def line(
    kbit: Annotated[int, typer.Option("--kbit", min=0, help="Sends at most so many kbit/s; 0: no cap.")] = 0,
    scans: Annotated[bool, typer.Option("--scans/--no-scans", help="Whether scans travel.")] = True,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """What a slow or paid connection is spared, from the next start on."""
    from desktop.commands.papers import line_command

    conclude(lambda: line_command(access(data, passphrase_file), kbit, scans), json)
