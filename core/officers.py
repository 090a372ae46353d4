"""Officers and their powers at a place in the order (3-ledger §7, Officers).

The charter, and later the card with which an office was admitted, holds an office's first officers. The others, and
every change, are records of the charter law's register `officer`, kept by their office: a record overrides what the
roll says of that number. Who stands in the roll keeps the roll's key; the key of anybody else is the record's, so it is
looked up where the act is judged, and never taken from the act. What a row of `powers` says it says for ever: which act
gave the role and which ended it, so that an end which an act could not know is told from one that it ignored.

Where the offices have voted others in place of an office's officers (core/ledger/returning.py), what it had recorded of
them under earlier keys gives no role any more: the number, name and key in it stay, for what was signed before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.laws.placing import Order
from core.laws.powers import NO_LIMITS, Limits, limits_of
from core.ledger import appointment
from core.ledger.encoding import encode
from core.ledger.record import RECORD_ID_BYTES, Record
from core.ledger.roll import Officer, Roll
from core.store.working import WorkingState

LAW = "charter"
REGISTER, FIRST_NUMBER = appointment.REGISTER, appointment.FIRST_NUMBER
MAX_NUMBER = 9999
_BY_NUMBER = "charter.officer.number"
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Serving:
    """An officer of an office as pages and commands show one."""

    number: int
    name: str
    key: bytes | None
    roles: frozenset[str]  # empty once the powers have ended
    record: bytes | None  # id of the record that says so; None: the roll alone
    limits: Mapping[str, Limits] = field(default_factory=dict)  # of the roles that have any


def officer_record(state: WorkingState, office: int, number: int) -> Record | None:
    """What its office has recorded of an officer. Costs nothing while no office has recorded any."""
    if not state.has_any(REGISTER):
        return None
    found = state.holder(_BY_NUMBER, encode([office, number]))
    return state.record(found) if found is not None else None


def _in_force(record: Record | None, roll: Roll, office: int) -> Record | None:
    """The record, unless it was made under a key from before the office's officers were replaced by vote."""
    member = roll.member(office)
    replaced = record is not None and member is not None and record.incarnation < member.officers_since
    return None if replaced else record


def roles(state: WorkingState, roll: Roll, office: int, number: int) -> frozenset[str]:
    """The roles that an officer holds in this state; none for a person it does not know."""
    record = _in_force(officer_record(state, office, number), roll, office)
    return _roles(record, roll, office) if record is not None else roll.roles(office, number)


def limits(state: WorkingState, roll: Roll, office: int, number: int, role: str) -> Limits | None:
    """Of a role that the officer holds; None without any."""
    record = _in_force(officer_record(state, office, number), roll, office)
    return _limits(record).get(role) if record is not None else None


def key(state: WorkingState, roll: Roll, office: int, number: int) -> bytes | None:
    """The key that an officer signs with, ended or not: what was signed before stays verifiable."""
    known = roll.officer(office, number)
    if known is not None:
        return known.key
    return _key(officer_record(state, office, number))


def ended_unseen(
    state: WorkingState, roll: Roll, order: Order | None, office: int, number: int, role: str
) -> bytes | None:
    """The act (16 bytes of its id) that ended a role, if neither it nor the act at this place had seen the other.

    None for a role never held, for one whose end the act had seen, and before the order is known. A vote that took the
    role is no such act: what comes after the close is refused, like an act of a member that was removed.
    """
    stated = officer_record(state, office, number) if roll.member(office) is not None else None
    record = _in_force(stated, roll, office)
    if order is None or record is None:
        return None
    rows = [row for row in record.fields["powers"] if row["role"] == role]
    for row in reversed(rows):
        ended = row.get("ended")
        if ended is not None and not order.unseen(row["given"][:RECORD_ID_BYTES]):
            return _unseen(order, ended)
    if role in roll.roles(office, number):
        # Held by the roll until the record was made, or until its first row of that role says otherwise.
        return _unseen(order, record.fields["entered"])
    return None


def officers_of(
    state: WorkingState, roll: Roll, office: int, changed: Mapping[int, Record] = MappingProxyType({})
) -> list[Serving]:
    """Everybody who signs or has signed for an office, by number. `changed`: what an act would make of some."""
    member = roll.member(office)
    if member is None:
        return []
    first: dict[int, Officer | None] = dict(enumerate(member.officers))
    appointed = {*range(FIRST_NUMBER, next_number(state, office)), *changed} - first.keys()
    numbered = {**first, **dict.fromkeys(sorted(appointed))}
    return [
        _serving(changed.get(number) or officer_record(state, office, number), roll, office, number, one)
        for number, one in numbered.items()
    ]


def name_of(state: WorkingState, roll: Roll, office: int, number: int) -> str | None:
    """Of an officer of any office; None for one that nobody has named."""
    known = roll.officer(office, number)
    if known is not None:
        return known.name
    record = officer_record(state, office, number)
    return str(record.key["name"]) if record is not None else None


def next_number(state: WorkingState, office: int) -> int:
    """The first number that the office has not given yet."""
    number = FIRST_NUMBER
    while officer_record(state, office, number) is not None:
        number += 1
    return number


def _serving(record: Record | None, roll: Roll, office: int, number: int, first: Officer | None) -> Serving:
    name = first.name if first is not None else record.key["name"] if record is not None else ""
    valid = _in_force(record, roll, office)
    held = _roles(valid, roll, office) if valid is not None else roll.roles(office, number)
    limited = _limits(valid) if valid is not None else {}
    return Serving(number, name, first.key if first else _key(record), held, record.id if record else None, limited)


def _roles(record: Record, roll: Roll, office: int) -> frozenset[str]:
    if roll.member(office) is None:
        return _NOBODY
    held = frozenset(row["role"] for row in record.fields["powers"] if "ended" not in row)
    known = "public_key" in record.fields or roll.officer(office, record.key["number"]) is not None
    return held if known else _NOBODY


def _limits(record: Record) -> dict[str, Limits]:
    """Of the roles that have any."""
    found = {row["role"]: limits_of(row) for row in record.fields["powers"] if "ended" not in row}
    return {role: one for role, one in found.items() if one != NO_LIMITS}


def _key(record: Record | None) -> bytes | None:
    stated = record.fields.get("public_key") if record is not None else None
    return bytes.fromhex(stated) if stated is not None else None


def _unseen(order: Order, act: bytes) -> bytes | None:
    prefix = act[:RECORD_ID_BYTES]
    return prefix if order.unseen(prefix) else None
