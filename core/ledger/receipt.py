"""The receipt: the proof of one act for a stranger who knows nothing but the network id.

It carries the act, its path to the payload root, the block's header and the node's signature, and of the
charter the head and the offices of author and signers with one proof up to the network id: so keys, names and
roles prove themselves. A record that the act refers to is named by 16 bytes, which are derived from the act
that created it; that act rides along as the *origin*, so that a paper can say the parcel's number.
What it proves: who signed, and that nothing was altered. What became of the act is for the final proof
(final_proof.py) of a paper printed late enough: it stands in place of the block, whose place in the order no longer
matters. Beside it a signer whom nothing in the receipt names is not named; the quorum has checked that signature.
What votes have made of the network since (laws, offices, keys) is for the epochs' part (epoch_proof.py).
Template and language say how the paper is set. FORMAT.md §7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import MunimentError
from core.ledger import merkle, multiproof
from core.ledger.appointment import deputised, read_appointment
from core.ledger.block import Header, block_id, block_preimage, decode_header
from core.ledger.charter import (
    CharterHead,
    Verify,
    decode_head,
    decode_office_leaf,
    network_id,
)
from core.ledger.epoch_proof import CountedRoll, EpochProof, check_adopted, check_steps, decode_epoch_proof
from core.ledger.final_proof import Final, check_final_proof
from core.ledger.payload import group_leaf, group_signing_message
from core.ledger.receipt_format import Receipt
from core.ledger.record import new_record_id
from core.ledger.request import act_of, decode_request
from core.ledger.roll import Member, Officer
from core.ledger.transaction import Signer, Transaction, decode_transaction, transaction_id


@dataclass(frozen=True, slots=True)
class SignedBy:
    """One officer whose signature holds."""

    signer: Signer
    office: str | None  # their names, where the charter has them
    officer: str | None
    deputy_for: int | None = None  # the officer of the same office for whom this one acted …
    deputised: str | None = None  # … and that one's name, if it is known


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a checked receipt proves."""

    network: bytes
    network_name: str
    offices: int  # that founded it; of a paper that leads to a later roll, its witnesses
    quorum: int  # of them
    law_digests: tuple[bytes, ...]  # the charter's, and those that the receipt proves to have been adopted since
    transaction_id: bytes
    transaction: Transaction
    origins: Mapping[str, tuple[Transaction, int]]  # record's name → its creating act, which of its records
    author: Member | None  # the office whose node enclosed the act; none beside a final proof, nor block and header
    members: Mapping[int, Member]  # its office and those of its signers
    signed_by: tuple[SignedBy, ...]
    requested_by: tuple[SignedBy, ...]  # who signed the request that the act decides; empty for other acts
    block: bytes | None
    header: Header | None
    template: int
    language: str
    final: Final | None = None  # what became of the act, where the receipt proves it
    epoch: int = 0  # whose constitution the receipt opens


def check_receipt(receipt: Receipt, verify: Verify, network: bytes | None = None) -> ReceiptFacts:
    """What the receipt proves, with everything computed again up to the network id.

    `network`: the id that the reader trusts; without it the facts hold for the network that the receipt names.
    Raises `receipt-of-another-network`, `bad-charter-proof`, `bad-receipt-path`, `bad-receipt-signature` (facts:
    by "node" or "officer"), `signer-not-in-charter`, `role-not-held`, `bad-record-origin`, the codes of
    `check_final_proof`, `check_steps`, `check_adopted` and of the decoders.
    """
    if network is not None and receipt.network != network:
        raise MunimentError("receipt-of-another-network", expected=network, found=receipt.network)
    head = _check_charter(receipt)
    transaction = decode_transaction(receipt.transaction)
    act_id = transaction_id(receipt.network, receipt.transaction)
    epochs = EpochProof() if receipt.epochs is None else decode_epoch_proof(receipt.network, receipt.epochs)
    roll = check_steps(epochs, head, verify)
    final = _check_final(receipt, act_id, roll, verify)
    adopted = check_adopted(epochs, final.checkpoint.constitution if final else roll.constitution)
    members = {**_members(receipt), **adopted.members}
    root = merkle.root_from_path(merkle.leaf_hash(act_id), receipt.group.index, receipt.group.count, receipt.group.path)
    if root is None:
        raise MunimentError("bad-receipt-path")
    header, author = _check_block(receipt, members, root, verify) if receipt.header is not None else (None, None)
    people = _People(members, final)
    return ReceiptFacts(
        network=receipt.network,
        network_name=head.name,
        offices=roll.witnesses,
        quorum=roll.head.quorum,
        law_digests=(*head.law_digests, *adopted.laws),
        transaction_id=act_id,
        transaction=transaction,
        origins=_check_origins(receipt, act_of(transaction)),
        author=author,
        members=members,
        signed_by=_check_officers(receipt, transaction, people, root, verify),
        requested_by=_check_request(receipt, transaction, people, verify),
        block=None if receipt.header is None else block_id(receipt.network, receipt.header),
        header=header,
        template=receipt.template,
        language=receipt.language,
        final=final,
        epoch=adopted.epoch,
    )


