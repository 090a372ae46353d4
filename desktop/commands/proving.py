"""Writing the proof of what the common register says of a record now, for somebody outside the network."""

from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.office import Office
from core.store.files import write_durably
from desktop.unlocking import Access
from desktop.wording import sentence

SEARCHED = 200


def prove_command(access: Access, record: str, file: Path) -> dict[str, Any]:
    """`muniment verify` checks the file. Raises `unknown-record`, `register-not-certified`, `file-exists`."""
    if file.exists():
        raise MunimentError("file-exists", path=str(file))
    opened = access.open()
    try:
        record_id = _find(opened.office, record)
        write_durably(file, opened.office.proofs.record_receipt(record_id))
    finally:
        opened.office.close()
    facts = {"path": str(file), "record": record_id}
    return {"message": sentence("record-proof-written", facts), **facts}


def _find(office: Office, named: str) -> bytes:
    """By its number as lists show it, or by its id in hexadecimal."""
    found = [row.id for row in office.records.search(named, SEARCHED) if row.label == named]
    if len(found) == 1:
        return found[0]
    try:
        return bytes.fromhex(named)
    except ValueError:
        raise MunimentError("unknown-record", record=named) from None
