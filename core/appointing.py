"""What an office refuses of an act about its own officers, before anybody signs it.

Two things that no single record tells. *Without an administrator* nothing about an office's officers is ever changed
again, and no vote of others mends it: an act that brings nearer the day on which nobody may appoint is refused, be it
today or the day after a term that it sets. *One person is one officer*: a key that an officer of any office signs with
is given to no second one, so that what asks for two persons has two. Who breaks the rules can make two keys, and lock
only himself out; so this is said where the act is drawn up and recorded, and changes no verdict of others. What two
officers with one key may not sign together, every office refuses (core/laws/signing.py).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from core.laws.placing import day_of
from core.laws.powers import NO_LIMITS
from core.laws.verdict import Accepted, Rejected
from core.ledger.roll import Roll
from core.officers import REGISTER, Serving, officers_of
from core.store.working import WorkingState

ADMINISTRATOR = "administrator"


def as_appointed(
    state: WorkingState, roll: Roll, office: int, verdict: Accepted | Rejected, claimed_ms: int
) -> Accepted | Rejected:
    """The verdict on an act of this office, as it is told here. `state`: before the act."""
    if isinstance(verdict, Rejected):
        return verdict
    changed = {one.new.key["number"]: one.new for one in verdict.changes if one.new.register == REGISTER}
    if not changed:
        return verdict
    before, after = (officers_of(state, roll, office, records) for records in ({}, changed))
    others = [one for other in range(len(roll.members)) if other != office for one in officers_of(state, roll, other)]
    return _left_alone(before, after, day_of(claimed_ms)) or _twice(before, after, others, roll) or verdict


def _left_alone(before: list[Serving], after: list[Serving], today: date) -> Rejected | None:
    was, will_be = _unadministered(before, today), _unadministered(after, today)
    if will_be is None or (was is not None and was <= will_be):
        return None
    if will_be == today:
        return Rejected("last-administrator")
    return Rejected("no-administrator-then", facts={"day": str(will_be)})


def _unadministered(people: Iterable[Serving], today: date) -> date | None:
    """The first day from today on without an administrator, as far as roles and terms tell; None: there is none."""
    terms = [one.limits.get(ADMINISTRATOR, NO_LIMITS) for one in people if ADMINISTRATOR in one.roles]
    day = today
    while True:
        untils = [term.until for term in terms if term.since is None or term.since <= day]
        lasting = [until for until in untils if until is None or until >= day]
        if not lasting:
            return day
        if None in lasting or date.max in lasting:
            return None
        day = max(until for until in lasting if until is not None) + timedelta(days=1)


def _twice(before: list[Serving], after: list[Serving], others: list[Serving], roll: Roll) -> Rejected | None:
    served = {one.number for one in before if one.roles}
    held = {one.key: one.name for one in others if one.roles} | {member.key: member.office for member in roll.members}
    for one in sorted((one for one in after if one.roles), key=lambda one: one.number not in served):
        if one.number not in served and one.key in held:
            return Rejected("same-person-twice", facts={"name": held[one.key]})
        held[one.key] = one.name
    return None
