"""Commands for the network: found one, enter one, change it; the officers and the key of this office."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.laws.powers import Limits
from desktop.commands.named.options import By, Data, Homes, Json, Secret, access, conclude

app = typer.Typer()
Since = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the term.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day of the term.")]
Territory = Annotated[str | None, typer.Option("--territory", metavar="TEXT", help="Only for what begins so.")]
DeputyFor = Annotated[int | None, typer.Option("--deputy-for", metavar="NUMBER", help="Stands in for this officer.")]
charter_app = typer.Typer(help="Found a network, enter one, change it; officers of this office.", no_args_is_help=True)
app.add_typer(charter_app, name="charter")


@charter_app.command("found")
def charter_found(
    cards: list[Path],
    name: Annotated[str, typer.Option("--name")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE")],
    law: Annotated[list[Path] | None, typer.Option("--law", metavar="FILE")] = None,
    home: Homes = None,
    json: Json = False,
) -> None:
    """Write the charter of a network from office cards."""
    from desktop.commands.founding import found_network_command

    conclude(lambda: found_network_command(name, cards, law or [], home or [], out), json)


@charter_app.command("open")
def charter_open(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Enter the network of a charter that holds this office's card."""
    from desktop.commands.founding import open_charter_command

    conclude(lambda: open_charter_command(access(data, passphrase_file), file), json)


@charter_app.command("propose")
def charter_propose(
    change: Annotated[str, typer.Argument(help="admit, remove, dormancy, waking, incarnation, return, quorum or law.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    office: Annotated[
        str | None, typer.Option("--office", metavar="OFFICE", help="Whom it concerns: name or number.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="The card, or the rules.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", metavar="P", help="Of quorum: all or default.")] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Propose a change of the network; the offices vote on it."""
    from desktop.commands.changing import propose_command

    opening = access(data, passphrase_file)
    conclude(lambda: propose_command(opening, change, office, file, policy, reason, by), json)


@charter_app.command("vote")
def charter_vote(
    proposal: str,
    answer: Annotated[str, typer.Argument(help="yes, no or withdrawn.")],
    by: By,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Give this office's vote on PROPOSAL (its reference, or its number in the list)."""
    from desktop.commands.changing import vote_command

    conclude(lambda: vote_command(access(data, passphrase_file), proposal, answer, by), json)


@charter_app.command("list")
def charter_list(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Show the proposed changes, their votes and what happens next."""
    from desktop.commands.changing import list_command

    conclude(lambda: list_command(access(data, passphrase_file)), json)


@charter_app.command("appoint")
def charter_appoint(
    by: By,
    name: Annotated[str, typer.Option("--name")],
    roles: Annotated[str, typer.Option("--role", metavar="ROLE[,ROLE]")],
    public_key: Annotated[str | None, typer.Option("--public-key", metavar="HEX", help="The officer's own.")] = None,
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option("--new-passphrase-file", metavar="FILE", help="Make the key here, under this passphrase."),
    ] = None,
    since: Since = None,
    until: Until = None,
    territory: Territory = None,
    deputy_for: DeputyFor = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Appoint an officer of this office."""
    from desktop.commands.changing import appoint_command

    opening, limits = access(data, passphrase_file), _limits(since, until, territory, deputy_for)
    conclude(lambda: appoint_command(opening, name, roles, public_key, new_passphrase_file, by, limits), json)


def _limits(since: datetime | None, until: datetime | None, territory: str | None, deputy_for: int | None) -> Limits:
    days = [day.date() if day is not None else None for day in (since, until)]
    return Limits(*days, territory, deputy_for)


@charter_app.command("roles")
def charter_roles(
    number: int,
    by: By,
    roles: Annotated[str, typer.Option("--role", metavar="ROLE[,ROLE]")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    since: Since = None,
    until: Until = None,
    territory: Territory = None,
    deputy_for: DeputyFor = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Give officer NUMBER of this office other roles."""
    from desktop.commands.changing import roles_command

    opening, limits = access(data, passphrase_file), _limits(since, until, territory, deputy_for)
    conclude(lambda: roles_command(opening, number, roles, reason, by, limits), json)


@charter_app.command("end")
def charter_end(
    number: int,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """End the powers of officer NUMBER of this office; what the officer signed before stands."""
    from desktop.commands.changing import roles_command

    conclude(lambda: roles_command(access(data, passphrase_file), number, "", reason, by), json)


@app.command()
def renew(file: Path, by: By, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Make a new key for this office, and write its card to FILE for another office to propose."""
    from desktop.commands.changing import renew_command

    conclude(lambda: renew_command(access(data, passphrase_file), file, by), json)


@app.command()
def lost(
    office: str,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Report that the computer of OFFICE (name or number) was lost or stolen: the offices vote to take it out."""
    from desktop.commands.changing import lost_command

    conclude(lambda: lost_command(access(data, passphrase_file), office, reason, by), json)
