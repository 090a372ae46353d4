"""Proposals and votes on the constitution, as the charter law records them in the common register (3-ledger §7).

A vote counts for the node whose chain keeps it. An office is for a change if it has a standing vote and all its
standing votes say yes. Content (a card, a policy, a law) travels as base64 of its compressed bytes, in parts, because
an act holds text. What is read here is the agreed state, so every office finds the same.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger.constitution import Change
from core.ledger.encoding import Value, encode
from core.ledger.record import Record, State
from core.ledger.roll import Roll

LAW = "charter"
KINDS = ("admit", "dormancy", "incarnation", "law", "quorum", "remove", "waking")
PLACES = range(1, 51)  # of one office's open proposals
MAX_OFFICES = 1000  # one proposal of each at a place, one standing vote of each on a proposal: no list is ever full
PART = "part"  # the one column of the list that holds content
PART_CHARS = 6000
MAX_PARTS = 8
MAX_CONTENT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open proposal and who has answered; `change` is None where its content cannot be read."""

    record: Record
    change: Change | None
    yes: tuple[int, ...]  # numbers of the offices
    no: tuple[int, ...]


def open_proposals(state: State) -> list[Proposal]:
    """In the order of their record ids."""
    proposals = map(state.record, _open_ids(state))
    return [_with_votes(state, proposal) for proposal in proposals if proposal is not None]


def _open_ids(state: State) -> list[bytes]:
    return sorted({found for place in PLACES for found in _group(state, "open_proposals", place, MAX_OFFICES)})


def free_place(state: State, office: int) -> int:
    """Where the office's next proposal may stand. Raises `no-place-for-proposal` (facts: limit)."""
    for place in PLACES:
        found = (state.record(one) for one in _group(state, "open_proposals", place, MAX_OFFICES))
        if not any(record is not None and record.keeper == office for record in found):
            return place
    raise MunimentError("no-place-for-proposal", limit=len(PLACES))


def votes_on(state: State, proposal: bytes) -> list[Record]:
    """The standing votes on a proposal (its record id), in the order of their record ids."""
    found = (state.record(vote) for vote in _group(state, "votes_on", proposal, MAX_OFFICES))
    return [vote for vote in found if vote is not None]


def passed_changes(state: State, roll: Roll, applied: Collection[bytes]) -> Iterator[Change]:
    """The changes that a quorum of the roll's witnesses is for, the one with the least record id first.

    Looked at after every anchor: what too few have voted on is not read, whatever and how much it holds.
    """
    for proposed in _open_ids(state):
        if proposed in applied or state.count(f"{LAW}.votes_on", encode([proposed])) < roll.quorum:
            continue
        record = state.record(proposed)
        proposal = _with_votes(state, record) if record is not None else None
        if proposal is None or proposal.change is None:
            continue
        if is_quorum(roll, proposal.yes):
            yield proposal.change


def is_quorum(roll: Roll, offices: Iterable[int | None]) -> bool:
    """Whether those among the offices (numbers, each once) whose votes count are enough to decide for all."""
    members = (roll.member(number) for number in offices if number is not None)
    return sum(1 for member in members if member is not None and member.witness) >= roll.quorum


def change_of(proposal: Record) -> Change:
    """Raises `content-damaged`."""
    fields = proposal.fields
    return Change(fields["kind"], proposal.id, fields.get("member"), unpack_content(fields["content"]))


def pack_content(content: bytes) -> list[dict[str, Value]]:
    """The rows of the act's field. Raises `too-large`."""
    text = b64encode(zlib.compress(content, 9)).decode("ascii") if content else ""
    parts = [text[start : start + PART_CHARS] for start in range(0, len(text), PART_CHARS)]
    if len(parts) > MAX_PARTS:
        raise MunimentError("too-large", bytes=len(content), limit=MAX_PARTS * PART_CHARS)
    return [{PART: part} for part in parts]


def unpack_content(rows: Sequence[Mapping[str, Value]]) -> bytes:
    """Raises `content-damaged`."""
    if not rows:
        return b""
    try:
        packed = b64decode("".join(row[PART] for row in rows), validate=True)
        reader = zlib.decompressobj()
        content = reader.decompress(packed, MAX_CONTENT_BYTES)
    except (ValueError, zlib.error):
        raise MunimentError("content-damaged") from None
    if not reader.eof or reader.unused_data:
        raise MunimentError("content-damaged")
    return content


def _with_votes(state: State, proposal: Record) -> Proposal:
    answers: dict[int, set[str]] = {}
    for vote in votes_on(state, proposal.id):
        if vote.keeper is not None:
            answers.setdefault(vote.keeper, set()).add(vote.fields["answer"])
    yes = tuple(sorted(number for number, given in answers.items() if given == {"yes"}))
    no = tuple(sorted(number for number, given in answers.items() if "no" in given))
    try:
        change = change_of(proposal)
    except MunimentError:
        change = None
    return Proposal(proposal, change, yes, no)


def _group(state: State, index: str, value: Value, limit: int) -> Sequence[bytes]:
    return state.find(f"{LAW}.{index}", encode([value]), limit)
