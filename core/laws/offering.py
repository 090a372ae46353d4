"""Records of the asking office in a request: one act on records of two keepers (8-practice 44; LAWS.md §10).

What a keeper does to its own record is known without the common order, because nobody else writes it. A request that
would change a record of the office that asks gives this up for the record: it is *offered*. From the request on, every
act of its keeper that touches what was offered waits for the order, which says whether it comes before the entry of the
request or after; so nothing that was known is undone. The first of them that finds the request over ends the offer.

`#offered`, shared, one for each key (a record, what it is kept with, a register of unique keys) of an office: the
requests that offer it. `#requests` names the versions offered, and is *withdrawn* by the office that asked.
"""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from core.crypto.hashing import tagged_hash
from core.laws.applying import Context
from core.laws.law import Law, Procedure
from core.laws.relying import is_other
from core.laws.signing import check_people
from core.laws.verdict import Accepted, Refused
from core.ledger.encoding import Value, encode
from core.ledger.record import RECORD_ID_BYTES, Change, Record, State
from core.ledger.transaction import Transaction

REQUESTS_REGISTER, OFFERED_REGISTER = "#requests", "#offered"
WITHDRAWN = "withdrawn"  # a record of `#requests`; until then it waits
MAX_OFFERS = 64  # open requests that offer one thing
_STANDS = frozenset({"entered", "warned"})


def request_record_id(request: bytes) -> bytes:
    """16 bytes: the `#requests` record of a request, from its 32-byte id."""
    return tagged_hash("request", request)[:RECORD_ID_BYTES]


def decision_record_id(request: bytes) -> bytes:
    """16 bytes: the `#decisions` record of a request. Its last act is the act that decided."""
    return tagged_hash("request-decision", request)[:RECORD_ID_BYTES]


def offered_id(office: int, key: bytes) -> bytes:
    """16 bytes: the `#offered` record of a key of an office."""
    return tagged_hash("request-offer", encode([office, key]))[:RECORD_ID_BYTES]


def shared_record(
    register: str,
    record_id: bytes,
    old: Record | None,
    context: Context,
    key: Mapping[str, Value],
    fields: Mapping[str, Value],
) -> Record:
    """The next version of a record that all offices keep of requests."""
    version = old.version + 1 if old else 1
    return Record(register, record_id, None, 0, version, context.transaction_id[:16], "waiting", key, fields)


def is_joint(asked: Record | None) -> bool:
    """Whether a record of `#requests` is of a request that offers records of the office that asks."""
    return asked is not None and "records" in asked.fields


def is_over(state: State, request: bytes, after: Mapping[bytes, Record] | None = None) -> bool:
    """Whether a request is decided, withdrawn, or offers a version that has been replaced.

    `after`: records as an act that is being judged leaves them.
    """
    if state.record(decision_record_id(request)) is not None:
        return True
    asked = state.record(request_record_id(request))
    if asked is None or not is_joint(asked):
        return False
    if asked.state == WITHDRAWN:
        return True
    for record_id, version in asked.fields["records"]:
        record = (after or {}).get(record_id) or state.record(record_id)
        if record is not None and record.version > version:
            return True
    return False


def keeps_one(state: State, transaction: Transaction, procedure: Procedure, office: int) -> bool:
    """Whether the act would change a record of this office, which asks for it."""
    refs = (transaction.changes[name] for name in procedure.changes if name in transaction.changes)
    return any(record is not None and record.keeper == office for record in (state.record(ref.record) for ref in refs))


def check_two_keepers(state: State, transaction: Transaction, procedure: Procedure, keeper: int, author: int) -> None:
    """Refuses an act on records of a third office, or on none of the office asked."""
    kept_by = {
        name: record.keeper
        for name, ref in transaction.changes.items()
        if (record := state.record(ref.record)) is not None and not is_other(procedure.reads.get(name, ""))
    }
    for name, office in kept_by.items():
        if office not in (None, keeper, author):
            raise Refused("third-keeper", office=office, record=name)
    if keeper not in (kept_by.get(name) for name in procedure.changes):
        raise Refused("request-not-needed", record=next(iter(procedure.changes)))


