"""What became of an act, proved to a stranger by a quorum of the founders; and the present state of a record."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.charter import CharterHead, decode_head
from core.ledger.checkpoint import Checkpoint, cosign
from core.ledger.encoding import decode, encode
from core.ledger.entry import entry_leaf, rejected_leaf
from core.ledger.final_proof import Final, WrittenRecord, check_final_proof, make_final_proof
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt, encode_receipt
from core.ledger.receipt_making import make_final_receipt
from core.ledger.record import Change, encode_record, record_digest
from core.ledger.record_receipt import RecordFacts, check_record_receipt, make_record_receipt
from core.ledger.roll_certificate import make_roll_certificate
from core.ledger.transaction import Signer, encode_transaction
from desktop.printing.code import pack
from tests.ledger.building import Network, make_network, seed
from tests.ledger.finished import CONSENSUS_MS, Finished, finished
from tests.store.records import agree, empty_store, make_record, next_version

FIVE = (0, 2, 3, 5, 6)


@pytest.fixture(scope="module")
def network() -> Network:
    return make_network(7)


@pytest.fixture(scope="module")
def done(network: Network) -> Finished:
    return finished(network)


def head_of(network: Network) -> CharterHead:
    return decode_head(network.charter.head)


def check(done: Finished, proof: bytes, act: bytes | None = None) -> Final:
    return check_final_proof(proof, done.network.id, act or done.id, head_of(done.network), verify)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


# -- acts -----------------------------------------------------------------------------------------------------------


def test_a_stranger_learns_what_became_of_an_act(done: Finished) -> None:
    facts = check_receipt(decode_receipt(done.receipt(done.proof(FIVE))), verify, done.network.id)
    assert facts.final is not None
    assert facts.final.checkpoint == done.checkpoint
    assert (facts.final.entry.outcome, facts.final.number) == ("entered", 333)
    assert facts.final.witnesses == FIVE
    assert check_receipt(decode_receipt(done.receipt()), verify, done.network.id).final is None


def test_beside_it_stands_no_block_but_the_officers_signatures(done: Finished) -> None:
    receipt = decode_receipt(done.receipt(done.proof(FIVE)))
    assert (receipt.payload, receipt.header, receipt.signature) == (None, None, None)
    facts = check_receipt(receipt, verify, done.network.id)
    assert (facts.author, facts.block, facts.header) == (None, None, None)
    assert [one.officer for one in facts.signed_by] == ["Анна Ковалёва", "Пётр Сакович"]
    swapped = replace(receipt, signatures=receipt.signatures[::-1])
    assert code_of(lambda: check_receipt(swapped, verify)) == "bad-receipt-signature"
    alone = replace(receipt, checkpoint=None)
    assert code_of(lambda: decode_receipt(encode_receipt(alone))) == "malformed-receipt"
    half = replace(receipt, header=b"x")
    assert code_of(lambda: decode_receipt(encode_receipt(half))) == "malformed-receipt"


def test_a_signer_whom_the_charter_does_not_know_so_is_not_named(done: Finished) -> None:
    """An office that joined later, or whose officers have changed: the quorum has checked the signature."""
    network = done.network
    group = network.sign_group([done.act])
    changed = replace(group, signatures=(group.signatures[0], network.officers[1][1].sign(b"under a later key")))
    made = make_final_receipt(network.charter, changed, 0, "en", [], done.proof(FIVE), verify)
    facts = check_receipt(decode_receipt(made), verify, network.id)
    assert [(one.office, one.officer) for one in facts.signed_by] == [(None, None), (None, None)]
    assert facts.members == {}
    signers = (Signer(0, 0, "registrar"), Signer(9, 0, "notary"))
    joined = replace(group, transactions=(encode_transaction(replace(done.act, signers=signers)),))
    with pytest.raises(MunimentError, match="bad-cosignature"):  # another act than the proof is of
        check_receipt(
            decode_receipt(make_final_receipt(network.charter, joined, 0, "en", [], done.proof(FIVE), verify)), verify
        )


def test_a_quorum_is_enough_and_no_more_is_carried(done: Finished) -> None:
    assert check(done, done.proof(range(7))).witnesses == (0, 1, 2, 3, 4)


def test_clocks_may_be_decades_off(done: Finished) -> None:
    times = (0, 1, 2**40, 2**62, CONSENSUS_MS // 1000)
    signed = [cosign(done.checkpoint, n, at, done.network.nodes[n].sign) for n, at in zip(FIVE, times, strict=True)]
    certificate = make_roll_certificate(done.network.charter.roll, signed, verify)
    assert certificate is not None
    proof = make_final_proof(done.leaf, done.number, done.path, done.checkpoint, certificate)
    assert check(done, proof).witnesses == FIVE


def test_fewer_than_a_quorum_of_founding_keys_make_no_proof(done: Finished) -> None:
    charter, five = done.network.charter, done.cosigned(FIVE)
    assert make_roll_certificate(charter.roll, five, verify) is not None
    assert make_roll_certificate(charter.roll, five[:4], verify) is None
    later_key = cosign(done.checkpoint, 6, 0, done.network.officers[6][0].sign)
    assert make_roll_certificate(charter.roll, [*five[:4], later_key], verify) is None
    joined_later = replace(five[4], witness=7)
    assert make_roll_certificate(charter.roll, [*five[:4], joined_later], verify) is None
    assert make_roll_certificate(charter.roll, [*five[:4], five[0]], verify) is None


def test_a_rejection_is_not_proved_so(done: Finished) -> None:
    """A copy in another office's block is rejected under the very id of an act that was entered."""
    certificate = make_roll_certificate(done.network.charter.roll, done.cosigned(FIVE), verify)
    assert certificate is not None
    refused = rejected_leaf(done.id, "not-the-keeper")
    with pytest.raises(ValueError, match="rejected"):
        make_final_proof(refused, done.number, done.path, done.checkpoint, certificate)
    version, _, *rest = decode(done.proof(FIVE))
    for result in (["rejected", "not-the-keeper"], ["rejected", []]):
        assert code_of(lambda result=result: check(done, encode([version, result, *rest]))) == "malformed-final-proof"  # type: ignore[misc]


