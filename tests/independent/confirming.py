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
    found = {}
    for audit in sorted(folder.iterdir()):
        try:
            verify_files(read_directory(audit))
        except RefusedError as refusal:
            found[audit.name] = str(refusal)
    return found
