"""The commands that make an office, by hand or from a signed file."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import By, Data, Json, Secret, access, conclude

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


@office_app.command("sign")
def office_sign(source: Path, out: Path, by: By, data: Data = None, json: Json = False) -> None:
    """Sign what sets up a new office (SOURCE, JSON) into OUT, with an administrator's key of this office."""
    from desktop.commands.provisioning import sign_provisioning_command

    conclude(lambda: sign_provisioning_command(access(data, None), source, out, by), json)


@app.command()
def provision(
    file: Path,
    signer: Annotated[str, typer.Option("--signer", metavar="KEY", help="Whose signature counts: 64 digits.")],
    trial: Annotated[bool, typer.Option("--trial", help="Keys that open faster, not for a register in use.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Set an office up from a signed FILE, unattended; again, it goes on where it stopped."""
    from desktop.commands.provisioning import provision_command

    conclude(lambda: provision_command(access(data, None), file, signer, trial), json)
