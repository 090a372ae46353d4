"""What was voted, and what it makes of the constitution. 3-ledger §7, FORMAT.md §10."""

import zlib
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, replace

from .charter import read_card
from .ordering import Executed
from .rolls import Member, Officer, Roll, quorum_by, read_officers
from .state import State
from .values import RefusedError, decode, encode, require

MAX_CONTENT_BYTES = 1 << 20
RETURNING = "muniment-returning-office"
MAX_OFFICERS = 100


@dataclass(frozen=True)
class Change:
    kind: str
    member: int | None
    content: bytes


class Votes:
    """Follows the common register through the anchors: has what the next constitution names been voted?"""

    def __init__(self, rolls: list[Roll]) -> None:
        self._rolls = rolls
        self._passed: dict[int, Change] = {}  # by the epoch that it ends

    def look(self, one: Executed, state: State) -> None:
        """After an anchor was executed."""
        epoch = one.anchor.epoch
        if epoch + 1 == len(self._rolls):
            return
        roll, following = self._rolls[epoch : epoch + 2]
        if not one.anchor.closing:
            if epoch not in self._passed and following.proposals:
                change = _passed(state, following.proposals[-1], roll)
                if change is not None:
                    self._passed[epoch] = change
            return
        change = self._passed.get(epoch)
        require(change is not None, "not-voted", f"epoch {following.epoch}")
        expected = apply(roll, change, following.proposals[-1], following.closing_anchor)
        require(expected == following, "wrong-constitution", f"epoch {following.epoch}: another change was voted")


def _passed(state: State, proposal: bytes, roll: Roll) -> Change | None:
    """The change of the open proposal if a quorum of the roll's witnesses is for it."""
    proposed = state.charter["charter.proposal"].get(proposal)
    if proposed is None or proposed.state != "open":
        return None
    answers: dict[int, set[str]] = {}
    for vote in state.charter["charter.vote"].values():
        if vote.state == "standing" and vote.key.get("proposal") == proposal and vote.keeper is not None:
            answers.setdefault(vote.keeper, set()).add(vote.fields.get("answer"))
    agreed = [number for number, given in answers.items() if given == {"yes"} and roll.is_witness(number)]
    if len(agreed) < roll.quorum:
        return None
    fields = proposed.fields
    return Change(fields.get("kind"), fields.get("member"), _content(fields.get("content") or []))


def _content(rows: list) -> bytes:
    try:
        packed = b64decode("".join(row["part"] for row in rows), validate=True)
        return zlib.decompressobj().decompress(packed, MAX_CONTENT_BYTES) if packed else b""
    except (Base64Error, ValueError, zlib.error, TypeError, KeyError):
        raise RefusedError("wrong-constitution", "its content cannot be read") from None


# -- the next roll ------------------------------------------------------------------------------------------------


def apply(before: Roll, change: Change, proposal: bytes, closing_anchor: bytes) -> Roll:
    """The roll that the change makes of the one before."""
    members, laws, policy = list(before.everybody), before.laws, before.above_least
    if change.kind == "admit":
        name, key, officers = _card(change.content)
        members.append(Member(len(members), name, key, officers))
    elif change.kind == "quorum":
        policy = None if change.content == b"all" else 0
    elif change.kind == "law":
        laws = _with_law(laws, change.content)
    else:
        there = change.member in before.members or (
            change.kind == "incarnation" and change.member is not None and change.member < len(before.everybody)
        )  # one that was removed comes back under a new key
        require(there, "wrong-constitution", "a member that is not there")
        members[change.member] = _changed(before.everybody[change.member], change)
    quorum, proposals = quorum_by(policy, sum(member.witness for member in members)), (*before.proposals, proposal)
    return Roll(before.epoch + 1, quorum, tuple(members), laws, closing_anchor, proposals, policy)


def _changed(member: Member, change: Change) -> Member:
    match change.kind:
        case "remove":
            return replace(member, removed=True, witness=False)
        case "dormancy" | "waking":
            return replace(member, witness=change.kind == "waking")
        case "incarnation":
            return _renewed(member, change.content)
    raise RefusedError("wrong-constitution", f"a change of kind {change.kind}")


def _renewed(member: Member, content: bytes) -> Member:
    """With its officers, or, where the content says so, with the card's behind them, who have no role any more."""
    returns = content.startswith(encode([RETURNING, b""])[:-1])
    name, key, officers = _card(decode(content, MAX_CONTENT_BYTES)[1] if returns else content)
    require(name == member.name, "wrong-constitution", "a card of another office")
    following = member.incarnation + 1
    renewed = replace(member, key=key, incarnation=following, witness=True, removed=False)
    if not returns:
        return renewed
    former = tuple(replace(one, roles=()) for one in member.officers)
    require(len(former) + len(officers) <= MAX_OFFICERS, "wrong-constitution", "too many officers")
    require(not {one.key for one in former} & {one.key for one in officers}, "wrong-constitution", "officers' keys")
    return replace(renewed, officers=(*former, *officers), officers_since=following)


def _card(content: bytes) -> tuple[str, bytes, tuple[Officer, ...]]:
    _, name, key, _, officers = read_card(content)
    return name, key, read_officers(officers)


def _with_law(laws: tuple[bytes, ...], new: bytes) -> tuple[bytes, ...]:
    """In place of the law of its name, behind the others."""
    name = _law_name(new)
    return (*(law for law in laws if _law_name(law) != name), new)


def _law_name(law: bytes) -> str:
    """A law is a tree of lists; a mapping is `["map", key, value, …]`."""
    match decode(law, MAX_CONTENT_BYTES):
        case ["map", *pairs] if "law" in pairs[::2]:
            return pairs[2 * pairs[::2].index("law") + 1]
    raise RefusedError("wrong-constitution", "a law without a name")
