"""A signed request: an act that one office signs and another, the competent one, decides (3-ledger §6).

It is a transaction like any other that names the office it is addressed to, signed alone (never in a batch) and
enclosed in a block of the office that asks. The act that decides it carries the whole of it, bytes and signatures: so
what becomes of that act is known from it alone, whatever else is held of the chain of the office that asked.
"""

from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.ledger.payload import SIGNATURE_BYTES, group_root, group_signing_message
from core.ledger.transaction import (
    MAX_REQUEST_BYTES,
    MAX_SIGNERS,
    Transaction,
    decode_transaction,
    transaction_id,
)

REQUESTED = "requested"  # the outcome of a request while it waits
_ROOM_BYTES = 16 + MAX_SIGNERS * (SIGNATURE_BYTES + 2)  # signatures, and what CBOR adds around them


@dataclass(frozen=True, slots=True)
class SignedRequest:
    transaction: bytes  # encoded
    signatures: tuple[bytes, ...]  # one a signer, in the order of the transaction's signers

    def id(self, network: bytes) -> bytes:
        """32 bytes: the id of its transaction, the same before and after it is decided."""
        return transaction_id(network, self.transaction)

    def signing_message(self, network: bytes) -> bytes:
        """What its officers have signed: the root of a group of one."""
        return group_signing_message(network, group_root([self.id(network)]))

    def read(self) -> Transaction:
        """Raises the codes of `decode_transaction`, and `malformed-request` for an act that is addressed to nobody."""
        transaction = decode_transaction(self.transaction)
        if transaction.addressed_to is None or len(transaction.signers) != len(self.signatures):
            raise MunimentError("malformed-request")
        return transaction


def encode_request(request: SignedRequest) -> bytes:
    return encode([request.transaction, list(request.signatures)])


def decode_request(data: bytes) -> SignedRequest:
    """Raises `too-large`, `too-deep`, `not-canonical` or `malformed-request`."""
    match decode(data, MAX_REQUEST_BYTES + _ROOM_BYTES):
        case [bytes(transaction), [*signatures]] if 0 < len(signatures) <= MAX_SIGNERS:
            if all(type(one) is bytes and len(one) == SIGNATURE_BYTES for one in signatures):
                return SignedRequest(transaction, tuple(signatures))
    raise MunimentError("malformed-request")


def requesting_office(transaction: Transaction) -> int:
    """The office whose officers sign a request; an act that mixes offices is no request that stands."""
    return transaction.signers[0].office


def act_of(transaction: Transaction) -> Transaction:
    """What a person calls the act: of a decision on a request the request inside it, of any other the act itself.

    Raises what `decode_request` and `SignedRequest.read` raise; an act that was executed never does.
    """
    if not transaction.requests:
        return transaction
    return decode_request(transaction.requests[0]).read()
