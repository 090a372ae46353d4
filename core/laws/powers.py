"""The limits of an officer's power: a term, a territory, whom a deputy stands in for (8-practice 20).

A term is compared with the act's place like every deadline: who signs surely outside of it is refused. What the act
itself claims counts where its place leaves it open; a claim that does not fit into the place decides nothing, and the
act is held. A territory is the beginning of what the register calls its own, such as the first digits of a number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.laws.law import Law
from core.laws.placing import Claimed, Order, day_of
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.record import Record


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one role of one officer. Days are whole and belong to the term."""

    since: date | None = None
    until: date | None = None
    territory: str | None = None
    deputy_for: int | None = None  # number of the officer of the same office

    @property
    def has_term(self) -> bool:
        return self.since is not None or self.until is not None

    def covers(self, at_ms: int) -> bool:
        day = day_of(at_ms)
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


NO_LIMITS = Limits()


def row_of(role: str, limits: Limits) -> dict[str, Value]:
    """The row of an act that gives a role within these limits."""
    days = {
        name: [day.year, day.month, day.day] for name, day in (("since", limits.since), ("until", limits.until)) if day
    }
    others = {"territory": limits.territory, "deputy_for": limits.deputy_for}
    return {"role": role, **days, **{name: value for name, value in others.items() if value is not None}}


def limits_of(row: Mapping[str, Value]) -> Limits:
    """What a row of the charter law's `powers` says."""
    since, until = row.get("since"), row.get("until")
    return Limits(
        date(*since) if since else None, date(*until) if until else None, row.get("territory"), row.get("deputy_for")
    )


def in_term(limits: Limits, order: Order | None, claimed_ms: int) -> bool | None:
    """Whether an act that claims this time, at this place, falls into the term; None: undecided."""
    if not limits.covers(claimed_ms):
        return False
    bracket = (order or Claimed(claimed_ms)).bracket()
    if bracket is None:
        return None
    first, last = bracket
    if limits.until is not None and day_of(first) > limits.until:
        return False
    if limits.since is not None and day_of(last) < limits.since:
        return False
    if first <= claimed_ms <= last or (limits.covers(first) and limits.covers(last)):
        return True
    return None


@dataclass(frozen=True, slots=True)
class Bound:
    """A person who signs with a power for a territory alone."""

    office: int
    officer: int
    role: str
    territory: str


def refuse_elsewhere(law: Law, written: Iterable[Record], signers: Iterable[Bound]) -> None:
    """Refuses a signer whose territory what the act writes does not lie in."""
    for record in written:
        register = law.by_full_name.get(record.register)
        place = _place(record, register.territory) if register is not None and register.territory else None
        for one in signers if place is not None else ():
            if not str(place).startswith(one.territory):
                raise Refused(
                    "wrong-territory",
                    office=one.office,
                    officer=one.officer,
                    role=one.role,
                    territory=one.territory,
                    place=place,
                )


def _place(record: Record, member: str) -> Value:
    return record.key[member] if member in record.key else record.fields.get(member)