def test_every_altered_part_is_refused(done: Finished) -> None:
    version, entry, (number, path), checkpoint, signed, _ = decode(done.proof(FIVE))
    kind, mask, late_s, signatures, keys, hashes = signed
    flipped = bytes([path[0] ^ 1]) + path[1:]

    def changed(place: int, value: object) -> list[object]:
        return [*checkpoint[:place], value, *checkpoint[place + 1 :]]

    alterations = {
        "outcome": ([["warned", entry[1]], [number, path], checkpoint, signed], "bad-cosignature"),
        "written": ([["entered", []], [number, path], checkpoint, signed], "bad-cosignature"),
        "number": ([entry, [number + 1, path], checkpoint, signed], "bad-cosignature"),
        "no such number": ([entry, [5000, path], checkpoint, signed], "bad-final-path"),
        "path": ([entry, [number, flipped], checkpoint, signed], "bad-cosignature"),
        "shorter path": ([entry, [number, path[:-32]], checkpoint, signed], "bad-final-path"),
        "broken path": ([entry, [number, path[:-1]], checkpoint, signed], "bad-final-path"),
        "epoch": ([entry, [number, path], changed(0, 1), signed], "bad-cosignature"),
        "anchor": ([entry, [number, path], changed(1, 251), signed], "bad-cosignature"),
        "block": ([entry, [number, path], changed(2, bytes(32)), signed], "bad-cosignature"),
        "consensus time": ([entry, [number, path], changed(3, CONSENSUS_MS + 1), signed], "bad-cosignature"),
        "size": ([entry, [number, path], changed(4, 1001), signed], "bad-cosignature"),
        "state root": ([entry, [number, path], changed(5, bytes(32)), signed], "bad-cosignature"),
        "time": (
            [entry, [number, path], checkpoint, [kind, mask, [late_s[0] + 1, *late_s[1:]], signatures, keys, hashes]],
            "bad-cosignature",
        ),
        "one key for another": (
            [entry, [number, path], checkpoint, [kind, mask, late_s, signatures, keys[32:] + keys[:32], hashes]],
            "bad-charter-proof",
        ),
        "key hashes": (
            [entry, [number, path], checkpoint, [kind, mask, late_s, signatures, keys, hashes[:-32]]],
            "bad-charter-proof",
        ),
        "signatures": (
            [entry, [number, path], checkpoint, [kind, mask, late_s, signatures[64:] + signatures[:64], keys, hashes]],
            "bad-cosignature",
        ),
        "one less": (
            [entry, [number, path], checkpoint,
             [kind, bytes([mask[0] & 63]), late_s[:4], signatures[:256], keys[:128], hashes]],
            "certificate-below-quorum",
        ),
    }  # fmt: skip
    for part, (rest, code) in alterations.items():
        assert code_of(lambda rest=rest: check(done, encode([version, *rest, []]))) == code, part  # type: ignore[misc]
    assert code_of(lambda: check(done, done.proof(FIVE), seed("another act"))) == "bad-cosignature"


