"""What votes have made of a network, proved to a stranger from the network id on; a chain that lies is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.hashing import tagged_hash
from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.charter import decode_head
from core.ledger.constitution_tree import Opened, check_opened, open_constitution
from core.ledger.encoding import decode, encode
from core.ledger.epoch_proof import EpochProof, check_adopted, check_steps, decode_epoch_proof, encode_epoch_proof
from core.ledger.receipt import check_receipt
from core.ledger.receipt_format import decode_receipt, encode_receipt
from tests.ledger.grown import ADOPTED_LAW, Grown, grown

LAW_DIGEST = tagged_hash("law", ADOPTED_LAW)
GROWN = grown()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(MunimentError) as caught:
        call()
    return caught.value.code


def opened(epoch: int, *members: int, law: bool = True, of: Grown = GROWN) -> Opened:
    return open_constitution(of.constitutions[epoch], of.digests[epoch - 1], members, [ADOPTED_LAW] if law else [])


def walked(*steps: object) -> str:
    return code_of(lambda: check_steps(EpochProof(steps), decode_head(GROWN.network.charter.head), verify))  # type: ignore[arg-type]


def test_founders_who_are_left_prove_what_was_adopted_without_a_step() -> None:
    """In epoch 2 three of four founders still sign with their first keys: their quorum."""
    receipt = GROWN.receipt(EpochProof(opened=(opened(2),)), 0, epoch=2)
    facts = check_receipt(receipt, verify, GROWN.network.id)
    assert facts.law_digests[-1] == LAW_DIGEST
    assert (facts.epoch, facts.offices, facts.quorum) == (2, 4, 3)
    assert facts.final is not None
    assert facts.final.witnesses == (0, 1, 2)
    assert LAW_DIGEST not in check_receipt(GROWN.receipt(None, 0, epoch=2), verify).law_digests


def test_a_step_leads_on_where_they_are_fewer_than_their_quorum() -> None:
    epochs = EpochProof((GROWN.step(0, 2),), (opened(3, 2),))
    receipt = GROWN.receipt(epochs, 2)
    assert decode_receipt(encode_receipt(receipt)) == receipt
    facts = check_receipt(receipt, verify, GROWN.network.id)
    assert LAW_DIGEST in facts.law_digests
    assert facts.final is not None
    assert facts.final.witnesses == (0, 1, 3)  # the renewed key of the fourth counts, that of the third not yet
    assert facts.members[2].incarnation == 1
    unled = replace(receipt, epochs=encode_epoch_proof(EpochProof((), epochs.opened)))
    assert code_of(lambda: check_receipt(unled, verify)) == "bad-charter-proof"


def test_rules_replaced_since_are_found_through_the_constitution_before() -> None:
    later = EpochProof(opened=(opened(2, law=False), opened(1)))
    assert LAW_DIGEST in check_adopted(later, GROWN.digests[2]).laws
    refused = {
        "a gap": (opened(3, law=False), opened(1)),
        "another order": (opened(1), opened(2, law=False)),
        "the same twice": (opened(2), opened(2)),
        "another network's": (opened(2, of=grown("Another")),),
    }
    for why, constitutions in refused.items():
        digest = GROWN.digests[3 if why == "a gap" else 2]
        assert code_of(lambda c=constitutions, d=digest: check_adopted(EpochProof(opened=c), d)) == "bad-epoch-proof", (
            why
        )  # type: ignore[misc]
    # Nothing names a constitution: a checkpoint of the founding epoch, or a paper without any.
    assert code_of(lambda: check_adopted(EpochProof(opened=(opened(1),)), None)) == "bad-epoch-proof"


def test_a_chain_that_lies_is_refused() -> None:
    head = decode_head(GROWN.network.charter.head)
    good, farther = GROWN.step(0, 1), GROWN.step(1, 2)
    assert check_steps(EpochProof((good, farther)), head, verify).epoch == 2
    assert GROWN.step(0, 1, (1, 2, 3)).certificate.witnesses == (1, 2, 3)
    other = grown("Another")
    swapped = replace(good.certificate, signatures=good.certificate.signatures[::-1])
    forged = replace(good.checkpoint, constitution=other.digests[1])
    unnamed = replace(good.checkpoint, constitution=None)
    refused = {
        # Two of the four who founded: more than may lie, and yet not more than half of them.
        "certificate-below-quorum": [[replace(good, kept=(0, 1))]],
        "bad-epoch-proof": [
            [replace(good, kept=(0, 1, 3))],  # who has not signed
            [replace(good, kept=())],  # a state that closes no epoch
            [replace(good, kept_hashes=())],
            [GROWN.step(0, 2), GROWN.step(2, 1)],  # never back
            [good, good],
            [GROWN.step(2, 3, (0, 1, 3))],  # a gap: the roll before is not that of the charter
            [other.step(0, 1)],
            [replace(good, opened=opened(2, law=False))],
            [replace(good, checkpoint=unnamed, certificate=GROWN.certificate(unnamed, 1, range(4)))],
        ],
        "bad-cosignature": [[replace(good, certificate=swapped)]],
        "bad-charter-proof": [[replace(good, checkpoint=forged, opened=opened(1, of=other, law=False))]],
    }
    for code, chains in refused.items():
        for number, chain in enumerate(chains):
            assert walked(*chain) == code, (code, number)


def test_those_whose_keys_go_name_the_next_roll() -> None:
    """The states at the close of epochs lead on, alone or among others; also with fewer than a quorum."""
    head = decode_head(GROWN.network.charter.head)
    closings = [GROWN.closing_step(epoch, epoch, (0, 1, 2)) for epoch in range(3)]
    assert check_steps(EpochProof(tuple(closings)), head, verify).constitution == GROWN.digests[3]
    farther = GROWN.closing_step(0, 1, (0, 1, 3))  # founders say at the close of epoch 1 who follows
    assert check_steps(EpochProof((farther, GROWN.step(2, 3, (0, 1, 3)))), head, verify).epoch == 3
    epochs = EpochProof((closings[0], GROWN.step(1, 2)), (opened(3, 2),))
    assert LAW_DIGEST in check_receipt(GROWN.receipt(epochs, 2), verify, GROWN.network.id).law_digests
    assert decode_epoch_proof(GROWN.network.id, encode_epoch_proof(epochs)) == epochs


def test_a_close_that_lies_is_refused() -> None:
    good, other = GROWN.closing_step(0, 0, (0, 1, 2)), grown("Another")
    elsewhere = replace(GROWN.closing(0), following=other.digests[1])
    skipped = replace(GROWN.closing(0), following=GROWN.digests[2])
    refused = {
        # Two of four are more than may lie, and yet not more than half of them.
        "certificate-below-quorum": [[GROWN.closing_step(0, 0, (0, 1))], [good, GROWN.closing_step(1, 1, (2, 3))]],
        "bad-epoch-proof": [
            [GROWN.closing_step(0, 0, (0, 1, 2), elsewhere)],  # another constitution than the one opened
            [replace(GROWN.closing_step(0, 0, (0, 1, 2), skipped), opened=opened(2, law=False))],  # an epoch left out
            [good, good],
            [GROWN.step(0, 2), GROWN.closing_step(1, 1, (0, 1, 2))],  # never back
            [replace(good, checkpoint=replace(good.checkpoint, following=None))],
        ],
        # Signed by others than the roll so far: with keys that only the next one gives, or of another network.
        "bad-charter-proof": [
            [GROWN.closing_step(2, 2, (0, 1, 3))],
            [other.closing_step(0, 0, (0, 1, 2))],
            [replace(other.closing_step(0, 0, (0, 1, 2)), checkpoint=good.checkpoint, opened=good.opened)],
        ],
        "bad-cosignature": [[replace(good, checkpoint=replace(GROWN.closing(0), size=7))]],
    }
    for code, chains in refused.items():
        for number, chain in enumerate(chains):
            assert walked(*chain) == code, (code, number)


def test_leaves_are_those_of_the_constitution() -> None:
    facts = check_opened(opened(3, 0, 2))
    assert (facts.digest, facts.head.epoch, facts.head.witnesses, facts.laws) == (GROWN.digests[3], 3, 4, (LAW_DIGEST,))
    assert [(one.office, one.incarnation) for one in facts.members.values()] == [("Шацк", 0), ("Борисов", 1)]
    whole = opened(3, 0, 2)
    moved = replace(whole, leaves={place + (place == 1): leaf for place, leaf in whole.leaves.items()})
    for wrong in (
        replace(whole, count=whole.count + 1),
        replace(whole, hashes=whole.hashes[:-1]),
        replace(whole, leaves={**whole.leaves, 0: encode([1, 3, 1, 4, 4, 3, bytes(32)])}),
        replace(whole, leaves={place: leaf for place, leaf in whole.leaves.items() if place}),
        moved,
    ):
        assert code_of(lambda wrong=wrong: check_opened(wrong)) == "bad-constitution-proof"  # type: ignore[misc]
    changed = replace(whole, leaves={**whole.leaves, 0: encode([1, 3, 1, 4, 4, 2, bytes(32)])})
    assert check_opened(changed).digest != GROWN.digests[3]


def test_wrong_kinds_are_malformed() -> None:
    network = GROWN.network.id
    encoded = encode_epoch_proof(EpochProof((GROWN.step(0, 2),), (opened(3, 2),)))
    assert encode_epoch_proof(decode_epoch_proof(network, encoded)) == encoded
    steps, constitutions = decode(encoded)
    (stated, head, signed, kept, hashes), (before, count, leaves, joined) = steps[0], constitutions[0]
    bad = [[steps], [steps, None], [None, constitutions], [steps * 65, []], [[], constitutions * 65], [[[1, 2]], []]]
    wrong_steps = (
        [stated[:6], head, signed, kept, hashes],
        [stated, [], signed, kept, hashes],
        [stated, head, [], kept, hashes],
        [stated, head, signed, kept[::-1], hashes],
        [stated, head, signed, [*kept[:-1], True], hashes],
        [stated, head, signed, kept, hashes[1:]],
        [stated, head, signed, kept],
    )
    bad += [[[one], []] for one in wrong_steps]
    bad += [
        [[], [one]]
        for one in ([before[1:], count, leaves, joined], [before, -1, leaves, joined], [before, count, [], joined])
    ]
    bad += [
        [[], [[before, count, wrong, joined]]] for wrong in (leaves[::-1], leaves[1:], [[0, 1]], [*leaves, leaves[-1]])
    ]
    bad += [[[], [[before, 1 << 40, leaves, joined]]], [[], [[before, count, leaves, joined[1:]]]]]
    for value in bad:
        assert code_of(lambda value=value: decode_epoch_proof(network, encode(value))) == "malformed-epoch-proof", value  # type: ignore[misc]


_RECEIPT = encode_receipt(GROWN.receipt(EpochProof((GROWN.step(0, 2),), (opened(3, 2),)), 2))


@given(st.data())
def test_no_bytes_do_worse_than_a_refusal(data: st.DataObject) -> None:
    receipt = bytearray(_RECEIPT)
    for _ in range(data.draw(st.integers(1, 3))):
        receipt[data.draw(st.integers(0, len(receipt) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = check_receipt(decode_receipt(bytes(receipt)), verify, GROWN.network.id)
    except MunimentError:
        return
    honest = check_receipt(decode_receipt(_RECEIPT), verify)
    assert (facts.transaction, facts.final, facts.law_digests) == (honest.transaction, honest.final, honest.law_digests)
