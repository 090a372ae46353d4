"""Commands about what acts of one register ask of another."""

from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Secret, access, conclude

app = typer.Typer()
Decides = Annotated[
    str, typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="Who decides in this office.")
]


@app.command()
def asked(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """List what acts of other registers ask of this office, and what acts of this office ask of others."""
    from desktop.commands.asked import asked_command

    conclude(lambda: asked_command(access(data, passphrase_file)), json)


@app.command()
def leave(
    reference: str, reason: str, by: Decides, data: Data = None, passphrase_file: Secret = None, json: Json = False
) -> None:
    """Leave what `asked` lists under REFERENCE, for a REASON that stays on record at both offices."""
    from desktop.commands.asked import leave_command

    conclude(lambda: leave_command(access(data, passphrase_file), reference, reason, by), json)
