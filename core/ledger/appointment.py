"""An officer as a record of the charter law says it: what a receipt can name a signer by, and whom he stands in for.

Number, name and key of an appointed officer never change, so any version of the record names him. What the office lets
him do does change: whom a deputy stood in for is told of the version that rides along, the one his act was judged by.
"""

from dataclasses import dataclass

from core.ledger.encoding import is_natural
from core.ledger.record import Record

REGISTER = "charter.officer"
FIRST_NUMBER = 100  # below it stand the officers of cards (core/ledger/charter.py, MAX_OFFICERS)


@dataclass(frozen=True, slots=True)
class Appointment:
    office: int
    number: int
    name: str
    key: bytes


def deputised(record: Record, office: int, number: int, role: str) -> int | None:
    """Number of the officer of the same office for whom this one acts in a role; None where the record does not say."""
    if record.register != REGISTER or (record.keeper, record.key.get("number")) != (office, number):
        return None
    rows = record.fields.get("powers")
    given = [row for row in rows if isinstance(row, dict) and row.get("role") == role] if isinstance(rows, list) else []
    absent = given[-1].get("deputy_for") if given else None
    return absent if is_natural(absent) else None


def read_appointment(record: Record) -> Appointment | None:
    """None for records of other registers, and for what changes the roles of an officer of a card."""
    if record.register != REGISTER or record.keeper is None:
        return None
    match record.key.get("number"), record.key.get("name"), record.fields.get("public_key"):
        case [int(number), str(name), str(key)] if number >= FIRST_NUMBER and len(key) == 64:
            try:
                return Appointment(record.keeper, number, name, bytes.fromhex(key))
            except ValueError:
                return None
    return None
