"""The roll of each epoch: who may write and whose voice counts. 3-ledger §1 and §7, FORMAT.md §10.

Epoch 0 has that of the charter. Later ones are taken from the export at first, as the blocks cannot be read without
them; that each is what was voted is found out by voting.py, once the blocks have said what was executed.
"""

from dataclasses import dataclass

from .values import RefusedError, decode, encode, is_bytes, is_id, is_natural, require, tagged_hash, tree_root

MAX_BYTES = 32 << 20
NODE_NUMBER = (1 << 32) - 1


@dataclass(frozen=True)
class Officer:
    name: str
    key: bytes
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    number: int
    name: str
    key: bytes
    officers: tuple[Officer, ...]
    incarnation: int = 0
    witness: bool = True
    removed: bool = False
    officers_since: int = 0  # incarnation with which a vote put others in place of the officers


@dataclass(frozen=True)
class Roll:
    epoch: int
    quorum: int
    everybody: tuple[Member, ...]  # by number; the removed ones keep their places
    laws: tuple[bytes, ...]
    closing_anchor: bytes | None = None  # of the epoch before
    proposals: tuple[bytes, ...] = ()  # records of all that was voted so far
    above_least: int | None = 0  # the policy behind the quorum: so many more than the least; None: every witness

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


def policy_of(quorum: int, witnesses: int) -> int | None:
    """What a charter's quorum means for later epochs."""
    above_least = quorum - least_quorum(witnesses)
    return None if above_least and quorum == witnesses else above_least


def quorum_by(above_least: int | None, witnesses: int) -> int:
    return witnesses if above_least is None else min(witnesses, least_quorum(witnesses) + above_least)


def read_roll(encoded: bytes, before: Roll) -> Roll:
    """From a constitution, the next one after `before`."""
    match decode(encoded, MAX_BYTES):
        case [epoch, [*members], quorum, [*laws], dict(_), closing, [*proposals], policy] if (
            is_natural(quorum) and is_id(closing) and (policy is None or is_natural(policy))
        ):
            everybody = tuple(map(_read_member, members))
            well = all(type(law) is bytes for law in laws) and all(is_bytes(one, 16) for one in proposals)
            require(well and epoch == before.epoch + 1, "not-a-constitution")
        case _:
            raise RefusedError("not-a-constitution")
    roll = Roll(epoch, quorum, everybody, tuple(laws), closing, tuple(proposals), policy)
    numbers = [member.number for member in everybody]
    keys = {member.key for member in everybody}
    require(numbers == list(range(len(keys))), "wrong-constitution", f"epoch {epoch}: numbers or keys")
    require(len(proposals) == epoch and len(roll.witnesses) > 0, "wrong-constitution", f"epoch {epoch}")
    require(least_quorum(len(roll.witnesses)) <= quorum <= len(roll.witnesses), "bad-quorum", f"epoch {epoch}")
    return roll


def _read_member(value) -> Member:
    match value:
        case [number, str(name), key, bytes(_), [*officers], incarnation, bool(witness), bool(removed), *since]:
            well = is_natural(number) and is_bytes(key, 32) and is_natural(incarnation) and not (witness and removed)
            people = read_officers(officers)
            well = well and (not since or (len(since) == 1 and is_natural(since[0]) and 0 < since[0] <= incarnation))
            require(well and len(people) == len(officers), "not-a-constitution", "a member")
            return Member(number, name, key, people, incarnation, witness, removed, *since)
    raise RefusedError("not-a-constitution", "a member")


def read_officers(officers: list) -> tuple[Officer, ...]:
    """As many as are well written."""
    well = [one for one in officers if type(one) is list and len(one) == 3 and is_bytes(one[1], 32)]
    return tuple(Officer(one[0], one[1], tuple(one[2])) for one in well if type(one[2]) is list)


def constitution_digest(encoded: bytes, before: bytes) -> bytes:
    """What checkpoints name it by. `before`: that of the epoch before, in the end the network id."""
    epoch, members, quorum, laws, *_ = decode(encoded, MAX_BYTES)
    nodes = tree_root([member[2] if member[6] else b"" for member in members])
    head = encode([1, epoch, quorum, sum(member[6] for member in members), len(members), len(laws), nodes])
    offices = [
        encode([encode([number, name, key, people]), incarnation])
        for number, name, key, _, people, incarnation, *_ in members
    ]
    return tagged_hash("constitution", before, tree_root([head, *offices, *(tagged_hash("law", law) for law in laws)]))


class Keys:
    """The members of each epoch with their node keys and officers."""

    def __init__(self, network: bytes, rolls: list[Roll]) -> None:
        self.network, self.rolls = network, rolls

    def member(self, epoch: int, author: int) -> Member:
        require(epoch < len(self.rolls), "wrong-epoch", f"{epoch}")
        found = self.rolls[epoch].members.get(author)
        if found is None:
            raise RefusedError("unknown-author", f"office {author} in epoch {epoch}")
        return found

    def officer(self, epoch: int, office: int, officer: int) -> bytes | None:
        """None for one whom the roll of the epoch does not name."""
        everybody = self.rolls[epoch].everybody
        if officer == NODE_NUMBER:  # the office's node, with the key of its blocks
            return everybody[office].key if office < len(everybody) else None
        known = office < len(everybody) and officer < len(everybody[office].officers)
        return everybody[office].officers[officer].key if known else None
