"""A transaction: one act under one procedure of a law, and the officers who sign it.

The bytes are a DAG-CBOR list (FORMAT.md §2). The id covers everything but the signatures, so nobody can give one
act two ids; the network is part of the preimage, so an act of one network means nothing in another. Signatures
stand on the group that encloses the act (core/ledger/payload.py).
A transaction refers to a record with the version *and* the act it has seen (core/ledger/record.py).
One that names an office is a *request* to it (core/ledger/request.py): it waits until that office decides.
One that names an act is the *answer* to what that act asks (core/laws/questions.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core.crypto.hashing import tagged_hash
from core.errors import MunimentError
from core.ledger.block import READ_AGAIN
from core.ledger.encoding import MAX_DEPTH, Value, decode_known, decode_unjudged, encode, is_natural, refuse_kinds

VERSION = 1
MAX_TRANSACTION_BYTES = 64 << 10
MAX_REQUEST_BYTES = 48 << 10  # so that the act that decides a request has room for it
MAX_SIGNERS = 8
MAX_REQUESTS = 16
NONCE_BYTES = 8
ACT_ID_BYTES = 32


class Signer(NamedTuple):
    office: int  # number of the office in the charter
    officer: int  # number of the officer in its office
    role: str


class RecordRef(NamedTuple):
    record: bytes  # 16 bytes
    version: int
    last_act: bytes  # 16 bytes


@dataclass(frozen=True, slots=True)
class Transaction:
    law: str
    law_version: int
    procedure: str
    changes: Mapping[str, RecordRef]  # the procedure's name of a record → the version seen
    act: Mapping[str, Value]
    signers: tuple[Signer, ...]
    claimed_ms: int  # the device's clock since 1970, a claim and never an order
    nonce: bytes  # 8 random bytes: two equal acts are two acts, one act sent twice is one
    requests: tuple[bytes, ...] = ()  # signed requests that this act decides
    addressed_to: int | None = None  # the office that is asked to enter the act; None: its author enters it
    answers: bytes | None = None  # the act whose question this one, or the request that it enters, answers


@lru_cache(READ_AGAIN)
def transaction_id(network: bytes, encoded: bytes) -> bytes:
    """32 bytes."""
    return tagged_hash("transaction", network, encoded)


def encode_transaction(transaction: Transaction) -> bytes:
    # A request or an answer has one field more: all other acts keep the bytes that they always had.
    named = (one for one in (transaction.addressed_to, transaction.answers) if one is not None)
    return encode(
        [
            VERSION,
            transaction.law,
            transaction.law_version,
            transaction.procedure,
            {name: [ref.record, ref.version, ref.last_act] for name, ref in transaction.changes.items()},
            dict(transaction.act),
            [[signer.office, signer.officer, signer.role] for signer in transaction.signers],
            transaction.claimed_ms,
            transaction.nonce,
            list(transaction.requests),
            *named,
        ]
    )


def decode_transaction(data: bytes, encoded_here: bool = False) -> Transaction:
    """Raises `too-large`, `too-deep`, `not-canonical` or `malformed-transaction`.

    `encoded_here`: by `encode_transaction` just now, which has looked at the kinds of all values.
    """
    here = encoded_here and len(data) <= MAX_TRANSACTION_BYTES
    parts = decode_known(data) if here else decode_unjudged(data, MAX_TRANSACTION_BYTES)
    try:
        version, law, law_version, procedure, changes, act, signers, claimed_ms, nonce, requests, *named = parts
        answers = bool(named) and type(named[0]) is bytes
        transaction = Transaction(
            law,
            law_version,
            procedure,
            {name: RecordRef(*ref) for name, ref in changes.items()},
            act,
            tuple([Signer(*signer) for signer in signers]),
            claimed_ms,
            nonce,
            tuple(requests),
            named[0] if named and not answers else None,
            named[0] if answers else None,
        )
        one_form = type(version) is int and type(signers) is list and type(requests) is list
        right = version == VERSION and one_form and _well_formed(transaction) and _named_well_formed(named, requests)
    except (TypeError, ValueError, AttributeError):
        right = False
    if not encoded_here or not right:
        refuse_kinds(act if right else parts, MAX_DEPTH - 1 if right else MAX_DEPTH)
    if not right:
        raise MunimentError("malformed-transaction")
    if transaction.addressed_to is not None and (requests or len(data) > MAX_REQUEST_BYTES):
        raise MunimentError("malformed-request", bytes=len(data), limit=MAX_REQUEST_BYTES)
    return transaction


def _well_formed(transaction: Transaction) -> bool:
    """Every value but those of the act itself."""
    return (
        type(transaction.law) is str
        and is_natural(transaction.law_version)
        and type(transaction.procedure) is str
        and type(transaction.act) is dict
        and is_natural(transaction.claimed_ms)
        and type(transaction.nonce) is bytes
        and len(transaction.nonce) == NONCE_BYTES
        and 0 < len(transaction.signers) <= MAX_SIGNERS
        and len(transaction.requests) <= MAX_REQUESTS
        and _signers_well_formed(transaction.signers)
        and _references_well_formed(transaction.changes)
        and (not transaction.requests or {bytes}.issuperset(map(type, transaction.requests)))
    )


def _named_well_formed(named: list[Value], requests: list[Value]) -> bool:
    """Left out, the number of an office, or the id of an act: null would be a second form of an act that is neither."""
    if not named:
        return True
    if type(named[0]) is bytes:
        return len(named) == 1 and len(named[0]) == ACT_ID_BYTES and len(requests) <= 1
    return len(named) == 1 and is_natural(named[0])


def _signers_well_formed(signers: tuple[Signer, ...]) -> bool:
    for signer in signers:
        if not (is_natural(signer.office) and is_natural(signer.officer) and type(signer.role) is str):
            return False
    return True


def _references_well_formed(changes: Mapping[str, RecordRef]) -> bool:
    for ref in changes.values():
        ids = type(ref.record) is bytes and type(ref.last_act) is bytes
        if not (ids and len(ref.record) == len(ref.last_act) == 16 and is_natural(ref.version)):
            return False
    return True
