"""Exporting the proof that an office has signed two different histories, for somebody outside the network."""

from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.ledger.forks import encode_evidence_file
from core.store.files import write_durably
from desktop.commands.meeting import office_number
from desktop.unlocking import Access
from desktop.wording import sentence


def evidence_command(access: Access, name: str, file: Path) -> dict[str, Any]:
    """`muniment verify` checks the file with the network's charter. Raises `no-evidence`, `file-exists`."""
    if file.exists():
        raise MunimentError("file-exists", path=str(file))
    opened = access.open()
    try:
        office = opened.office
        number = office_number(office, name)
        evidence = office.ledger.evidence_against(number)
        if evidence is None:
            raise MunimentError("no-evidence", office=name)
        write_durably(file, encode_evidence_file(office.network, evidence))
        accused = office.roll.members[number].office
    finally:
        opened.office.close()
    facts = {"path": str(file), "office": accused}
    return {"message": sentence("evidence-written", facts), "number": number, **facts}
