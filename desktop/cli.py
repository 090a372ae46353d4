"""The `muniment` command. Qt is imported only when a window opens; every other command runs without it.

This file names the commands and their options. What they do stands in desktop/commands/, how they end in
desktop/outcome.py. Passphrases come from a file or from standard input, never from an argument.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from desktop.unlocking import Access

app = typer.Typer(
    name="muniment",
    help="Record legal acts offline on a shared ledger of offices.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
office_app = typer.Typer(help="Make an office: its keys, its officers and its card.", no_args_is_help=True)
charter_app = typer.Typer(help="Found a network, enter one, change it; officers of this office.", no_args_is_help=True)
courier_app = typer.Typer(help="Carry the ledger on a stick.", no_args_is_help=True)
law_app = typer.Typer(help="Rules of the registers.", no_args_is_help=True)
app.add_typer(office_app, name="office")
app.add_typer(charter_app, name="charter")
app.add_typer(courier_app, name="courier")
app.add_typer(law_app, name="law")

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The office's data folder.")]
Secret = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Holds the passphrase; else standard input."),
]
Control = Annotated[bool, typer.Option("--control", help="Take commands as JSON lines on standard input.")]
Loopback = Annotated[bool, typer.Option("--loopback", help="Stay on this computer: no other is called or answered.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Homes = Annotated[
    list[str] | None,
    typer.Option("--home", metavar="REGISTER=HOME", help="Who keeps it: office or shared."),
]


def _access(data: Path | None, passphrase_file: Path | None) -> "Access":
    from desktop.unlocking import Access

    return Access(data, passphrase_file)


def _conclude(action: Any, as_json: bool) -> None:
    from desktop.outcome import conclude

    raise typer.Exit(conclude(action, as_json))


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    data: Data = None,
    passphrase_file: Secret = None,
    control: Control = False,
    loopback: Loopback = False,
) -> None:
    """Open the window."""
    if context.invoked_subcommand is not None:
        return
    from desktop.commands.window import window_command
    from desktop.outcome import conclude

    raise typer.Exit(conclude(lambda: window_command(_access(data, passphrase_file), control, loopback), False))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where pictures and papers go.")] = Path("demo"),
    headless: Annotated[bool, typer.Option("--headless", help="Show no window.")] = False,
    json: Json = False,
) -> None:
    """Four offices on this computer keep one ledger, on real records."""
    from desktop.demonstration.story import demonstrate

    _conclude(lambda: demonstrate(out, headless), json)


@app.command()
def verify(
    file: Path,
    data: Data = None,
    passphrase_file: Secret = None,
    charter: Annotated[Path | None, typer.Option("--charter", metavar="FILE", help="The network's charter.")] = None,
    json: Json = False,
) -> None:
    """Check an extract, a picture of one, the proof of a record, or evidence of a double signature."""
    from desktop.commands.checking import verify_command

    _conclude(lambda: verify_command(file, _access(data, passphrase_file), charter), json)


@app.command()
def evidence(office: str, file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write the proof that OFFICE (its name or number) has signed two different histories."""
    from desktop.commands.evidence import evidence_command

    _conclude(lambda: evidence_command(_access(data, passphrase_file), office, file), json)


