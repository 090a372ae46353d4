"""Serial numbers that a keeper gives: "<office>/<year>/<serial>-<check>", such as "3/2026/000017-12".

Each office gives them from pools of its own, so offices that do not meet never give one number twice. A pool is leased
to an office, a year and one incarnation of its key; no other may draw from it. A lost computer may have printed numbers
that nobody else has seen: the office's next incarnation draws from its own pool (serials from 1,000,001 on) and repeats
none of them. The year is the pool's: that of the act's claimed time.

The counter is a record of the reserved register `#numbers`, one a pool and numbered key; it changes in the same
execution as the record it numbers and is hashed into the state with it, so numbers of a pool are gap-free and every
node gives the same one. The two check digits are ISO 7064 MOD 97-10 over the digits of office, year and serial: every
single wrong digit and every swap of neighbours is caught.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from core.crypto.hashing import tagged_hash
from core.laws.drafts import Draft
from core.laws.verdict import Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import RECORD_ID_BYTES, State

NUMBERS_REGISTER = "#numbers"
COUNTING = "counting"
POOL: Final = 1_000_000  # serials that the pools of two incarnations lie apart; the first of each is left out
_MOST_SERIAL: Final = 10**12 - 1
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,9})/([0-9]{4})/([0-9]{6,12})-([0-9]{2})", re.ASCII)
PERSON_DRAWN_BYTES = 16
_PERSON = re.compile(r"P-([0-9]{6})-([0-9]{6})-([0-9]{6})-([0-9]{2})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_999  # the last moment of 9999


@dataclass(frozen=True, slots=True)
class Pool:
    """What one office may give in one year under one incarnation of its key, of each numbered key."""

    office: int
    year: int
    incarnation: int = 0

    def counter_id(self, of: str) -> bytes:
        """16 bytes: the record that counts `of` ("<law>.<register>.<key>") in this pool."""
        return _counter_id(self, of)

    def next_after(self, drawn: int) -> int:
        """The serial after so many drawn. Refuses `pool-used-up`."""
        serial = self.incarnation * POOL + drawn + 1
        if drawn + 1 >= POOL or serial > _MOST_SERIAL:
            raise Refused("pool-used-up", most=POOL - 1)
        return serial


@lru_cache(maxsize=256)
def _counter_id(pool: Pool, of: str) -> bytes:
    parts: list[Value] = [pool.office, pool.year, of]
    if pool.incarnation:
        parts.append(pool.incarnation)
    return tagged_hash("numbers", encode(parts))[:RECORD_ID_BYTES]


def year_of(claimed_ms: int) -> int:
    """The calendar year (UTC). Refuses `impossible-time` after 9999."""
    if claimed_ms > _LATEST_MS:
        raise Refused("impossible-time", claimed_ms=claimed_ms)
    return (_EPOCH + timedelta(milliseconds=claimed_ms)).year


def format_number(office: int, year: int, serial: int) -> str:
    return f"{office}/{year:04}/{serial:06}-{_check_digits(f'{office}{year:04}{serial:06}')}"


def _check_digits(digits: str) -> str:
    return f"{98 - int(digits) * 100 % 97:02}"


def is_number(text: str) -> bool:
    """Whether it is one that an office can have given, check digits included."""
    parts = _NUMBER.fullmatch(text)
    # Written as they are given, and in no other way: 01 and 98 leave the same, and zeros in front would make it longer.
    return parts is not None and format_number(*map(int, parts.groups()[:3])) == text


def is_mistyped(text: str) -> bool:
    """Whether it has the shape of a number and wrong check digits: no office can have given it."""
    return _NUMBER.fullmatch(text) is not None and not is_number(text)


def person_number(drawn: bytes) -> str:
    """From `PERSON_DRAWN_BYTES` random bytes, 18 digits: of ten million two are the same once in 20,000 registers."""
    digits = f"{int.from_bytes(drawn, 'big') % 10**18:018}"
    return f"P-{digits[:6]}-{digits[6:12]}-{digits[12:]}-{_check_digits(digits)}"


def is_person_mistyped(text: str) -> bool:
    """Whether it has the shape of a person number and wrong check digits."""
    parts = _PERSON.fullmatch(text)
    return parts is not None and _check_digits("".join(parts.groups()[:3])) != parts[4]


def next_number(state: State, counters: dict[bytes, Draft], pool: Pool, of: str) -> str:
    """The next number of the pool; its counter is among `counters` afterwards. Refuses `pool-used-up`."""
    counter = pool.counter_id(of)
    draft = counters.get(counter)
    if draft is None:
        draft = Draft(NUMBERS_REGISTER, counter, pool.office, pool.incarnation, state.record(counter))
        if draft.old is None:
            draft.state = COUNTING
            draft.key = {"office": pool.office, "year": pool.year, "of": of}
            draft.fields = {"last": 0}
        counters[counter] = draft
    drawn: int = draft.fields["last"]
    serial = pool.next_after(drawn)
    draft.fields["last"] = drawn + 1
    return format_number(pool.office, pool.year, serial)
