"""Changes of the network as an office sees, proposes and votes for them (3-ledger §7).

What a change would lead to is asked before anybody signs: one that no constitution can follow from is refused here with
its code, for it could be voted and would still pass nowhere. Nothing here decides anything; core/voting.py and
core/epochs.py do.
"""

from dataclasses import dataclass, replace
from hashlib import sha256

from core import officers, voting
from core.errors import MunimentError
from core.laws.law_reading import law_from_canonical
from core.laws.powers import NO_LIMITS, Limits, row_of
from core.ledger.charter import OfficeCard, decode_card
from core.ledger.constitution import Change
from core.ledger.encoding import Value
from core.ledger.returning import card_returning, returning
from core.ledger.roll import Officer
from core.ledger.transaction import Signer
from core.office import Office, Proposal
from core.store.working import WorkingState

ADMINISTRATOR = "administrator"
RETURN = "return"  # as a person chooses it: a new key, and the card's officers in place of those before
CHOICES = (*voting.KINDS, RETURN)
NEEDS_MEMBER = frozenset({"remove", "dormancy", "waking", "incarnation", RETURN})
_OPEN, _ENOUGH, _PASSED, _BEHIND = "open", "enough", "passed", "behind"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """An open proposal. Votes are counted as this office knows them; only what the common order holds decides."""

    id: bytes  # of its record
    reference: str
    kind: str
    member: int | None  # number of the office concerned
    subject: str  # what its content names: an office, rules and their version, a policy
    digest: str  # of its content, to be compared by telephone; "" without content
    reason: str
    yes: tuple[int, ...]  # numbers of the offices
    no: tuple[int, ...]
    agree: int  # how many of those whose votes count are for it
    needed: int
    counting: int  # whose votes count
    mine: str | None  # this office's own standing answer
    my_vote: bytes | None  # its record
    standing: str  # open, enough (as known here), passed (the period is closing), behind (another passed first)
    obstacle: MunimentError | None  # why it could not take effect as things stand
    leaving: tuple[str, ...] = ()  # who signs for the office so far, where the change puts others in their place
    coming: tuple[Officer, ...] = ()  # those others


def list_changes(office: Office) -> list[ChangeView]:
    """Open proposals that have not taken effect, in the order of their references."""
    state, applied = WorkingState(office.store.state, office.number), office.epochs.present.proposals
    found = [one for one in voting.open_proposals(state) if one.record.id not in applied]
    views = [_view(office, state, proposal) for proposal in found]
    return sorted(views, key=lambda view: (view.reference, view.id))


def find_change(office: Office, text: str) -> ChangeView:
    """By reference, or by the beginning of its number in hexadecimal digits. Raises `unknown-proposal`."""
    views = list_changes(office)
    named = [view for view in views if view.reference == text] or [
        view for view in views if len(text) >= 8 and view.id.hex().startswith(text.lower())
    ]
    if len(named) != 1:
        raise MunimentError("unknown-proposal" if not named else "several-proposals", reference=text)
    return named[0]


def as_voted(choice: str, content: bytes) -> tuple[str, bytes]:
    """The kind and the content of what is proposed, of what a person has chosen and the file that it brings."""
    return ("incarnation", returning(content)) if choice == RETURN else (choice, content)


def check_change(office: Office, kind: str, member: int | None, content: bytes) -> None:
    """Raises what `apply` raises for a change that leads nowhere, and `change-already-open` where this office has
    proposed the same before. What another has proposed it may drop: it stands in nobody's way.
    """
    wanted = Change(kind, bytes(16), member, content)
    office.epochs.check(wanted)
    state, applied = WorkingState(office.store.state, office.number), office.epochs.present.proposals
    for one in voting.open_proposals(state):
        own = one.record.keeper == office.number and one.record.id not in applied
        if own and one.change is not None and replace(one.change, proposal=wanted.proposal) == wanted:
            raise MunimentError("change-already-open", reference=one.record.key["reference"])


def draw_up_change(
    office: Office, kind: str, member: int | None, content: bytes, reason: str, administrator: int
) -> Proposal:
    """The act that proposes a change, for the administrator (number of the officer) to sign.

    Raises what `check_change` raises, `too-large`, `no-place-for-proposal`, and `rejected` where the law refuses.
    """
    check_change(office, kind, member, content)
    act: dict[str, Value] = {
        **next_place(office),
        "kind": kind,
        "content": voting.pack_content(content),
        "reason": reason,
    }
    if member is not None:
        act["member"] = member
    return _propose(office, "propose", {}, act, administrator)


def next_place(office: Office) -> dict[str, Value]:
    """What the office's next proposal is called, and its place. Raises `no-place-for-proposal`."""
    place = voting.free_place(WorkingState(office.store.state, office.number), office.number)
    number = office.records.count(f"{voting.LAW}.proposal") + 1
    return {"reference": f"P{office.number + 1}-{number}", "place": place}


