"""A receipt proves one act to a stranger: made, carried, checked; and every part of it is needed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.block import Reference
from core.ledger.encoding import decode, encode
from core.ledger.payload import Cosignature
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import Origin, Receipt, decode_receipt, encode_receipt
from core.ledger.receipt_making import make_receipt
from core.ledger.transaction import Signer, encode_transaction
from tests.ledger.building import Network, make_network, registration, seed, transfer

VECTOR = Path(__file__).parent.parent / "vectors" / "receipt.json"
QR_L_BYTES = 2953  # version 40, level L


def transfer_receipt(network: Network) -> bytes:
    created_by = registration()
    group = network.sign_group([transfer(network.id, created_by)])
    references = [Reference(author, 12, seed(author)) for author in (1, 2, 3)]
    block, payload = network.block(0, [group], 300, seed("prev"), references, 9)
    origin = Origin("parcel", 0, encode_transaction(created_by))
    return make_receipt(network.charter, block, payload, 0, 0, "en", [origin])


@pytest.fixture(scope="module")
def network() -> Network:
    return make_network()


@pytest.fixture(scope="module")
def receipt(network: Network) -> Receipt:
    return decode_receipt(transfer_receipt(network))


def code_of(receipt: Receipt, network: bytes | None = None) -> str:
    with pytest.raises(MunimentError) as caught:
        check_receipt(decode_receipt(encode_receipt(receipt)), verify, network)
    return caught.value.code


def flipped(data: bytes, place: int = -1) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def test_a_stranger_learns_who_signed(network: Network, receipt: Receipt) -> None:
    facts = check_receipt(receipt, verify, network.id)
    assert [(one.officer, one.office, one.signer.role) for one in facts.signed_by] == [
        ("Анна Ковалёва", "Шацк", "registrar"),
        ("Пётр Сакович", "Шацк", "notary"),
    ]
    assert (facts.network, facts.network_name) == (network.id, "Muniment of the tests")
    assert (facts.author.office, facts.header.seq, facts.offices, facts.quorum) == ("Шацк", 300, 4, 3)
    assert facts.final is None


def test_the_parcel_is_named_by_the_act_that_created_it(network: Network, receipt: Receipt) -> None:
    created_by, number = check_receipt(receipt, verify).origins["parcel"]
    assert (created_by.act["cadastral"], number) == ("6220000000", 0)


def test_a_lone_transfer_fits_one_code_without_compression(network: Network) -> None:
    assert len(transfer_receipt(network)) < 1800 < QR_L_BYTES
    assert len(transfer_receipt(make_network(20))) < 1900


def test_a_row_of_an_import_proves_itself_through_its_group(network: Network) -> None:
    group = network.sign_group([registration(number) for number in range(300)])
    block, payload = network.block(1, [Cosignature(b"note"), group, network.sign_group([registration(999)])])
    for row in (0, 1, 255, 299):
        data = make_receipt(network.charter, block, payload, 1, row, "ru")
        facts = check_receipt(decode_receipt(data), verify, network.id)
        assert facts.transaction.act["cadastral"] == f"{6_220_000_000 + row}"
        assert (facts.language, len(data) < 1800) == ("ru", True)


def test_a_signer_of_another_office_rides_along(network: Network) -> None:
    act = replace(registration(), signers=(Signer(0, 0, "registrar"), Signer(3, 1, "notary")))
    block, payload = network.block(0, [network.sign_group([act])])
    data = make_receipt(network.charter, block, payload, 0, 0, "en")
    facts = check_receipt(decode_receipt(data), verify, network.id)
    assert [one.office for one in facts.signed_by] == ["Шацк", "Gori"]


def test_another_network_is_told(receipt: Receipt) -> None:
    assert code_of(receipt, make_network(4, name="Another").id) == "receipt-of-another-network"


def test_every_altered_part_is_refused(receipt: Receipt) -> None:
    alterations = {
        "network": (flipped(receipt.network), "bad-charter-proof"),
        "transaction": (receipt.transaction.replace(b"BYN", b"EUR"), "bad-receipt-path"),
        "origins": ((replace(receipt.origins[0], number=1),), "bad-record-origin"),
        "signatures": (receipt.signatures[::-1], "bad-receipt-path"),
        "signature": (flipped(receipt.signature), "bad-receipt-signature"),
        "header": (flipped(receipt.header, -10), "bad-receipt-path"),
        "charter_count": (receipt.charter_count + 1, "bad-charter-proof"),
        "charter_hashes": (receipt.charter_hashes[:-1], "bad-charter-proof"),
        "group": (replace(receipt.group, index=1, count=2), "bad-receipt-path"),
        "payload": (replace(receipt.payload, path=(bytes(32),)), "bad-receipt-path"),
    }
    for part, (value, code) in alterations.items():
        assert code_of(replace(receipt, **{part: value})) == code, part


def test_a_name_cannot_be_changed_in_its_office(receipt: Receipt) -> None:
    leaf = receipt.charter_leaves[1].replace("Анна".encode(), "Инна".encode())
    assert code_of(replace(receipt, charter_leaves=dict(receipt.charter_leaves) | {1: leaf})) == "bad-charter-proof"


def test_an_officer_without_the_role_is_refused(network: Network) -> None:
    act = replace(registration(), signers=(Signer(0, 1, "registrar"),))
    block, payload = network.block(0, [network.sign_group([act])])
    made = decode_receipt(make_receipt(network.charter, block, payload, 0, 0, "en"))
    assert code_of(made) == "role-not-held"


def test_signatures_of_other_officers_are_refused(network: Network) -> None:
    honest = network.sign_group([registration()])
    other = replace(registration(), signers=(Signer(0, 2, "registrar"),))
    block, payload = network.block(0, [replace(honest, signatures=network.sign_group([other]).signatures)])
    made = decode_receipt(make_receipt(network.charter, block, payload, 0, 0, "en"))
    assert code_of(made) == "bad-receipt-signature"


def test_a_block_of_another_node_is_refused(network: Network) -> None:
    """Office 1 cannot pass its block off as office 0's."""
    block, payload = network.block(0, [network.sign_group([registration()])])
    forged = replace(block, signature=network.nodes[1].sign(b"anything"))
    made = decode_receipt(make_receipt(network.charter, forged, payload, 0, 0, "en"))
    assert code_of(made) == "bad-receipt-signature"


