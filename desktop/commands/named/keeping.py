"""Commands for what this office keeps: its copy, backups, and tables that it takes in."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.named.options import Data, Json, KitFile, Secret, access, conclude

app = typer.Typer()


@app.command(name="import")
def import_table(
    table: Path,
    law: Annotated[str, typer.Option("--law", metavar="L")],
    procedure: Annotated[str, typer.Option("--procedure", metavar="P")],
    map_file: Annotated[
        Path, typer.Option("--map", metavar="FILE.yaml", help="Which column fills which field: see PUBLIC.md.")
    ],
    officer: Annotated[
        list[str] | None,
        typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="Who signs, in the map's order."),
    ] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge every row, write nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.csv", help="Every row refused, held or warned, with why.")
    ] = None,
    json: Json = False,
) -> None:
    """Record the rows of a CSV table as acts: all of them or none. Cut short and run again, it goes on."""
    from desktop.commands.importing import import_command

    opening, named = access(data, passphrase_file), officer or []
    conclude(lambda: import_command(opening, law, procedure, map_file, table, named, dry_run, report), json)


@app.command(name="person-number")
def person_number(
    count: Annotated[int, typer.Option("--count", min=1, max=100_000, help="How many, one a line.")] = 1,
    json: Json = False,
) -> None:
    """New random numbers for people who have none, to be filled into a table: one register a number, never two."""
    from desktop.commands.importing import person_number_command

    conclude(lambda: person_number_command(count), json)


@app.command()
def duplicates(
    different: Annotated[
        tuple[str, str] | None,
        typer.Option("--different", metavar="NUMBER NUMBER", help="Sign that these two are not the same."),
    ] = None,
    same: Annotated[
        tuple[str, str] | None,
        typer.Option("--same", metavar="NUMBER NUMBER", help="Sign that these two are the same. Nothing is merged."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays on record at every office.")] = "",
    by: Annotated[
        str, typer.Option("--officer", metavar="NUMBER:ROLE:PASSPHRASE-FILE", help="Who decides in this office.")
    ] = "",
    instead_of: Annotated[
        str, typer.Option("--instead-of", metavar="ACT", help="What was decided before, as listed, and is taken back.")
    ] = "",
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """List what may be entered twice, here or after a meeting, and what was decided; or sign what two of them are."""
    from desktop.commands.duplicates import alike_command, duplicates_command

    opening, sides = access(data, passphrase_file), same or different
    if sides is None:
        conclude(lambda: duplicates_command(opening), json)
    else:
        conclude(lambda: alike_command(opening, sides, same is not None, reason, by, instead_of), json)


@app.command()
def backup(file: Path, data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Write an encrypted backup and read it back. While the window is open: the page Keys, or `backup` by --control."""
    from desktop.commands.keeping import backup_command

    conclude(lambda: backup_command(access(data, passphrase_file), file), json)


@app.command(name="try-backup")
def try_backup(file: Path, passphrase_file: Secret = None, json: Json = False) -> None:
    """Open a backup in a folder that is thrown away, verify everything in it, and tell what it holds."""
    from desktop.commands.keeping import try_backup_command

    conclude(lambda: try_backup_command(access(None, passphrase_file), file), json)


@app.command()
def check(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Verify everything that this office keeps: each page, act, record, scan, and the archive."""
    from desktop.commands.keeping import check_command

    conclude(lambda: check_command(access(data, passphrase_file)), json)


@app.command()
def repair(
    backup: Annotated[Path | None, typer.Option("--backup", metavar="FILE", help="Gives what is damaged here.")] = None,
    copy: Annotated[
        Path | None, typer.Option("--copy", metavar="FILE", help="Of the register, for an office that joined with one.")
    ] = None,
    checkpoint: Annotated[str, typer.Option("--checkpoint", metavar="NUMBER", help="With --copy, as in join.")] = "",
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Put a damaged copy together anew from what can be read of it; meetings bring the rest. What was found is kept."""
    from desktop.commands.keeping import repair_command

    conclude(lambda: repair_command(access(data, passphrase_file), backup, copy, checkpoint), json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup; with a kit also a copy of the register.")],
    in_place: Annotated[bool, typer.Option("--in-place", help="Over an office that does not open any more.")] = False,
    kit_file: KitFile = None,
    network: Annotated[str | None, typer.Option("--network", metavar="NUMBER", help="With a copy, as in join.")] = None,
    checkpoint: Annotated[
        str | None, typer.Option("--checkpoint", metavar="NUMBER", help="With a copy, as in join.")
    ] = None,
    data: Data = None,
    passphrase_file: Secret = None,
    json: Json = False,
) -> None:
    """Restore a backup into an empty folder, or in place; the office opens in quarantine.

    With the recovery kit the passphrase is a new one, and FILE may be a neighbour's copy of the register (with both
    numbers received in person) or the charter, after which meetings bring the rest.
    """
    opening = access(data, passphrase_file)
    if kit_file:
        from desktop.commands.custody import restore_with_kit_command

        conclude(lambda: restore_with_kit_command(opening, file, kit_file, in_place, network, checkpoint), json)
    from desktop.commands.keeping import restore_command

    conclude(lambda: restore_command(opening, file, in_place), json)


@app.command()
def prune(data: Data = None, passphrase_file: Secret = None, json: Json = False) -> None:
    """Put what all offices have settled into the archive beside the office's copy, which then takes less room."""
    from desktop.commands.pruning import prune_command

    conclude(lambda: prune_command(access(data, passphrase_file)), json)