def draw_up_vote(office: Office, change: ChangeView, answer: str, administrator: int) -> Proposal | None:
    """The act that gives this office's answer; None where it stands already. `answer`: yes, no or withdrawn.

    Another answer that stands is withdrawn first: ask again when that act is recorded. A no beside a yes is a no.
    """
    if change.mine == answer or (answer == "withdrawn" and change.my_vote is None):
        return None
    if change.my_vote is not None:
        return _propose(office, "withdraw_vote", {"vote": change.my_vote}, {}, administrator)
    return _propose(office, "vote", {}, {"proposal": change.id, "answer": answer}, administrator)


def draw_up_appointment(
    office: Office, name: str, public_key: str, roles: list[str], administrator: int, limits: Limits = NO_LIMITS
) -> Proposal:
    """The act that appoints an officer under the office's next number, for each role within these limits."""
    number = officers.next_number(WorkingState(office.store.state, office.number), office.number)
    act: dict[str, Value] = {
        "number": number,
        "name": name,
        "public_key": public_key,
        "roles": [row_of(role, limits) for role in roles],
    }
    return _propose(office, "appoint", {}, act, administrator)


def draw_up_roles(
    office: Office, officer: int, roles: list[str], reason: str, administrator: int, limits: Limits = NO_LIMITS
) -> Proposal:
    """The act that gives an officer other roles, each within these limits, or ends the office without any.

    Raises `unknown-officer`, `roles-held-already`. What the office refuses besides, core/appointing.py tells.
    """
    state = WorkingState(office.store.state, office.number)
    people = officers.officers_of(state, office.roll, office.number)
    found = next((one for one in people if one.number == officer), None)
    if found is None:
        raise MunimentError("unknown-officer", officer=officer)
    if found.roles == frozenset(roles) and all(found.limits.get(role, NO_LIMITS) == limits for role in roles):
        raise MunimentError("roles-held-already", name=found.name)
    rows: list[Value] = [row_of(role, limits) for role in roles]
    if found.record is None:
        act: dict[str, Value] = {"number": found.number, "name": found.name, "roles": rows, "reason": reason}
        return _propose(office, "restate", {}, act, administrator)
    if not roles:
        return _propose(office, "end", {"officer": found.record}, {"reason": reason}, administrator)
    return _propose(office, "change_roles", {"officer": found.record}, {"roles": rows, "reason": reason}, administrator)


def _propose(
    office: Office, procedure: str, records: dict[str, bytes], act: dict[str, Value], administrator: int
) -> Proposal:
    signer = Signer(office.number, administrator, ADMINISTRATOR)
    return office.propose(voting.LAW, procedure, records, act, [signer])


def _view(office: Office, state: WorkingState, proposal: voting.Proposal) -> ChangeView:
    fields, change, roll = proposal.record.fields, proposal.change, office.roll
    agree = sum(1 for number in proposal.yes if (member := roll.member(number)) is not None and member.witness)
    mine = next(iter(own), None) if (own := _own_votes(office, state, proposal)) else None
    obstacle = _obstacle(office, change)
    content = change.content if change is not None else b""
    return ChangeView(
        proposal.record.id,
        proposal.record.key["reference"],
        fields["kind"],
        fields.get("member"),
        _subject(change),
        sha256(content).hexdigest() if content else "",
        fields["reason"],
        proposal.yes,
        proposal.no,
        agree,
        roll.quorum,
        roll.witness_count,
        mine[1] if mine else None,
        mine[0] if mine else None,
        _standing(office, proposal.record.id, agree),
        obstacle,
        *_replaced(office, state, change),
    )


def _own_votes(office: Office, state: WorkingState, proposal: voting.Proposal) -> list[tuple[bytes, str]]:
    votes = voting.votes_on(state, proposal.record.id)
    return [(vote.id, vote.fields["answer"]) for vote in votes if vote.keeper == office.number]


def _standing(office: Office, proposal: bytes, agree: int) -> str:
    passed = office.epochs.passed
    if passed is not None:
        return _PASSED if passed.proposal == proposal else _BEHIND
    return _ENOUGH if agree >= office.roll.quorum else _OPEN


def _obstacle(office: Office, change: Change | None) -> MunimentError | None:
    try:
        if change is None:
            raise MunimentError("content-damaged")
        office.epochs.check(change)
    except MunimentError as error:
        return error
    return None


def _card(change: Change) -> OfficeCard:
    return decode_card(card_returning(change.content) or change.content, lambda *_: True)


def _replaced(
    office: Office, state: WorkingState, change: Change | None
) -> tuple[tuple[str, ...], tuple[Officer, ...]]:
    """Who would sign for the office no more, and who from then on; two empty ones where its officers stay."""
    if change is None or change.member is None or change.kind != "incarnation":
        return (), ()
    try:
        if card_returning(change.content) is None:
            return (), ()
        coming = _card(change).officers
    except MunimentError:
        return (), ()
    serving = officers.officers_of(state, office.roll, change.member)
    return tuple(one.name for one in serving if one.roles), coming


def _subject(change: Change | None) -> str:
    """What the content is about, in its own words; "" where it says nothing readable."""
    if change is None:
        return ""
    try:
        if change.kind in ("admit", "incarnation"):
            return _card(change).name
        if change.kind == "law":
            law = law_from_canonical(change.content)
            return f"{law.name} {law.version}"
    except MunimentError:
        return ""
    return change.content.decode("ascii", "replace") if change.kind == "quorum" else ""
