"""For every test that makes a ledger: an office's whole ledger, exported and verified independently."""

from core.exchange import Exchange
from tests.independent.auditing.report import verify_files
from tests.independent.exporting import exported


def confirm(office: Exchange) -> list[str]:
    """The lines of the report. Raises RefusedError, whose message names what does not hold."""
    return verify_files(exported(office))