def _check_final(receipt: Receipt, act_id: bytes, roll: CountedRoll, verify: Verify) -> Final | None:
    if receipt.checkpoint is None:
        return None
    return check_final_proof(receipt.checkpoint, receipt.network, act_id, roll.head, verify)


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


def _check_block(receipt: Receipt, members: Mapping[int, Member], root: bytes, verify: Verify) -> tuple[Header, Member]:
    """The block that encloses the group with this root, and the office whose node signed it."""
    assert receipt.header is not None
    assert receipt.payload is not None
    assert receipt.signature is not None
    header, payload = decode_header(receipt.header), receipt.payload
    author = members.get(header.author)
    # A later key is that of an opened constitution; without one there are those of the charter, incarnation 0.
    if author is None or header.incarnation != author.incarnation:
        raise MunimentError("signer-not-in-charter", office=header.author)
    leaf = merkle.leaf_hash(group_leaf(receipt.group.count, root, receipt.signatures))
    stated = header.payload[0] if header.payload else None
    if stated is None or merkle.root_from_path(leaf, payload.index, payload.count, payload.path) != stated:
        raise MunimentError("bad-receipt-path")
    if not verify(author.key, block_preimage(receipt.network, receipt.header), receipt.signature):
        raise MunimentError("bad-receipt-signature", by="node", office=author.office)
    return header, author


def _check_officers(
    receipt: Receipt, transaction: Transaction, people: "_People", root: bytes, verify: Verify
) -> tuple[SignedBy, ...]:
    message = group_signing_message(receipt.network, root)
    return _check_signatures(transaction.signers, receipt.signatures, message, people, verify)


def _check_request(
    receipt: Receipt, transaction: Transaction, people: "_People", verify: Verify
) -> tuple[SignedBy, ...]:
    """A decision proves who asked as well: their signatures are part of it."""
    if not transaction.requests:
        return ()
    signed = decode_request(transaction.requests[0])
    message = signed.signing_message(receipt.network)
    return _check_signatures(signed.read().signers, signed.signatures, message, people, verify)


@dataclass(frozen=True, slots=True)
class _People:
    """Who may be named: officers of the cards that ride along and, beside a final proof, appointed ones."""

    members: Mapping[int, Member]
    final: Final | None

    def office(self, signer: Signer) -> str | None:
        member = self.members.get(signer.office)
        return member.office if member else None

    def officer(self, signer: Signer) -> Officer | None:
        return self._numbered(signer.office, signer.officer)

    def _numbered(self, office: int, number: int) -> Officer | None:
        member = self.members.get(office)
        if member is not None and number < len(member.officers):
            return member.officers[number]
        for one in map(read_appointment, self.final.records if self.final else ()):
            if one is not None and (one.office, one.number) == (office, number):
                return Officer(one.name, one.key, frozenset())
        return None

    def signed(self, signer: Signer) -> SignedBy:
        """What the paper says of one whose signature holds."""
        officer, records = self.officer(signer), self.final.records if self.final else ()
        stated = (deputised(one, signer.office, signer.officer, signer.role) for one in records)
        absent = next((one for one in stated if one is not None), None)
        named = self._numbered(signer.office, absent) if absent is not None else None
        name, other = officer.name if officer else None, named.name if named else None
        return SignedBy(signer, self.office(signer), name, absent, other)


def _check_signatures(
    signers: Sequence[Signer], signatures: Sequence[bytes], message: bytes, people: _People, verify: Verify
) -> tuple[SignedBy, ...]:
    """Beside a final proof the quorum has checked signatures and roles: whoever is not known here is not named."""
    if len(signatures) != len(signers):
        raise MunimentError("bad-receipt-signature", by="officer")
    found = []
    for signer, signature in zip(signers, signatures, strict=True):
        office, officer = people.office(signer), people.officer(signer)
        if officer is None and people.final is None:
            raise MunimentError("signer-not-in-charter", office=signer.office)
        if officer is not None and not verify(officer.key, message, signature):
            raise MunimentError("bad-receipt-signature", by="officer", office=office, officer=officer.name)
        if officer is not None and people.final is None and signer.role not in officer.roles:
            raise MunimentError("role-not-held", officer=officer.name, role=signer.role)
        found.append(people.signed(signer))
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
