"""Commands by which an office is invited, and gets the register once the network has admitted it."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Loopback, Secret, access, conclude

app = typer.Typer()


@app.command()
def invite(
    file: Path,
    address: Annotated[
        list[str] | None, typer.Option("--address", metavar="HOST", help="Where the newcomer calls; else all of ours.")
    ] = None,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="How long it is open.")] = 30,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 7421,
    data: Data = None,
    passphrase_file: Secret = None,
    loopback: Loopback = False,
    json: Json = False,
) -> None:
    """Invite an office: write FILE for it (.png: a QR code), wait for its call, and ask for its six digits."""
    from desktop.commands.pairing import invite_command

    opening = access(data, passphrase_file)
    conclude(lambda: invite_command(opening, file, address or [], minutes, port, loopback), json)


@app.command(name="hand-over")
def hand_over(
    office: str,
    data: Data = None,
    passphrase_file: Secret = None,
    loopback: Loopback = False,
    json: Json = False,
) -> None:
    """Give the register to OFFICE, which was invited here and admitted by vote; waits for its call."""
    from desktop.commands.pairing import hand_over_command

    conclude(lambda: hand_over_command(access(data, passphrase_file), office, loopback), json)


@app.command()
def newcomers(data: Data = None, json: Json = False) -> None:
    """Show who was invited here and has not got the register yet."""
    from desktop.commands.pairing import newcomers_command

    conclude(lambda: newcomers_command(access(data, None)), json)
