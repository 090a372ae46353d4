"""The command that makes an office."""

from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Secret, access, conclude

app = typer.Typer()
office_app = typer.Typer(help="Make an office: its keys, its officers and its card.", no_args_is_help=True)
app.add_typer(office_app, name="office")


@office_app.command("create")
def office_create(
    name: Annotated[str, typer.Option("--name")],
    officer: Annotated[
        list[str],
        typer.Option("--officer", metavar="NAME:ROLE[,ROLE]:PASSPHRASE-FILE", help="Once an officer."),
    ],
    trial: Annotated[bool, typer.Option("--trial", help="Keys that open faster, not for a register in use.")] = False,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Make an office's keys and its card for the founder."""
    from desktop.commands.founding import create_office_command

    conclude(lambda: create_office_command(access(data, passphrase_file), name, officer, trial), json)
