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
    file: Annotated[Path | None, typer.Argument(help="The copy of the register, where it came as a file.")] = None,
    network: Annotated[
        str, typer.Option("--network", metavar="NUMBER", help="The network's number, received in person.")
    ] = "",
    checkpoint: Annotated[
        str, typer.Option("--checkpoint", metavar="NUMBER", help="The register state's, received in person.")
    ] = "",
    invitation: Annotated[
        Path | None, typer.Option("--invitation", metavar="FILE", help="Show six digits to the office that invites.")
    ] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Join a network: first with --invitation, after the vote with nothing more; or with the copy in FILE."""
    from desktop.commands.joining import join_command
    from desktop.commands.pairing import join_invited_command

    opening = access(data, passphrase_file)
    if file is not None:
        conclude(lambda: join_command(opening, file, network, checkpoint), json)
    else:
        conclude(lambda: join_invited_command(opening, invitation), json)