def test_wrong_kinds_are_malformed(done: Finished) -> None:
    parts = decode(done.proof(FIVE))
    kind, mask, late_s, signatures, keys, hashes = parts[4]
    certificates = (
        [1, mask, late_s, signatures, keys, hashes],
        [False, mask, late_s, signatures, keys, hashes],
        [kind, b"\0" + mask, late_s, signatures, keys, hashes],
        [kind, mask, late_s[:-1], signatures, keys, hashes],
        [kind, mask, [*late_s[:-1], "soon"], signatures, keys, hashes],
        [kind, mask, [*late_s[:-1], -(1 << 63)], signatures, keys, hashes],
        [kind, mask, [*late_s[:-1], -(CONSENSUS_MS // 1000) - 1], signatures, keys, hashes],
        [kind, mask, late_s, signatures[:-1], keys + keys[:32], hashes],
        [kind, mask, late_s, signatures, keys[:-1], hashes],
        [kind, mask, late_s, signatures, keys, hashes[:-1]],
        [kind, mask, late_s, signatures, keys],
    )
    bad = [[*parts[:4], certificate, []] for certificate in certificates]
    bad += [[*parts[:5], records] for records in (None, [7], [[b"x"]], [[]] * 17)]
    for place in range(1, 5):
        bad += [[*parts[:place], wrong, *parts[place + 1 :]] for wrong in (None, 7, b"x", [], [1, 2], "é")]
    bad += [[True, *parts[1:]], [0, *parts[1:]], parts[:-1], [*parts, 1]]
    for value in bad:
        assert code_of(lambda value=value: check(done, encode(value))) == "malformed-final-proof", value  # type: ignore[misc]
    assert code_of(lambda: check(done, encode([4, "what comes"]))) == "final-proof-too-new"


def test_the_state_at_the_close_of_an_epoch_proves_an_act(done: Finished) -> None:
    closing = replace(done, checkpoint=replace(done.checkpoint, following=seed("next")))
    proof = closing.proof(FIVE)
    assert check(closing, proof).checkpoint == closing.checkpoint
    version, *rest = decode(proof)
    assert version == 3
    for other in (1, 2):
        assert code_of(lambda other=other: check(closing, encode([other, *rest]))) == "malformed-final-proof"  # type: ignore[misc]


def test_a_record_that_rides_along_was_written_under_the_same_root(done: Finished) -> None:
    encoded = encode_record(make_record(5))
    leaves = [
        entry_leaf(seed("another act"), "entered", [(make_record(5).id, record_digest(encoded))]),
        done.leaf,
        rejected_leaf(seed("refused"), "late"),
    ]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    at = replace(
        done,
        number=1,
        path=tuple(merkle.path(hashes, 1)),
        checkpoint=replace(done.checkpoint, size=3, root=merkle.root(hashes)),
    )
    certificate = make_roll_certificate(done.network.charter.roll, at.cosigned(FIVE), verify)
    assert certificate is not None

    def proof(*records: WrittenRecord) -> bytes:
        return make_final_proof(at.leaf, 1, at.path, at.checkpoint, certificate, records)

    good = WrittenRecord(encoded, leaves[0], 0, tuple(merkle.path(hashes, 0)))
    assert check(at, proof(good)).records == (make_record(5),)
    refused = {
        "bad-final-path": (replace(good, number=1), replace(good, path=good.path[:-1]), replace(good, number=9)),
        "malformed-final-proof": (
            replace(good, record=encode_record(make_record(5, area=1))),
            WrittenRecord(encoded, leaves[1], 1, tuple(merkle.path(hashes, 1))),
            WrittenRecord(encoded, leaves[2], 2, tuple(merkle.path(hashes, 2))),
            replace(good, number=-1),
        ),
        "malformed-entry": (replace(good, leaf=b"\x80"),),
        "malformed-record": (replace(good, record=b"\x80"),),
    }
    for code, records in refused.items():
        for record in records:
            assert code_of(lambda record=record: check(at, proof(record))) == code  # type: ignore[misc]


@given(st.data())
def test_no_bytes_do_worse_than_a_refusal(data: st.DataObject) -> None:
    proof = bytearray(_PROOF)
    for _ in range(data.draw(st.integers(1, 3))):
        proof[data.draw(st.integers(0, len(proof) - 1))] = data.draw(st.integers(0, 255))
    try:
        final = check(_SHARED, bytes(proof))
    except MunimentError:
        return
    assert (final.checkpoint, final.entry.act) == (_SHARED.checkpoint, _SHARED.id)


def test_the_proof_is_short() -> None:
    """Five of seven, in a register of 20,000 and of a million entries; with the act it still fits one code."""
    network = make_network(7)
    lengths = {size: len(finished(network, size).proof(FIVE)) for size in (1000, 20_000, 1 << 20)}
    assert all(length <= limit for length, limit in zip(lengths.values(), (1060, 1220, 1390), strict=True)), lengths
    assert [len(pack(finished(network, size).receipt(finished(network, size).proof(FIVE)))) for size in lengths] == [
        1
    ] * 3


# -- records --------------------------------------------------------------------------------------------------------


def record_receipt(network: Network, following: bytes | None = None) -> tuple[bytes, Checkpoint]:
    """The state of one of 100 parcels; `following`: at the close of an epoch."""
    store = empty_store()
    records = [make_record(number, keeper=number % 3, area=number) for number in range(100)]
    agree(store, [Change(None, record) for record in records])
    agree(store, [Change(records[7], next_version(records[7], area=700))])
    encoded, proof = store.state.prove(records[7].id)
    roots = (seed("root"), store.state.state_root())
    checkpoint = Checkpoint(network.id, 0, 5, seed("anchor"), CONSENSUS_MS, 101, *roots, following=following)
    signed = [cosign(checkpoint, n, CONSENSUS_MS // 1000 + n, network.nodes[n].sign) for n in FIVE]
    certificate = make_roll_certificate(network.charter.roll, signed, verify)
    assert certificate is not None
    return make_record_receipt(network.charter, encoded, proof, checkpoint, certificate), checkpoint


def read(network: Network, data: bytes) -> RecordFacts:
    return check_record_receipt(data, verify, network.id)


def test_a_stranger_learns_the_present_state_of_a_record(network: Network) -> None:
    data, checkpoint = record_receipt(network)
    facts = read(network, data)
    assert (facts.checkpoint, facts.witnesses) == (checkpoint, FIVE)
    assert facts.record == next_version(make_record(7, keeper=1, area=7), area=700)
    assert (facts.head.name, facts.head.quorum) == ("Muniment of the tests", 5)
    assert len(data) < 1500
    at_close, closing = record_receipt(network, seed("next"))
    assert (read(network, at_close).checkpoint, decode(at_close)[1]) == (closing, 3)
    for version in (1, 2):
        wrong = encode([*decode(at_close)[:1], version, *decode(at_close)[2:]])
        assert code_of(lambda wrong=wrong: read(network, wrong)) == "malformed-record-receipt"  # type: ignore[misc]


def test_an_altered_receipt_of_a_record_is_refused(network: Network) -> None:
    data, _ = record_receipt(network)
    kind, version, stated, record, proof, checkpoint, certificate, charter = decode(data)
    old = encode_record(make_record(7, keeper=1, area=7))
    alterations = {
        "old": ([stated, old, proof, checkpoint, certificate, charter], "bad-cosignature"),
        "root": ([stated, record, proof, [*checkpoint[:5], bytes(32)], certificate, charter], "bad-cosignature"),
        "proof": ([stated, record, b"\x80", checkpoint, certificate, charter], "malformed-state-proof"),
        "count": ([stated, record, proof, checkpoint, certificate, [9, *charter[1:]]], "bad-charter-proof"),
        "head": ([stated, record, proof, checkpoint, certificate, [charter[0], b"\x80", charter[2]]],
                 "bad-charter-proof"),
        "hashes": ([stated, record, proof, checkpoint, certificate, [*charter[:2], charter[2][:-1]]],
                   "malformed-record-receipt"),
        "no certificate": ([stated, record, proof, checkpoint, [], charter], "malformed-record-receipt"),
        "no checkpoint": ([stated, record, proof, [], certificate, charter], "malformed-record-receipt"),
        "another network": ([bytes(32), record, proof, checkpoint, certificate, charter],
                            "receipt-of-another-network"),
    }  # fmt: skip
    for part, (rest, code) in alterations.items():
        altered = encode([kind, version, *rest])
        assert code_of(lambda altered=altered: read(network, altered)) == code, part  # type: ignore[misc]
    unnamed = encode([kind, version, bytes(32), record, proof, checkpoint, certificate, charter])
    assert code_of(lambda: check_record_receipt(unnamed, verify)) == "bad-charter-proof"
    assert code_of(lambda: read(network, encode([kind, 4, "what comes"]))) == "receipt-too-new"
    assert code_of(lambda: read(network, encode(["muniment-charter"]))) == "malformed-record-receipt"


_SHARED = finished(make_network(7))
_PROOF = _SHARED.proof(FIVE)
