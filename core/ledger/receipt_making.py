"""Making receipts (core/ledger/receipt.py): of an act as it was recorded, and of one that is final."""

from collections.abc import Sequence
from dataclasses import replace

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.block import Block
from core.ledger.charter import Charter, Verify, office_leaf
from core.ledger.payload import Group, Payload, group_signing_message, payload_leaves
from core.ledger.receipt_format import Origin, Place, Receipt, encode_receipt
from core.ledger.request import act_of, decode_request
from core.ledger.transaction import Signer, Transaction, decode_transaction

TEMPLATE = 1  # how the paper is set, unless told: desktop/printing knows each version that was ever printed


def make_receipt(
    charter: Charter,
    block: Block,
    payload: Payload,
    item: int,
    place: int,
    language: str,
    origins: Sequence[Origin] = (),
    template: int = TEMPLATE,
) -> bytes:
    """The receipt of act `place` of the group that is item `item` of the block's payload.

    Raises `signer-not-in-charter` for offices that joined later: their acts have receipts once they are final.
    """
    group = payload.items[item]
    assert isinstance(group, Group)
    items = payload_leaves(charter.network, payload)
    offices = _offices(decode_transaction(group.transactions[place])) | {block.header.author}
    if max(offices) >= len(charter.cards):
        raise MunimentError("signer-not-in-charter", office=max(offices))
    receipt = _receipt(charter, group, place, language, origins, offices, template)
    enclosed = Place(item, len(items), tuple(merkle.path(items, item)))
    return encode_receipt(replace(receipt, payload=enclosed, header=block.header_bytes, signature=block.signature))


def make_final_receipt(
    charter: Charter,
    group: Group,
    place: int,
    language: str,
    origins: Sequence[Origin],
    final: bytes,
    verify: Verify,
    template: int = TEMPLATE,
) -> bytes:
    """The receipt of act `place` of a group, with its final proof."""
    transaction = decode_transaction(group.transactions[place])
    message = group_signing_message(charter.network, group.root(charter.network))
    unknown = _not_founders(charter, transaction.signers, group.signatures, message, verify)
    if transaction.requests:
        request = decode_request(transaction.requests[0])
        message = request.signing_message(charter.network)
        unknown |= _not_founders(charter, request.read().signers, request.signatures, message, verify)
    offices = {number for number in _offices(transaction) - unknown if number < len(charter.cards)}
    receipt = _receipt(charter, group, place, language, origins, offices, template)
    return encode_receipt(replace(receipt, checkpoint=final))


def _receipt(
    charter: Charter,
    group: Group,
    place: int,
    language: str,
    origins: Sequence[Origin],
    offices: set[int],
    template: int,
) -> Receipt:
    """All but what proves that it was recorded."""
    ids = [merkle.leaf_hash(act_id) for act_id in group.ids(charter.network)]
    places = [0, *(office + 1 for office in sorted(offices))]
    return Receipt(
        network=charter.network,
        template=template,
        language=language,
        transaction=group.transactions[place],
        origins=tuple(sorted(origins, key=lambda origin: origin.name)),
        group=Place(place, len(ids), tuple(merkle.path(ids, place))),
        signatures=group.signatures,
        payload=None,
        header=None,
        signature=None,
        charter_count=len(charter.leaves),
        charter_leaves={0: charter.head} | {n + 1: office_leaf(n, charter.cards[n]) for n in offices},
        charter_hashes=tuple(multiproof.prove(charter.leaves, places)),
    )


def _not_founders(
    charter: Charter, signers: Sequence[Signer], signatures: Sequence[bytes], message: bytes, verify: Verify
) -> set[int]:
    """Offices whose card has changed since: what the charter knows as their officer's key has not signed this."""
    found = set()
    for signer, signature in zip(signers, signatures, strict=True):
        officers = charter.cards[signer.office].officers if signer.office < len(charter.cards) else ()
        if signer.officer < len(officers) and not verify(officers[signer.officer].key, message, signature):
            found.add(signer.office)
    return found


def _offices(transaction: Transaction) -> set[int]:
    """Whose names and keys a reader needs: who signs, who asked for what is decided, who is asked."""
    people = (*transaction.signers, *act_of(transaction).signers)
    asked = set() if transaction.addressed_to is None else {transaction.addressed_to}
    return {signer.office for signer in people} | asked
