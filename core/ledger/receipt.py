"""The receipt: the proof of one act for a stranger who knows nothing but the network id.

It carries the act, its path to the payload root, the block's header and the node's signature, and of the
charter the head and the offices of author and signers with one proof up to the network id: so keys, names and
roles prove themselves. A record that the act refers to is named by 16 bytes, which are derived from the act
that created it; that act rides along as the *origin*, so that a paper can say the parcel's number.
What it proves: who signed, and that nothing was altered. What became of the act is for the checkpoint part
(final_proof.py), which a paper has that was printed late enough. Template and language say how the paper is set.
FORMAT.md §7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.block import Block, Header, block_id, block_preimage, decode_header
from core.ledger.charter import (
    Charter,
    CharterHead,
    Verify,
    decode_head,
    decode_office_leaf,
    network_id,
    office_leaf,
)
from core.ledger.final_proof import Final, check_final_proof
from core.ledger.payload import Group, Payload, group_leaf, group_signing_message, payload_leaves
from core.ledger.receipt_format import Origin, Place, Receipt, encode_receipt
from core.ledger.record import new_record_id
from core.ledger.request import act_of, decode_request
from core.ledger.roll import Member
from core.ledger.transaction import Signer, Transaction, decode_transaction, transaction_id

TEMPLATE = 1  # how the paper is set: desktop/printing knows each version that was ever printed


@dataclass(frozen=True, slots=True)
class SignedBy:
    """One officer whose signature holds."""

    signer: Signer
    office: str
    officer: str


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a checked receipt proves."""

    network: bytes
    network_name: str
    offices: int  # that founded it
    quorum: int
    law_digests: tuple[bytes, ...]
    transaction_id: bytes
    transaction: Transaction
    origins: Mapping[str, tuple[Transaction, int]]  # record's name → its creating act, which of its records
    author: Member  # the office whose node enclosed the act
    members: Mapping[int, Member]  # its office and those of its signers
    signed_by: tuple[SignedBy, ...]
    requested_by: tuple[SignedBy, ...]  # who signed the request that the act decides; empty for other acts
    block: bytes
    header: Header
    template: int
    language: str
    final: Final | None = None  # what became of the act, where the receipt proves it


def make_receipt(
    charter: Charter,
    block: Block,
    payload: Payload,
    item: int,
    place: int,
    language: str,
    origins: Sequence[Origin] = (),
    final: bytes | None = None,
) -> bytes:
    """The receipt of act `place` of the group that is item `item` of the block's payload; `final`: its final proof."""
    group = payload.items[item]
    assert isinstance(group, Group)
    network = charter.network
    ids = [merkle.leaf_hash(act_id) for act_id in group.ids(network)]
    items = payload_leaves(network, payload)
    transaction = decode_transaction(group.transactions[place])
    offices = sorted(_offices(transaction) & set(range(len(charter.cards))) | {block.header.author})
    places = [0, *(office + 1 for office in offices)]
    return encode_receipt(
        Receipt(
            network=network,
            template=TEMPLATE,
            language=language,
            transaction=group.transactions[place],
            origins=tuple(sorted(origins, key=lambda origin: origin.name)),
            group=Place(place, len(ids), tuple(merkle.path(ids, place))),
            signatures=group.signatures,
            payload=Place(item, len(items), tuple(merkle.path(items, item))),
            header=block.header_bytes,
            signature=block.signature,
            charter_count=len(charter.leaves),
            charter_leaves={0: charter.head} | {n + 1: office_leaf(n, charter.cards[n]) for n in offices},
            charter_hashes=tuple(multiproof.prove(charter.leaves, places)),
            checkpoint=final,
        )
    )


def _offices(transaction: Transaction) -> set[int]:
    """Whose names and keys a reader needs: who signs, who asked for what is decided, who is asked."""
    people = (*transaction.signers, *act_of(transaction).signers)
    asked = set() if transaction.addressed_to is None else {transaction.addressed_to}
    return {signer.office for signer in people} | asked


def check_receipt(receipt: Receipt, verify: Verify, network: bytes | None = None) -> ReceiptFacts:
    """What the receipt proves, with everything computed again up to the network id.

    `network`: the id that the reader trusts; without it the facts hold for the network that the receipt names.
    Raises `receipt-of-another-network`, `bad-charter-proof`, `bad-receipt-path`, `bad-receipt-signature` (facts:
    by "node" or "officer"), `signer-not-in-charter`, `role-not-held`, `bad-record-origin`, the codes of
    `check_final_proof` and of the decoders.
    """
    if network is not None and receipt.network != network:
        raise MunimentError("receipt-of-another-network", expected=network, found=receipt.network)
    head = _check_charter(receipt)
    members = _members(receipt)
    header = decode_header(receipt.header)
    transaction = decode_transaction(receipt.transaction)
    act_id = transaction_id(receipt.network, receipt.transaction)
    author = members.get(header.author)
    # A node's later keys come with the closes of epochs; this version knows those of the charter, incarnation 0.
    if author is None or header.incarnation:
        raise MunimentError("signer-not-in-charter", office=header.author)
    root = _check_paths(receipt, act_id, header)
    if not verify(author.key, block_preimage(receipt.network, receipt.header), receipt.signature):
        raise MunimentError("bad-receipt-signature", by="node", office=author.office)
    return ReceiptFacts(
        network=receipt.network,
        network_name=head.name,
        offices=head.offices,
        quorum=head.quorum,
        law_digests=head.law_digests,
        transaction_id=act_id,
        transaction=transaction,
        origins=_check_origins(receipt, act_of(transaction)),
        author=author,
        members=members,
        signed_by=_check_officers(receipt, transaction, members, root, verify),
        requested_by=_check_request(receipt, transaction, members, verify),
        block=block_id(receipt.network, receipt.header),
        header=header,
        template=receipt.template,
        language=receipt.language,
        final=_check_final(receipt, act_id, head, verify),
    )