def test_a_checkpoint_part_that_does_not_hold_spoils_the_receipt(receipt: Receipt) -> None:
    """What a good one proves stands in test_final_proof.py."""
    assert code_of(replace(receipt, checkpoint=b"later")) == "not-canonical"
    assert code_of(replace(receipt, checkpoint=encode([1, 2]))) == "malformed-final-proof"


def test_a_later_version_is_named(receipt: Receipt) -> None:
    parts = decode(encode_receipt(receipt))
    with pytest.raises(MunimentError, match="receipt-too-new"):
        decode_receipt(encode([3, *parts[1:], "more"]))


def test_every_wrong_kind_is_malformed(receipt: Receipt) -> None:
    parts = decode(encode_receipt(receipt))
    for place in range(1, len(parts) - 1):
        for wrong in (None, -1, [], {}, True, "é", b"x", [[1]], [1, [[0, b""], [0, b""]], []]):
            if type(wrong) is type(parts[place]) and place not in (6, 8, 11):
                continue
            with pytest.raises(MunimentError) as caught:
                decode_receipt(encode([*parts[:place], wrong, *parts[place + 1 :]]))
            assert caught.value.code == "malformed-receipt", (place, wrong)


@given(st.data())
def test_no_bytes_do_worse_than_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(transfer_receipt(_SHARED))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = check_receipt(decode_receipt(bytes(whole)), verify, _SHARED.id)
    except MunimentError:
        return
    # Only what says how the paper is set is free; all else stands under a signature or the network id.
    assert facts.transaction_id == check_receipt(decode_receipt(transfer_receipt(_SHARED)), verify).transaction_id


def test_vector() -> None:
    """Known bytes, so that another implementation can check its own."""
    vector = json.loads(VECTOR.read_text("utf-8"))
    data = bytes.fromhex(vector["receipt"])
    facts = check_receipt(decode_receipt(data), verify, bytes.fromhex(vector["network"]))
    assert data == transfer_receipt(make_network())
    assert facts.transaction_id.hex() == vector["transaction_id"]
    assert facts.block.hex() == vector["block_id"]
    assert [[one.office, one.officer, one.signer.role] for one in facts.signed_by] == vector["signed_by"]


_SHARED = make_network()
