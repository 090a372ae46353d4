"""The roll of each epoch: who may write and whose voice counts. 3-ledger §1 and §7, FORMAT.md §10.

Epoch 0 has that of the charter. What a vote made of it later is the outcome of a law, so it is taken from the export
as a claim; that it is one step from the roll before is checked.
"""

from dataclasses import dataclass, replace

from .values import RefusedError, decode, is_bytes, is_id, is_natural, require

MAX_BYTES = 32 << 20


@dataclass(frozen=True)
class Member:
    number: int
    name: str
    key: bytes
    officers: tuple[bytes, ...]  # keys
    incarnation: int = 0
    witness: bool = True
    removed: bool = False


@dataclass(frozen=True)
class Roll:
    epoch: int
    quorum: int
    everybody: tuple[Member, ...]  # by number; the removed ones keep their places
    laws: tuple[bytes, ...]
    closing_anchor: bytes | None = None  # of the epoch before
    proposals: tuple[bytes, ...] = ()  # records of all that was voted so far

    @property
    def members(self) -> dict[int, Member]:
        return {member.number: member for member in self.everybody if not member.removed}

    @property
    def witnesses(self) -> list[int]:
        return [member.number for member in self.everybody if member.witness]

    def holds(self, author: int, incarnation: int) -> bool:
        """Whether the key of that incarnation is in force."""
        known = author < len(self.everybody) and not self.everybody[author].removed
        return known and self.everybody[author].incarnation == incarnation

    def is_witness(self, author: int) -> bool:
        return author < len(self.everybody) and self.everybody[author].witness


def least_quorum(witnesses: int) -> int:
    return (witnesses + (witnesses - 1) // 3) // 2 + 1


def read_roll(encoded: bytes, before: Roll) -> Roll:
    """From a constitution, the next one after `before`."""
    match decode(encoded, MAX_BYTES):
        case [epoch, [*members], quorum, [*laws], dict(_), closing, [*proposals]] if is_natural(quorum) and is_id(
            closing
        ):
            everybody = tuple(map(_read_member, members))
            well = all(type(law) is bytes for law in laws) and all(is_bytes(one, 16) for one in proposals)
            require(well and epoch == before.epoch + 1, "not-a-constitution")
        case _:
            raise RefusedError("not-a-constitution")
    roll = Roll(epoch, quorum, everybody, tuple(laws), closing, tuple(proposals))
    _check_step(before, roll)
    return roll


def _read_member(value) -> Member:
    match value:
        case [number, str(name), key, bytes(_), [*officers], incarnation, bool(witness), bool(removed)]:
            well = is_natural(number) and is_bytes(key, 32) and is_natural(incarnation) and not (witness and removed)
            people = [one for one in officers if type(one) is list and len(one) == 3 and is_bytes(one[1], 32)]
            require(well and len(people) == len(officers), "not-a-constitution", "a member")
            return Member(number, name, key, tuple(one[1] for one in people), incarnation, witness, removed)
    raise RefusedError("not-a-constitution", "a member")


def _check_step(before: Roll, after: Roll) -> None:
    """One change was voted: of one member, of the laws, or of the quorum."""
    about = f"epoch {after.epoch}"
    numbers = [member.number for member in after.everybody]
    require(numbers == list(range(len(numbers))), "wrong-constitution", f"{about}: numbers")
    keys = [member.key for member in after.everybody]
    require(len(set(keys)) == len(keys), "wrong-constitution", f"{about}: a key twice")
    kept, new = after.everybody[: len(before.everybody)], after.everybody[len(before.everybody) :]
    require(len(kept) == len(before.everybody), "wrong-constitution", f"{about}: a member is missing")
    changed = [(old, now) for old, now in zip(before.everybody, kept, strict=True) if old != now]
    require(all(_is_step(old, now) for old, now in changed), "wrong-constitution", f"{about}: a member")
    require(all((new_one.incarnation, new_one.removed) == (0, False) for new_one in new), "wrong-constitution", about)
    steps = len(changed) + len(new) + (before.laws != after.laws)
    require(steps <= 1, "wrong-constitution", f"{about}: more than one change")
    require(after.proposals[:-1] == before.proposals, "wrong-constitution", f"{about}: proposals")
    count = len(after.witnesses)
    require(count > 0 and after.quorum in (least_quorum(count), count), "bad-quorum", about)


def _is_step(old: Member, now: Member) -> bool:
    if old.removed:
        return False
    if now.incarnation != old.incarnation:
        renewed = replace(old, key=now.key, incarnation=old.incarnation + 1, witness=True)
        return now == renewed and now.key != old.key
    return now in (replace(old, removed=True, witness=False), replace(old, witness=not old.witness))
