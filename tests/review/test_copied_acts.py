"""One signed act in the blocks of two nodes: it must count once, wherever it is folded."""

from core.laws import Accepted, Rejected, parse_law
from core.laws.law_check import check_law
from tests.laws.counter import Counter, DictState, placed
from tests.laws.test_land import first, right
from tests.offices import LIBRARY, land_network, make_offices, propose_registration, sign

OWN = "    creates: {parcel: parcel}\n    signed_by: {all_of: [registrar]}"


def test_a_creation_that_any_office_may_sign_waits_for_the_common_order():
    text = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
    law = parse_law(text.replace(OWN, OWN.replace("[registrar]", "[registrar], offices: any"), 1))
    report = check_law(law, {})
    assert [reason.code for reason in report.waits["first_registration"]] == ["enclosed-anywhere"]
    report.raise_any()  # it waits, and is lawful
    state = DictState()
    one, two = (Counter(law, state, number) for number in range(2))
    act = one.transaction("first_registration", first(right("ana", 1, 1)), signers=[("registrar", 0)])
    assert one.judge(act).shared
    assert isinstance(one.put(act, placed()), Accepted)
    copy = two.put(act, placed())
    assert isinstance(copy, Rejected)
    assert (copy.code, copy.shared) == ("enclosed-twice", True)


def test_a_copy_in_the_block_of_another_node_is_rejected():
    network = land_network()
    office, *_ = make_offices()
    group = sign(network, office, [propose_registration(office, 1)])
    office.record(group)
    copy, _ = network.block(3, [group])
    office.receive(copy.header_bytes, copy.signature, copy.payload)
    assert office.store.chain.acts_of_block(2)[0].code == "signer-of-another-office"