def refuse_undecided(verdict: Accepted) -> None:
    """What would suspend or hold an act of two keepers refuses it: neither alone could complete or decide it."""
    for finding in verdict.findings:
        if finding.outcome == verdict.outcome and verdict.outcome not in _STANDS:
            raise Refused.by(finding.code, finding.rule, finding.article, finding.facts)


def offer(state: State, touched: Iterable[bytes], procedure: Procedure, context: Context) -> list[Change]:
    """What a request offers of its author: of the keys that it touches, its records and registers of unique keys."""
    changes = []
    for key in sorted(touched):
        if key not in procedure.pools:
            record = state.record(key)
            if record is None or record.keeper != context.author:
                continue
        old = state.record(offered_id(context.author, key))
        before: list[bytes] = [one for one in _requests(old) if not is_over(state, one)]
        if len(before) == MAX_OFFERS:
            raise Refused("queue-full", most=MAX_OFFERS)
        changes.append(_written(old, context, key, [*before, context.transaction_id]))
    return changes


def offered_among(state: State, touched: AbstractSet[bytes], office: int) -> list[Record]:
    """What an office has offered of the keys that an act of its chain touches."""
    found = (state.record(offered_id(office, key)) for key in sorted(touched))
    return [record for record in found if record is not None and _requests(record)]


def end_offers(
    state: State, offered: Collection[Record], changes: Iterable[Change], context: Context
) -> tuple[Change, ...]:
    """Ends what is offered in requests that are over once these changes stand.

    The act that does it waits for the order itself: where the request is over only as foreseen, it ends nothing there.
    """
    after = {change.new.id: change.new for change in changes}
    ended = []
    for old in offered:
        left = [one for one in _requests(old) if not is_over(state, one, after)]
        if len(left) < len(_requests(old)):
            ended.append(_written(old, context, old.key["of"], left))
    return tuple(ended)


def _requests(record: Record | None) -> list[bytes]:
    return list(record.fields["requests"]) if record is not None else []


def _written(old: Record | None, context: Context, key: bytes, requests: list[bytes]) -> Change:
    named = {"office": context.author, "of": key}
    record_id = offered_id(context.author, key)
    return Change(old, shared_record(OFFERED_REGISTER, record_id, old, context, named, {"requests": requests}))


def withdraw_request(state: State, asked: Record, transaction: Transaction, law: Law, context: Context) -> Accepted:
    """The verdict on an act by which the office that asked takes back its request. Only the order tells whether it
    comes before the entry. `asked`: of `#requests`.
    """
    fields, request = asked.fields, asked.key["request"]
    if fields["law"] != law.name:
        raise Refused("act-of-another-law", law=fields["law"])
    if fields["by"] != context.author:
        raise Refused("act-of-another-office", office=fields["by"])
    decided = state.record(decision_record_id(request))
    if decided is not None or asked.state == WITHDRAWN:
        raise Refused("already-decided", winner=(decided or asked).last_act)
    if transaction.changes:
        raise Refused("records-differ", expected=[], given=sorted(transaction.changes))
    check_people(transaction.signers, context.author, context, transaction.claimed_ms)
    procedure = law.procedures.get(fields["procedure"])
    own = (*procedure.signing.all_of, *procedure.signing.any_of) if procedure is not None else ()
    if own and not any(signer.role in own for signer in transaction.signers):
        raise Refused("role-missing", role=own[0])
    if procedure is not None and procedure.act_class == "fact":
        raise Refused("fact-not-withdrawn", procedure=procedure.name)
    withdrawn = replace(asked, version=asked.version + 1, last_act=context.transaction_id[:16], state=WITHDRAWN)
    return Accepted("entered", (Change(asked, withdrawn),), (), shared=True, touched=frozenset({asked.id}))
