"""Who looked at what on this computer, for an auditor."""

from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.people.actions import Action
from core.people.exporting import export_looks, facts_of
from core.store.looks import Look
from desktop.unlocking import Access, parse_signing_officer
from desktop.wording import say, sentence
from desktop.wording.values import claimed_text

SHOWN = 200
SEARCHED = 50


def looks_command(access: Access, by: str, record: str | None, export: Path | None) -> dict[str, Any]:
    """The newest looks, of one record (its number, as lists show it) or of all; or all of them into a file.

    Raises `unknown-record`, `not-for-role`, and what `export_looks` and opening an office raise.
    """
    auditor = parse_signing_officer(by)
    opened = access.open()
    office = opened.office
    try:
        office.people.sign_in(auditor.number, auditor.key(access.folder))
        if export is not None:
            facts: dict[str, Any] = {"count": export_looks(office, export), "path": str(export)}
            return {"message": sentence("looks-exported", facts), **facts}
        office.people.require(Action.READ_LOOKS)
        if record is None:
            looks = office.store.looks.newest(SHOWN)
        else:
            found = [row.id for row in office.records.search(record, SEARCHED) if row.label == record]
            if not found:
                raise MunimentError("unknown-record", record=record)
            looks = office.people.looks_at(found[0])
    finally:
        office.close()
    lines = [sentence("looks-listed", {"count": len(looks)}), *map(_line, looks)]
    return {"message": "\n".join(lines), "looks": [facts_of(look) for look in looks]}


def _line(look: Look) -> str:
    words = {"when": claimed_text(look.at_ms), "name": look.name, "why": say(f"purpose.{look.purpose}")}
    return sentence("look-line", {**words, "note": look.note or "–", "what": look.subject.hex()})
