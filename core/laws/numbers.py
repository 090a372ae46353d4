"""Serial numbers that a keeper gives: "<office>/<year>/<serial>-<check>", such as "3/2026/000017-12".

The counter is a record of the reserved register `#numbers`, one per keeper, year and numbered key; it changes
in the same execution as the record it numbers and is hashed into the state with it, so numbers are gap-free
and every node gives the same one. The year is that of the act's claimed time. The two check digits are ISO
7064 MOD 97-10 over the digits of office, year and serial: every single wrong digit and every swap of
neighbours is caught.
"""

import re
from datetime import UTC, datetime, timedelta

from core.crypto.hashing import tagged_hash
from core.laws.drafts import Draft
from core.laws.verdict import Refused
from core.ledger.encoding import encode
from core.ledger.record import RECORD_ID_BYTES, State

NUMBERS_REGISTER = "#numbers"
COUNTING = "counting"
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,9})/([0-9]{4})/([0-9]{6,12})-([0-9]{2})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_999  # the last moment of 9999


def year_of(claimed_ms: int) -> int:
    """The calendar year (UTC). Refuses `impossible-time` after 9999."""
    if claimed_ms > _LATEST_MS:
        raise Refused("impossible-time", claimed_ms=claimed_ms)
    return (_EPOCH + timedelta(milliseconds=claimed_ms)).year


def format_number(office: int, year: int, serial: int) -> str:
    digits = f"{office}{year:04}{serial:06}"
    return f"{office}/{year:04}/{serial:06}-{98 - int(digits) * 100 % 97:02}"


def is_number(text: str) -> bool:
    """Whether the shape and the check digits are right."""
    parts = _NUMBER.fullmatch(text)
    return parts is not None and int("".join(parts.groups())) % 97 == 1


def counter_id(keeper: int, year: int, of: str) -> bytes:
    """16 bytes: the record that counts `of` ("<law>.<register>.<key>") for one keeper and year."""
    return tagged_hash("numbers", encode([keeper, year, of]))[:RECORD_ID_BYTES]


def next_number(state: State, counters: dict[bytes, Draft], keeper: int, incarnation: int, year: int, of: str) -> str:
    """The next number; its counter is among `counters` afterwards."""
    counter = counter_id(keeper, year, of)
    draft = counters.get(counter)
    if draft is None:
        draft = Draft(NUMBERS_REGISTER, counter, keeper, incarnation, state.record(counter))
        if draft.old is None:
            draft.state = COUNTING
            draft.key = {"office": keeper, "year": year, "of": of}
            draft.fields = {"last": 0}
        counters[counter] = draft
    serial: int = draft.fields["last"] + 1
    draft.fields["last"] = serial
    return format_number(keeper, year, serial)
