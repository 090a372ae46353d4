"""Commands by which a new office takes a network's register over."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Secret, access, conclude

app = typer.Typer()


@app.command()
def snapshot(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write a copy of the register to FILE, for an office that joins, and tell the two numbers that it needs."""
    from desktop.commands.joining import snapshot_command

    conclude(lambda: snapshot_command(access(data, passphrase_file), file), json)


@app.command()
def join(
    file: Path,
    network: Annotated[str, typer.Option(metavar="NUMBER", help="The network's number, received in person.")],
    checkpoint: Annotated[str, typer.Option(metavar="NUMBER", help="The register state's, received in person.")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Join a network with the copy in FILE: a new office that was admitted, or one with a new key."""
    from desktop.commands.joining import join_command

    conclude(lambda: join_command(access(data, passphrase_file), file, network, checkpoint), json)
