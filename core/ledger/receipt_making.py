"""Making receipts (core/ledger/receipt.py): of an act as it was recorded, and of one that is final."""

from collections.abc import Sequence
from dataclasses import replace

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.appointment import FIRST_NUMBER
from core.ledger.block import Block, Header
from core.ledger.charter import Charter, Verify, office_leaf
from core.ledger.epoch_proof import EpochProof, encode_epoch_proof
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
    epochs: EpochProof | None = None,
) -> bytes:
    """The receipt of act `place` of the group that is item `item` of the block's payload.

    Raises `signer-not-in-charter` for an office that joined later, or a new key, where `epochs` opens no leaf of it.
    """
    group = payload.items[item]
    assert isinstance(group, Group)
    items = payload_leaves(charter.network, payload)
    transaction = decode_transaction(group.transactions[place])
    later = later_members(charter, transaction, block.header)
    lacking = [
        number for number in later if epochs is None or not any(number + 1 in one.leaves for one in epochs.opened)
    ]
    if lacking:
        raise MunimentError("signer-not-in-charter", office=lacking[0])
    offices = _offices(transaction) | {block.header.author}
    receipt = _receipt(charter, group, place, language, origins, offices.difference(later), template, epochs)
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
    epochs: EpochProof | None = None,
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
    receipt = _receipt(charter, group, place, language, origins, offices, template, epochs)
    return encode_receipt(replace(receipt, checkpoint=final))


def later_members(charter: Charter, transaction: Transaction, header: Header | None = None) -> list[int]:
    """Offices that a reader cannot know from the charter: those that joined, one whose officers were replaced and who
    have signed since, and the block's author under a new key.
    """
    joined = {number for number in _offices(transaction) if number >= len(charter.cards)}
    joined |= {one.office for one in _people(transaction) if _came_later(charter, one)}
    if header is not None and (header.author >= len(charter.cards) or header.incarnation):
        joined.add(header.author)
    return sorted(joined)


def _receipt(
    charter: Charter,
    group: Group,
    place: int,
    language: str,
    origins: Sequence[Origin],
    offices: set[int],
    template: int,
    epochs: EpochProof | None,
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
        epochs=None if epochs is None else encode_epoch_proof(epochs),
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


def _came_later(charter: Charter, signer: Signer) -> bool:
    """Whether it is an officer of a card with which a founder came back (core/ledger/returning.py)."""
    founder = signer.office < len(charter.cards)
    return founder and len(charter.cards[signer.office].officers) <= signer.officer < FIRST_NUMBER


def _people(transaction: Transaction) -> tuple[Signer, ...]:
    """Who signs, and who asked for what is decided."""
    return (*transaction.signers, *act_of(transaction).signers)


def _offices(transaction: Transaction) -> set[int]:
    """Whose names and keys a reader needs: who signs, who asked for what is decided, who is asked."""
    asked = set() if transaction.addressed_to is None else {transaction.addressed_to}
    return {signer.office for signer in _people(transaction)} | asked
