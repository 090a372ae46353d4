"""Votes on changes of the constitution, as the charter law records them (3-ledger §7)."""

from collections.abc import Collection

from core.ledger.constitution import Change
from core.ledger.record import State
from core.ledger.roll import Roll


def passed_change(state: State, roll: Roll, applied: Collection[bytes]) -> Change | None:
    """The change that q witnesses of the roll have voted for; of several the one with the least record id."""
    return None
