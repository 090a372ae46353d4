"""For every test that makes a ledger: an office's whole ledger, exported and verified independently."""

from pathlib import Path

from core.exchange import Exchange
from tests.independent.auditing.claims import read_directory
from tests.independent.auditing.report import verify_files
from tests.independent.auditing.values import RefusedError
from tests.independent.exporting import exported


def confirm(office: Exchange) -> list[str]:
    """The lines of the report. Raises RefusedError, whose message names what does not hold."""
    return verify_files(exported(office))


def refusals(folder: Path) -> dict[str, str]:
    """What does not hold in the audits that stand in this folder, by their names."""
    found = {audit.name: refusal(audit) for audit in sorted(folder.iterdir())}
    return {name: why for name, why in found.items() if why is not None}


def refusal(audit: Path) -> str | None:
    """What does not hold in one audit."""
    try:
        verify_files(read_directory(audit))
    except RefusedError as refused:
        return str(refused)
    return None
