"""Two officers, two keys: whoever signs beside the person signed in has opened these very bytes here."""

from dataclasses import replace

import pytest

from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.payload import Group
from core.ledger.transaction import Signer, encode_transaction
from core.office import Proposal
from core.officers import FIRST_NUMBER
from core.people.actions import Action
from tests.ledger.building import act, document
from tests.people.staff import ADMINISTRATOR, CLERK, NOTARY, REGISTRAR, Staffed, staffed_office


@pytest.fixture
def staffed() -> Staffed:
    made = staffed_office()
    made.sign_in(REGISTRAR)
    return made


def _sale(staffed: Staffed, notary: int = NOTARY) -> Proposal:
    signers = [Signer(0, REGISTRAR, "registrar"), Signer(0, notary, "notary")]
    fields = {
        "ground": "sale",
        "from": [{"entry": 1, "part": [1, 1]}],
        "to": [{"holder": {"kind": "natural", "name": "Buyer", "number": "P-2"}, "part": [1, 1]}],
        "price": [4_850_000, "BYN"],
        "deed": document("Deed of sale", "2-2"),
        "spouse_consent": {"answer": "not_required", "by": [0, NOTARY]},
    }
    return staffed.office.propose("land", "transfer", {"parcel": staffed.parcel}, fields, signers)


def _code(staffed: Staffed, group: Group) -> str:
    with pytest.raises(MunimentError) as refused:
        staffed.office.record(group)
    return refused.value.code


def test_a_second_officer_who_has_not_opened_the_text_does_not_sign(staffed: Staffed) -> None:
    sale = _sale(staffed)
    group = staffed.group(sale.transaction)
    assert _code(staffed, group) == "review-not-opened"
    shown = staffed.office.people.open_review(NOTARY, staffed.key(NOTARY), sale.encoded)
    assert encode_transaction(shown) == sale.encoded
    (view,) = staffed.office.record(group)
    assert view.records == (staffed.parcel,)


def test_one_changed_byte_has_to_be_opened_again(staffed: Staffed) -> None:
    sale = _sale(staffed)
    staffed.office.people.open_review(NOTARY, staffed.key(NOTARY), sale.encoded)
    nonce = bytes([sale.transaction.nonce[0] ^ 1]) + sale.transaction.nonce[1:]
    other = replace(sale.transaction, nonce=nonce)
    differing = [a != b for a, b in zip(encode_transaction(other), sale.encoded, strict=True)]
    assert differing.count(True) == 1
    assert _code(staffed, staffed.group(other)) == "review-not-opened"
    staffed.office.people.open_review(NOTARY, staffed.key(NOTARY), encode_transaction(other))
    staffed.office.record(staffed.group(other))


def test_signing_out_forgets_what_was_opened(staffed: Staffed) -> None:
    sale = _sale(staffed)
    staffed.office.people.open_review(NOTARY, staffed.key(NOTARY), sale.encoded)
    staffed.office.people.sign_out()
    assert _code(staffed, staffed.group(sale.transaction)) == "nobody-signed-in"
    staffed.sign_in(REGISTRAR)
    assert _code(staffed, staffed.group(sale.transaction)) == "review-not-opened"


def test_only_a_signer_with_his_own_key_opens_the_text(staffed: Staffed) -> None:
    sale, people = _sale(staffed), staffed.office.people
    for number, key, code in (
        (NOTARY, staffed.key(REGISTRAR), "not-this-officer"),
        (NOTARY, staffed.key(NOTARY, office=1), "not-this-officer"),
        (CLERK, staffed.key(CLERK), "not-a-signer"),
    ):
        with pytest.raises(MunimentError) as refused:
            people.open_review(number, key, sale.encoded)
        assert refused.value.code == code
    assert _code(staffed, staffed.group(sale.transaction)) == "review-not-opened"
    assert staffed.office.store.looks.count() == 0


def test_the_opening_is_kept_before_the_signature(staffed: Staffed) -> None:
    sale = _sale(staffed)
    staffed.office.people.open_review(NOTARY, staffed.key(NOTARY), sale.encoded)
    (look,) = staffed.office.store.looks.of_subject(sale.id)
    assert (look.officer, look.purpose) == (NOTARY, "second-officer")


def test_one_person_in_both_roles_is_refused(staffed: Staffed) -> None:
    """Under one number by the law, wherever it asks for different persons; under two numbers by the one key."""
    assert getattr(_sale(staffed, notary=REGISTRAR).verdict, "code", "") == "role-not-held"
    twin: dict[str, Value] = {
        "number": FIRST_NUMBER,
        "name": "The same person",
        "public_key": staffed.key(REGISTRAR).public.hex(),
        "roles": [{"role": "notary"}],
    }
    transaction = act("appoint", twin, None, [Signer(0, ADMINISTRATOR, "administrator")], 1, "charter")
    staffed.sign_in(ADMINISTRATOR)
    assert _code(staffed, staffed.group(transaction)) == "rejected"  # one key is one officer …
    staffed.office.hand.write_block((staffed.group(transaction),))  # … where the office keeps to the rules
    staffed.sign_in(REGISTRAR)
    sale = _sale(staffed, notary=FIRST_NUMBER)
    assert getattr(sale.verdict, "code", "") == "one-person-two-roles"
    staffed.office.people.open_review(FIRST_NUMBER, staffed.key(REGISTRAR), sale.encoded)
    message = staffed.office.signing_message([sale.encoded])
    signature = staffed.key(REGISTRAR).sign(message)
    assert _code(staffed, Group((sale.encoded,), (signature, signature))) == "one-key-two-persons"


def test_who_is_signed_in_needs_no_second_opening(staffed: Staffed) -> None:
    staffed.sign_in(NOTARY)
    sale = _sale(staffed)
    staffed.office.people.open_review(REGISTRAR, staffed.key(REGISTRAR), sale.encoded)
    staffed.office.record(staffed.group(sale.transaction))
    assert staffed.office.people.may(Action.SIGN)
