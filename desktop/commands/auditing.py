"""Writing a copy of everything signed for somebody who checks it without Muniment."""

from pathlib import Path
from typing import Any

from core.audit import export_audit
from desktop.unlocking import Access
from desktop.wording import sentence


def export_audit_command(access: Access, folder: Path) -> dict[str, Any]:
    """`tests/independent/verify.py` checks the folder; core/ledger/AUDIT.md is its format.

    Raises `audit-folder-not-empty`, `file-not-written`, `disk-full`, and what opening an office raises.
    """
    opened = access.open()
    try:
        summary = export_audit(opened.office, folder)
    finally:
        opened.office.close()
    facts = {"path": str(folder), **summary.items}
    return {"message": sentence("audit-written", facts), **facts}
