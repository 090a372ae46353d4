"""The roll of an epoch: who may write, who counts towards the quorum, with which keys.

n witnesses, at most f = ⌊(n−1)/3⌋ malicious, quorum q = ⌊(n+f)/2⌋ + 1: two quorums share an honest member
(3-ledger §1). With n ≤ 3 no malicious office is tolerated. A member's number never changes and is never given again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


def tolerated(witness_count: int) -> int:
    """f: how many malicious witnesses the quorum tolerates."""
    return (witness_count - 1) // 3


def default_quorum(witness_count: int) -> int:
    return (witness_count + tolerated(witness_count)) // 2 + 1


@dataclass(frozen=True, slots=True)
class Officer:
    name: str
    key: bytes  # Ed25519 public key
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Member:
    number: int
    office: str  # the office's name
    key: bytes  # the node's Ed25519 public key
    certificate: bytes  # its self-signed X.509 certificate, DER
    officers: tuple[Officer, ...]
    incarnation: int = 0
    witness: bool = True  # its blocks count towards the quorum; a dormant member's do not
    removed: bool = False  # its number stays taken; it writes nothing in this epoch
    officers_since: int = 0  # the incarnation with which a vote put others in place of its officers (returning.py)


@dataclass(frozen=True)
class Roll:
    members: tuple[Member, ...]
    quorum: int
    epoch: int = 0
    by_key: dict[bytes, Member] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {m.key: m for m in self.members if not m.removed})

    def member(self, number: int) -> Member | None:
        """None for a number never given, and for a member that has been removed."""
        known = 0 <= number < len(self.members)
        return self.members[number] if known and not self.members[number].removed else None

    def holds(self, number: int, incarnation: int) -> bool:
        """Whether the key with which a block was signed is in force."""
        member = self.member(number)
        return member is not None and member.incarnation == incarnation

    def officer(self, office: int, officer: int) -> Officer | None:
        member = self.member(office)
        if member is None or not 0 <= officer < len(member.officers):
            return None
        return member.officers[officer]

    def roles(self, office: int, officer: int) -> frozenset[str]:
        """Roles of an officer; none for a person the roll does not know."""
        found = self.officer(office, officer)
        return found.roles if found else frozenset()

    @property
    def witness_count(self) -> int:
        return sum(member.witness for member in self.members)

    @property
    def tolerated(self) -> int:
        return tolerated(self.witness_count)


def make_roll(members: Sequence[Member], quorum: int | None = None) -> Roll:
    witness_count = sum(member.witness for member in members)
    return Roll(tuple(members), quorum or default_quorum(witness_count))
