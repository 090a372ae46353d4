"""Backup, restore, and importing a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.backup import restore_backup, restore_in_place, write_backup
from core.folder import read_bounded
from core.importing.importer import Importer, ImportReport
from core.importing.map import parse_map
from core.importing.table import read_table
from core.laws.law import Law
from desktop.outcome import BAD_INPUT
from desktop.unlocking import Access, parse_signing_officer
from desktop.wording import sentence
from desktop.wording.refusal import refusal


def backup_command(access: Access, target: Path) -> dict[str, Any]:
    opened = access.open()
    try:
        write_backup(access.folder, opened, target)
    finally:
        opened.office.close()
    return {"message": sentence("backup-written", {"path": str(target)}), "path": str(target)}


def restore_command(access: Access, source: Path, in_place: bool = False) -> dict[str, Any]:
    """`in_place`: where an office is that does not open any more; what is there is kept aside."""
    path, survived = str(access.folder.path), False
    if in_place:
        survived = restore_in_place(source, access.folder, access.passphrase())
    else:
        restore_backup(source, access.folder, access.passphrase())
    done = sentence("backup-restored-in-place" if survived else "backup-restored", {"path": path})
    return {"message": done, "path": path, "quarantine": None if survived else "restored"}


def import_command(
    access: Access,
    law: str,
    procedure: str,
    map_file: Path,
    table: Path,
    officers: Sequence[str],
    dry_run: bool,
) -> dict[str, Any]:
    """Judge all rows; unless a row is refused or it is a dry run, sign and record all of them."""
    import_map = parse_map(read_bounded(map_file))
    people = [parse_signing_officer(text) for text in officers]
    opened = access.open()
    office = opened.office
    try:
        signers = tuple(person.signer(office.number) for person in people)
        keys = [] if dry_run else [person.key(access.folder).sign for person in people]
        importer = Importer(office, law, procedure, import_map, signers)
        report = importer.judge(read_table(table, import_map.columns))
        if report.refused or dry_run:
            return _judged(report, office.laws[law])
        report = importer.write(read_table(table, import_map.columns), keys)
    finally:
        office.close()
    facts = {"acts": report.acts, "blocks": report.blocks}
    return {"message": sentence("import-written", facts), **facts}


def _judged(report: ImportReport, law: Law) -> dict[str, Any]:
    """`refused` counts all refused rows, `report` tells at most 1,000 of them."""
    facts: dict[str, Any] = {"rows": report.rows, "acts": report.acts, "refused": report.rows - report.acts}
    rows = [{"row": row.row, "code": row.verdict.code, "message": refusal(law, row.verdict)} for row in report.refused]
    if report.refused:
        first = rows[0]
        message = sentence("rows-refused", {**facts, "row": first["row"], "why": first["message"]})
        return {"message": message, "code": "rows-refused", "exit": BAD_INPUT, **facts, "report": rows}
    return {"message": sentence("import-judged", facts), **facts, "report": []}
