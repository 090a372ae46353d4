"""One signed act in the blocks of two nodes: it must count once, wherever it is folded."""

import pytest

from core.errors import MunimentError
from core.laws import parse_law
from core.laws.law_check import check_law
from tests.offices import LIBRARY, land_network, make_offices, propose_registration, sign

OWN = "    creates: {parcel: parcel}\n    signed_by: {all_of: [registrar]}"


def test_a_creation_that_any_office_may_sign_waits_for_the_common_order():
    text = (LIBRARY / "land.yaml").read_text(encoding="utf-8")
    law = parse_law(text.replace(OWN, OWN.replace("[registrar]", "[registrar], offices: any"), 1))
    report = check_law(law, {})
    assert [reason.code for reason in report.waits["first_registration"]] == ["enclosed-anywhere"]
    with pytest.raises(MunimentError):
        report.raise_any()


def test_a_copy_in_the_block_of_another_node_is_rejected():
    network = land_network()
    first, *_ = make_offices()
    group = sign(network, first, [propose_registration(first, 1)])
    first.record(group)
    copy, _ = network.block(3, [group])
    first.receive(copy.header_bytes, copy.signature, copy.payload)
    assert first.store.chain.acts_of_block(2)[0].code == "signer-of-another-office"
