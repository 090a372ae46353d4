"""What is proved to strangers goes on across the close of an epoch (and tests/printing/test_adopted.py)."""

from dataclasses import replace

import pytest

from core.crypto.signing import SigningKey, verify
from core.errors import MunimentError
from core.ledger.epoch_proof import decode_epoch_proof
from core.ledger.receipt import ReceiptFacts, check_receipt
from core.ledger.receipt_format import decode_receipt
from core.ledger.record_receipt import check_record_receipt
from core.ledger.transaction import Signer
from core.office import RENEWED, Office
from core.store.journal import MemoryJournal
from tests.drawing import draw
from tests.ledger.building import seed
from tests.offices import StepClock, register, sell
from tests.test_epochs import Town, epochs, new_card, pass_change
from tests.test_officers import NOTARY, appoint, eve_of, propose_by, propose_sale, restate
from tests.test_officers import sign as sign_with_eve


def facts_of(office: Office, act: bytes) -> ReceiptFacts:
    return check_receipt(decode_receipt(office.proofs.receipt(act)), verify, office.network)


def renew(town: Town, number: int) -> None:
    """An office begins under a new key, which the others still have to vote."""
    store = town.offices[number].store
    store.database.set_meta(RENEWED, b"1")
    key = SigningKey(seed("renewed", number))
    town.offices[number] = Office(store, town.network.charter, number, key, MemoryJournal(), StepClock(), draw)


def test_acts_of_both_epochs_prove_themselves() -> None:
    town = Town()
    old = register(town.network, town.offices[0], 1)
    pass_change(town, "quorum", None, b"all")
    assert epochs(town) == [1, 1, 1, 1]
    new = register(town.network, town.offices[1], 2)
    town.settle()
    for office in town.offices:
        finals = [facts_of(office, act.id).final for act in (old, new)]
        assert [final.checkpoint.epoch for final in finals if final] == [0, 1]
        facts = check_record_receipt(office.proofs.record_receipt(new.records[0]), verify, office.network)
        assert facts.checkpoint.state_root == office.state_root()


def test_an_act_under_a_new_key_is_proved_at_once_and_once_it_is_final() -> None:
    town = Town()
    parcel = register(town.network, town.offices[3], 1).records[0]
    town.settle()
    renew(town, 3)
    renewed = town.offices[3]
    pass_change(town, "incarnation", 3, new_card(town, 3, SigningKey(seed("renewed", 3))))
    sold = sell(town.network, renewed, parcel, 5)
    recorded = facts_of(renewed, sold.id)  # the state at the close of the first epoch names the new key
    assert recorded.author is not None
    assert (recorded.final, recorded.author.incarnation, recorded.epoch) == (None, 1, 1)
    town.settle()
    for office in town.offices:
        facts = facts_of(office, sold.id)
        assert facts.final is not None
        assert facts.final.checkpoint.epoch == 1
        assert 3 not in facts.final.witnesses  # it cosigns with a key that no founder had
        assert [one.office for one in facts.signed_by] == [town.network.charter.cards[3].name] * 2


def test_an_appointed_officer_is_named_by_the_record_of_the_appointment() -> None:
    town = Town()
    first = town.offices[0]
    appoint(town, first, "registrar")
    parcel = first.record(sign_with_eve(town, first, propose_by(first, 1, eve_of(first))))[0].records[0]
    signers = [eve_of(first), Signer(0, NOTARY, "notary")]
    sold = first.record(sign_with_eve(town, first, propose_sale(first, parcel, 5, signers, 0)))[0]
    with pytest.raises(MunimentError, match="paper-once-named"):
        facts_of(first, sold.id)
    town.settle()
    for office in town.offices:
        facts = facts_of(office, sold.id)
        names = [(one.office, one.officer) for one in facts.signed_by]
        assert names == [("Шацк", "Ева Лис"), ("Шацк", "Пётр Сакович")]
    receipt = decode_receipt(first.proofs.receipt(sold.id))
    swapped = replace(receipt, signatures=(SigningKey(seed("mallory")).sign(b""), receipt.signatures[1]))
    with pytest.raises(MunimentError, match="bad-receipt-signature"):
        check_receipt(swapped, verify)


def test_a_founding_officer_with_another_role_keeps_the_name() -> None:
    town = Town()
    first = town.offices[0]
    restate(town, first, NOTARY, "notary", "registrar")
    signer = Signer(0, NOTARY, "registrar")
    act = first.record(sign_with_eve(town, first, propose_by(first, 1, signer)))[0]
    with pytest.raises(MunimentError, match="paper-once-named"):
        facts_of(first, act.id)
    town.settle()
    assert [one.officer for one in facts_of(first, act.id).signed_by] == ["Пётр Сакович"]


def test_half_of_the_keys_go_before_the_next_roll_has_signed_anything() -> None:
    """The third office signs nothing in epoch 1 any more: two of four keys are left, and not one state with three."""
    town = Town()
    renew(town, 3)
    pass_change(town, "incarnation", 3, new_card(town, 3, SigningKey(seed("renewed", 3))))
    assert epochs(town) == [1, 1, 1, 1]
    left = [town.offices[number] for number in (0, 1, 3)]
    proposal = town.propose(left[0], "incarnation", 2, new_card(town, 2, SigningKey(seed("renewed", 2))))
    town.settle(left)
    for office in left:
        town.vote(office, proposal)
    town.settle(left)
    assert [office.lace.epoch for office in left] == [2, 2, 2]
    renew(town, 2)
    town.settle()
    parcel = register(town.network, town.offices[2], 1)
    town.settle()
    for office in town.offices:
        receipt = decode_receipt(office.proofs.receipt(parcel.id))
        facts = check_receipt(receipt, verify, office.network)
        assert facts.final is not None
        assert (facts.final.checkpoint.epoch, facts.offices) == (2, 4)
        assert receipt.epochs is not None
        steps = decode_epoch_proof(office.network, receipt.epochs).steps
        assert [(step.epoch, step.kept, step.certificate.witnesses) for step in steps] == [(1, (), (0, 1, 2))]
        assert facts.final.witnesses == (0, 1, 3)  # with the keys of epoch 1: of the founders' these are but two
