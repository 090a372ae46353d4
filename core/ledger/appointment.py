"""An officer appointed after the founding, as a record of the charter law says it: what a receipt can name a signer by.

Number, name and key of an appointed officer never change; what the office lets him do does, and is not read here.
"""

from dataclasses import dataclass

from core.ledger.record import Record

REGISTER = "charter.officer"
FIRST_NUMBER = 100  # below it stand the officers of cards (core/ledger/charter.py, MAX_OFFICERS)


@dataclass(frozen=True, slots=True)
class Appointment:
    office: int
    number: int
    name: str
    key: bytes


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
