"""Taking a snapshot for an office that is to join, and joining with one."""

from pathlib import Path
from typing import Any

from core.joining_folder import given_in_person, join_network
from core.snapshot import write_snapshot
from desktop.unlocking import Access
from desktop.wording import sentence


def snapshot_command(access: Access, file: Path) -> dict[str, Any]:
    """Raises `nothing-certified`, `snapshot-not-possible`, `disk-full`, and what opening an office raises."""
    opened = access.open()
    try:
        summary = write_snapshot(opened.office, file)
    finally:
        opened.office.close()
    facts: dict[str, Any] = {
        "path": str(file),
        "network": summary.network.hex(),
        "checkpoint": summary.checkpoint.hex(),
        "number": summary.anchor,
        "records": summary.records,
        "bytes": summary.size_bytes,
    }
    return {"message": sentence("snapshot-written", facts), **facts}


def join_command(access: Access, file: Path, network: str, checkpoint: str) -> dict[str, Any]:
    """Raises `not-a-hash` and what `join_network` raises."""
    given = given_in_person(network, checkpoint)
    joined = join_network(access.folder, file, given, access.passphrase())
    facts: dict[str, Any] = {
        "name": joined.charter.name,
        "office": joined.number,
        "number": joined.anchor,
        "records": joined.records,
        "first_officer": joined.first_officer,
    }
    return {"message": sentence("network-joined-again" if joined.first_officer else "network-joined", facts), **facts}
