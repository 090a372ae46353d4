"""Commands that carry the ledger on a stick."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Secret, access, conclude

app = typer.Typer()
courier_app = typer.Typer(help="Carry the ledger on a stick.", no_args_is_help=True)
app.add_typer(courier_app, name="courier")


@courier_app.command("write")
def courier_write(
    file: Path,
    to: Annotated[list[str], typer.Option("--to", metavar="OFFICE", help="Name or number; once a recipient.")],
    whole: Annotated[bool, typer.Option("--whole", help="Everything, for an office that has lost its copy.")] = False,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Write what the recipients lack to a file, encrypted for them."""
    from desktop.commands.meeting import courier_write_command

    conclude(lambda: courier_write_command(access(data, passphrase_file), to, file, whole), json)


@courier_app.command("read")
def courier_read(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Take in a courier file: all of it or nothing."""
    from desktop.commands.meeting import courier_read_command

    conclude(lambda: courier_read_command(access(data, passphrase_file), file), json)
