"""The constitution of an epoch: who may write and who counts, the quorum policy, the laws in force (3-ledger §7).

Epoch 0 has that of the charter. A change that the network has voted takes effect when the epoch closes; it is applied
here as a pure function, so that every office reaches the same next constitution or none. A member's number never
changes and is never given again: a removed member keeps its place in the roll, and a new key is a new incarnation,
under which one that was removed comes back.
FORMAT.md §10.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from core.errors import MunimentError
from core.ledger.charter import Charter, OfficeCard, Verify, decode_card
from core.ledger.encoding import Value, decode, encode
from core.ledger.returning import card_returning, with_officers_of
from core.ledger.roll import Member, Officer, Roll, default_quorum

MAX_MEMBERS = 1000
MAX_CONSTITUTION_BYTES = 32 << 20
ReadLaw = Callable[[bytes], tuple[str, int]]
POLICIES = {"default": 0, "all": None}  # what can be voted: q = ⌊(n+f)/2⌋+1, or q = n where nobody may be missing


@dataclass(frozen=True, slots=True)
class Change:
    """What the network has voted. `proposal`: the record that proposed it (16 bytes)."""

    kind: str  # admit, remove, dormancy, waking, incarnation, quorum or law
    proposal: bytes
    member: int | None = None  # whom it concerns
    content: bytes = b""  # an office card, that of a returning office, a policy or a canonical law


@dataclass(frozen=True)
class Constitution:
    epoch: int
    members: tuple[Member, ...]
    quorum: int
    laws: tuple[bytes, ...]  # canonical bytes of the laws in force
    homes: Mapping[str, str]
    closing_anchor: bytes | None = None  # id of the block that closed the epoch before
    proposals: tuple[bytes, ...] = ()  # every proposal that has taken effect so far
    # The quorum policy: how many more than the least quorum must agree, as founders may have chosen; None: all. The
    # number alone does not tell: of two witnesses all are the least.
    above_least: int | None = 0
    roll: Roll = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roll", Roll(self.members, self.quorum, self.epoch))


def first_constitution(charter: Charter) -> Constitution:
    roll = charter.roll
    above_least = _above_least(charter.quorum, roll.witness_count)
    homes = dict(charter.homes)
    return Constitution(0, roll.members, charter.quorum, charter.laws, homes, above_least=above_least)


def _above_least(quorum: int, witnesses: int) -> int | None:
    """The policy that a number of so many witnesses stands for."""
    above_least = quorum - default_quorum(witnesses)
    return None if above_least and quorum == witnesses else above_least


def apply(
    before: Constitution, change: Change, closing_anchor: bytes, verify: Verify, read_law: ReadLaw
) -> Constitution:
    """The constitution after the close. `read_law`: (name, version) of a law's bytes; raises what forbids the law.

    Raises `already-in-force`, `unknown-member`, `member-removed`, `last-witness`, `name-taken`, `card-key-taken`,
    `not-a-new-key`, `too-many-members`, `too-many-officers`, `unknown-change` and the refusals of `decode_card`.
    """
    if change.proposal in before.proposals:
        raise MunimentError("already-in-force", proposal=change.proposal)
    members, laws, above_least = list(before.members), before.laws, before.above_least
    match change.kind:
        case "admit":
            members.append(_admitted(before, decode_card(change.content, verify)))
        case "remove":
            member = _member(before, change)
            members[member.number] = replace(member, removed=True, witness=False)
        case "dormancy" | "waking":
            member, wakes = _member(before, change), change.kind == "waking"
            if member.witness == wakes:
                raise MunimentError("already-in-force", office=member.office)
            members[member.number] = replace(member, witness=wakes)
        case "incarnation":
            member = _known(before, change)  # also one that was removed: it comes back, and its records with it
            members[member.number] = _renewed(before, member, change.content, verify)
        case "quorum":
            policy = change.content.decode("ascii", "replace")
            if policy not in POLICIES or POLICIES[policy] == above_least:
                raise MunimentError("already-in-force", policy=policy)
            above_least = POLICIES[policy]
        case "law":
            laws = _with_law(laws, change.content, read_law)
        case _:
            raise MunimentError("unknown-change", kind=change.kind)
    witnesses = sum(member.witness for member in members)
    if not witnesses:
        raise MunimentError("last-witness")
    quorum = witnesses if above_least is None else min(witnesses, default_quorum(witnesses) + above_least)
    proposals = (*before.proposals, change.proposal)
    following, homes = before.epoch + 1, before.homes
    return Constitution(following, tuple(members), quorum, laws, homes, closing_anchor, proposals, above_least)


def _known(before: Constitution, change: Change) -> Member:
    if change.member is None or not 0 <= change.member < len(before.members):
        raise MunimentError("unknown-member", number=change.member)
    return before.members[change.member]


def _member(before: Constitution, change: Change) -> Member:
    member = _known(before, change)
    if member.removed:
        raise MunimentError("member-removed", office=member.office)
    return member


def _admitted(before: Constitution, card: OfficeCard) -> Member:
    if len(before.members) >= MAX_MEMBERS:
        raise MunimentError("too-many-members", limit=MAX_MEMBERS)
    _check_name(before, card, None)
    _check_new_keys(before, card)
    return Member(len(before.members), card.name, card.node_key, card.certificate, card.officers)


def _renewed(before: Constitution, member: Member, content: bytes, verify: Verify) -> Member:
    """The same office under a new key; its history and its records stay, and so do its officers unless the offices
    have voted that those of the card come in their place.
    """
    returns = card_returning(content)
    card = decode_card(content if returns is None else returns, verify)
    if card.name != member.office:
        raise MunimentError("name-differs", office=member.office, card=card.name)
    if any(known.key == card.node_key for known in before.members):
        raise MunimentError("not-a-new-key", office=member.office)
    _check_name(before, card, member)
    following = member.incarnation + 1
    renewed = replace(member, key=card.node_key, certificate=card.certificate, incarnation=following)
    renewed = replace(renewed, witness=True, removed=False)
    if returns is None:
        return renewed
    _check_new_keys(before, card)
    return with_officers_of(renewed, card)


def _check_name(before: Constitution, card: OfficeCard, own: Member | None) -> None:
    """The name of an office that was removed is free for another, until it comes back."""
    if any(one.office == card.name and not one.removed and one is not own for one in before.members):
        raise MunimentError("name-taken", office=card.name)


def _check_new_keys(before: Constitution, card: OfficeCard) -> None:
    known = {key for member in before.members for key in (member.key, *(one.key for one in member.officers))}
    if not known.isdisjoint({card.node_key, *(officer.key for officer in card.officers)}):
        raise MunimentError("card-key-taken", office=card.name)


def _with_law(laws: tuple[bytes, ...], new: bytes, read_law: ReadLaw) -> tuple[bytes, ...]:
    """A law replaces the version of its name, which must be the one before, or joins the others as version 1."""
    name, version = read_law(new)
    others, before = [], 0
    for law in laws:
        its_name, its_version = read_law(law)
        if its_name == name:
            before = its_version
        else:
            others.append(law)
    if version != before + 1:
        raise MunimentError("law-version-differs", law=name, version=version, expected=before + 1)
    return (*others, new)


def encode_constitution(constitution: Constitution) -> bytes:
    return encode(
        [
            constitution.epoch,
            [_member_value(member) for member in constitution.members],
            constitution.quorum,
            list(constitution.laws),
            dict(constitution.homes),
            constitution.closing_anchor,
            list(constitution.proposals),
            constitution.above_least,
        ]
    )


def _member_value(member: Member) -> list[Value]:
    officers: list[Value] = [[one.name, one.key, sorted(one.roles)] for one in member.officers]
    fixed = [member.number, member.office, member.key, member.certificate, officers]
    since = [member.officers_since] if member.officers_since else []  # only where a vote has replaced them
    return [*fixed, member.incarnation, member.witness, member.removed, *since]


def decode_constitution(data: bytes) -> Constitution:
    """Raises `not-a-constitution` and the codes of `decode`; what it says is checked by whoever derives it again."""
    try:
        epoch, members, quorum, laws, homes, closing_anchor, proposals, above_least = decode(
            data, MAX_CONSTITUTION_BYTES
        )
        return Constitution(
            epoch,
            tuple(_decode_member(*member) for member in members),
            quorum,
            tuple(laws),
            homes,
            closing_anchor,
            tuple(proposals),
            above_least,
        )
    except (TypeError, ValueError):
        raise MunimentError("not-a-constitution") from None


def _decode_member(
    number: int,
    office: str,
    key: bytes,
    certificate: bytes,
    officers: list[tuple[str, bytes, list[str]]],
    incarnation: int,
    witness: bool,
    removed: bool,
    officers_since: int = 0,
) -> Member:
    people = tuple(Officer(name, officer_key, frozenset(roles)) for name, officer_key, roles in officers)
    return Member(number, office, key, certificate, people, incarnation, witness, removed, officers_since)