@app.command()
def prove(record: str, file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write the proof of what the common register says of RECORD (its number, as lists show it) now."""
    from desktop.commands.proving import prove_command

    _conclude(lambda: prove_command(_access(data, passphrase_file), record, file), json)


@app.command()
def snapshot(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write a copy of the register to FILE, for an office that joins, and tell the two numbers that it needs."""
    from desktop.commands.joining import snapshot_command

    _conclude(lambda: snapshot_command(_access(data, passphrase_file), file), json)


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

    _conclude(lambda: join_command(_access(data, passphrase_file), file, network, checkpoint), json)


@app.command()
def prune(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Put what all offices have settled into the archive beside the office's copy, which then takes less room."""
    from desktop.commands.pruning import prune_command

    _conclude(lambda: prune_command(_access(data, passphrase_file)), json)


@app.command(name="export-audit")
def export_audit(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one that is not there yet.")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Write everything signed to DIR, to be checked without Muniment.

    DIR then holds the charter and every act with all names and numbers in it, readable by anybody: give it only to
    whom the law lets read the register. It holds no key, no draft and nothing else of this office.
    """
    from desktop.commands.auditing import export_audit_command

    _conclude(lambda: export_audit_command(_access(data, passphrase_file), folder), json)


@app.command()
def node(
    data: Data = None,
    passphrase_file: Secret = None,
    control: Control = False,
    loopback: Loopback = False,
    json: Json = False,
) -> None:
    """Run a replica without a window, for a box that is always on."""
    from desktop.commands.meeting import node_command

    _conclude(lambda: node_command(_access(data, passphrase_file), control, loopback), json)


@app.command(name="import")
def import_table(
    table: Path,
    law: Annotated[str, typer.Option("--law", metavar="L")],
    procedure: Annotated[str, typer.Option("--procedure", metavar="P")],
    map_file: Annotated[Path, typer.Option("--map", metavar="FILE.yaml")],
    officer: Annotated[
        list[str] | None,
        typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="Who signs, in the map's order."),
    ] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge every row, write nothing.")] = False,
    json: Json = False,
) -> None:
    """Record the rows of a CSV table as acts: all of them or none."""
    from desktop.commands.keeping import import_command

    access = _access(data, passphrase_file)
    _conclude(lambda: import_command(access, law, procedure, map_file, table, officer or [], dry_run), json)


@app.command()
def backup(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write an encrypted backup."""
    from desktop.commands.keeping import backup_command

    _conclude(lambda: backup_command(_access(data, passphrase_file), file), json)


@app.command()
def restore(
    file: Path,
    in_place: Annotated[bool, typer.Option("--in-place", help="Over an office that does not open any more.")] = False,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Restore a backup into an empty folder, or in place; the office opens in quarantine."""
    from desktop.commands.keeping import restore_command

    _conclude(lambda: restore_command(_access(data, passphrase_file), file, in_place), json)


@app.command()
def simulate(
    nodes: Annotated[int, typer.Option("--nodes", metavar="N", help="How many offices.")] = 4,
    meetings: Annotated[
        str, typer.Option("--meetings", metavar="HOW", help="uniform, unequal, clustered or couriers.")
    ] = "uniform",
    sleepers: Annotated[int, typer.Option("--sleepers", metavar="K", help="Offices that are away.")] = 0,
    malicious: Annotated[int, typer.Option("--malicious", metavar="F", help="Dishonest offices.")] = 0,
    seeds: Annotated[str, typer.Option("--seeds", metavar="S|A:B", help="One seed, or all from A to B - 1.")] = "0:4",
    faults: Annotated[
        str,
        typer.Option(
            "--faults",
            metavar="NAME,...",
            help="lost, duplicated, truncated, flipped, crashes, disk-full, restored, clocks, sleepers; or mixed.",
        ),
    ] = "",
    mutant: Annotated[str | None, typer.Option("--mutant", metavar="NAME", help="With one rule made wrong.")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Beside two other rules, on the same meetings.")] = False,
    trace: Annotated[Path | None, typer.Option("--trace", metavar="FILE", help="Write the graphs as JSON.")] = None,
    json: Json = False,
) -> None:
    """Simulate a network of whole offices; nothing of this office is touched."""
    from desktop.commands.simulating import simulate_command

    _conclude(
        lambda: simulate_command(
            nodes, meetings, sleepers, malicious, seeds, faults, mutant, compare, trace, as_json=json
        ),
        json,
    )


@app.command(name="self-test")
def self_test(json: Json = False) -> None:
    """Try every part of this installation once, on a temporary replica."""
    from desktop.self_test import self_test_command

    _conclude(self_test_command, json)


@office_app.command("create")
def office_create(
    name: Annotated[str, typer.Option("--name")],
    officer: Annotated[
        list[str],
        typer.Option("--officer", metavar="NAME:ROLE[,ROLE]:PASSPHRASE-FILE", help="Once an officer."),
    ],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Make an office's keys and its card for the founder."""
    from desktop.commands.founding import create_office_command

    _conclude(lambda: create_office_command(_access(data, passphrase_file), name, officer), json)


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

    _conclude(lambda: found_network_command(name, cards, law or [], home or [], out), json)


@charter_app.command("open")
def charter_open(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Enter the network of a charter that holds this office's card."""
    from desktop.commands.founding import open_charter_command

    _conclude(lambda: open_charter_command(_access(data, passphrase_file), file), json)


By = Annotated[
    str, typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="The administrator who signs.")
]


@charter_app.command("propose")
def charter_propose(
    change: Annotated[str, typer.Argument(help="admit, remove, dormancy, waking, incarnation, quorum or law.")],
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

    access = _access(data, passphrase_file)
    _conclude(lambda: propose_command(access, change, office, file, policy, reason, by), json)


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

    _conclude(lambda: vote_command(_access(data, passphrase_file), proposal, answer, by), json)


@charter_app.command("list")
def charter_list(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Show the proposed changes, their votes and what happens next."""
    from desktop.commands.changing import list_command

    _conclude(lambda: list_command(_access(data, passphrase_file)), json)


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
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Appoint an officer of this office."""
    from desktop.commands.changing import appoint_command

    access = _access(data, passphrase_file)
    _conclude(lambda: appoint_command(access, name, roles, public_key, new_passphrase_file, by), json)


@charter_app.command("roles")
def charter_roles(
    number: int,
    by: By,
    roles: Annotated[str, typer.Option("--role", metavar="ROLE[,ROLE]")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Give officer NUMBER of this office other roles."""
    from desktop.commands.changing import roles_command

    _conclude(lambda: roles_command(_access(data, passphrase_file), number, roles, reason, by), json)


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

    _conclude(lambda: roles_command(_access(data, passphrase_file), number, "", reason, by), json)


@app.command()
def renew(file: Path, by: By, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Make a new key for this office, and write its card to FILE for another office to propose."""
    from desktop.commands.changing import renew_command

    _conclude(lambda: renew_command(_access(data, passphrase_file), file, by), json)


@courier_app.command("write")
def courier_write(
    file: Path,
    to: Annotated[list[str], typer.Option("--to", metavar="OFFICE", help="Name or number; once a recipient.")],
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Write what the recipients lack to a file, encrypted for them."""
    from desktop.commands.meeting import courier_write_command

    _conclude(lambda: courier_write_command(_access(data, passphrase_file), to, file), json)


@courier_app.command("read")
def courier_read(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Take in a courier file: all of it or nothing."""
    from desktop.commands.meeting import courier_read_command

    _conclude(lambda: courier_read_command(_access(data, passphrase_file), file), json)


@law_app.command("check")
def law_check(file: Path, home: Homes = None, json: Json = False) -> None:
    """Check a law file as every office would, and tell which acts wait for the common order and why."""
    from desktop.commands.checking import check_law_command

    _conclude(lambda: check_law_command(file, home or []), json)


def main() -> None:
    """Entry point of the `muniment` script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    from desktop.outcome import guarded

    guarded(app)


if __name__ == "__main__":
    main()
