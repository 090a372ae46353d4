"""Commands that show a record and what is sealed in it, and who has noted its erasure."""

from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, Secret, access, conclude

app = typer.Typer()


@app.command()
def show(
    record: str,
    by: Annotated[
        str | None,
        typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="Who reads; opens what is sealed."),
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option("--purpose", metavar="P", help="application, holder, check, audit, authority or other."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="The purpose in words.")] = "",
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Show RECORD (its number, as lists show it): fields, history, when each act was made, what is sealed."""
    from desktop.commands.sealed import show_command

    conclude(lambda: show_command(access(data, passphrase_file), record, by, purpose, note), json)


@app.command()
def erasures(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """List the orders of erasure: what each destroyed, which offices have noted it and which have not."""
    from desktop.commands.sealed import erasures_command

    conclude(lambda: erasures_command(access(data, passphrase_file)), json)