def _check_final(receipt: Receipt, act_id: bytes, head: CharterHead, verify: Verify) -> Final | None:
    if receipt.checkpoint is None:
        return None
    return check_final_proof(receipt.checkpoint, receipt.network, act_id, head, verify)


def _check_charter(receipt: Receipt) -> CharterHead:
    known = {index: merkle.leaf_hash(leaf) for index, leaf in receipt.charter_leaves.items()}
    root = multiproof.root_from_proof(receipt.charter_count, known, receipt.charter_hashes)
    if root is None or network_id(root) != receipt.network:
        raise MunimentError("bad-charter-proof", network=receipt.network)
    head = decode_head(receipt.charter_leaves[0])
    # The root alone would fit other counts of leaves as well.
    if head.offices != receipt.charter_count - 1:
        raise MunimentError("bad-charter-proof", network=receipt.network)
    return head


def _members(receipt: Receipt) -> dict[int, Member]:
    """The offices that ride along, by number; a leaf must say the number of its place."""
    members = {}
    for index, leaf in receipt.charter_leaves.items():
        if index > 0:
            member = decode_office_leaf(leaf)
            if member.number != index - 1:
                raise MunimentError("bad-charter-proof", network=receipt.network)
            members[member.number] = member
    return members


def _check_paths(receipt: Receipt, act_id: bytes, header: Header) -> bytes:
    """The root that the officers signed, once it has led to the header's payload root."""
    group, payload = receipt.group, receipt.payload
    root = merkle.root_from_path(merkle.leaf_hash(act_id), group.index, group.count, group.path)
    if root is None or header.payload is None:
        raise MunimentError("bad-receipt-path")
    leaf = merkle.leaf_hash(group_leaf(group.count, root, receipt.signatures))
    if merkle.root_from_path(leaf, payload.index, payload.count, payload.path) != header.payload[0]:
        raise MunimentError("bad-receipt-path")
    return root


def _check_officers(
    receipt: Receipt, transaction: Transaction, members: Mapping[int, Member], root: bytes, verify: Verify
) -> tuple[SignedBy, ...]:
    message = group_signing_message(receipt.network, root)
    return _check_signatures(transaction.signers, receipt.signatures, message, members, verify)


def _check_request(
    receipt: Receipt, transaction: Transaction, members: Mapping[int, Member], verify: Verify
) -> tuple[SignedBy, ...]:
    """A decision proves who asked as well: their signatures are part of it."""
    if not transaction.requests:
        return ()
    signed = decode_request(transaction.requests[0])
    message = signed.signing_message(receipt.network)
    return _check_signatures(signed.read().signers, signed.signatures, message, members, verify)


def _check_signatures(
    signers: Sequence[Signer],
    signatures: Sequence[bytes],
    message: bytes,
    members: Mapping[int, Member],
    verify: Verify,
) -> tuple[SignedBy, ...]:
    if len(signatures) != len(signers):
        raise MunimentError("bad-receipt-signature", by="officer")
    found = []
    for signer, signature in zip(signers, signatures, strict=True):
        member = members.get(signer.office)
        if member is None or signer.officer >= len(member.officers):
            raise MunimentError("signer-not-in-charter", office=signer.office)
        officer = member.officers[signer.officer]
        if not verify(officer.key, message, signature):
            facts = {"office": member.office, "officer": officer.name}
            raise MunimentError("bad-receipt-signature", by="officer", **facts)
        if signer.role not in officer.roles:
            raise MunimentError("role-not-held", officer=officer.name, role=signer.role)
        found.append(SignedBy(signer, member.office, officer.name))
    return tuple(found)


def _check_origins(receipt: Receipt, transaction: Transaction) -> dict[str, tuple[Transaction, int]]:
    found = {}
    for origin in receipt.origins:
        reference = transaction.changes.get(origin.name)
        created = new_record_id(transaction_id(receipt.network, origin.transaction), origin.number)
        if reference is None or reference.record != created:
            raise MunimentError("bad-record-origin", record=origin.name)
        found[origin.name] = (decode_transaction(origin.transaction), origin.number)
    return found
