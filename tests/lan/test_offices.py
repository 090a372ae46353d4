"""Four real offices in four namespaces: `muniment node` processes that learn each other's addresses from mDNS."""

import pytest

from core.ledger.transaction import Signer
from tests.bench.offices import sale
from tests.lan.offices import asked, meet, register, settle, start_offices

pytestmark = pytest.mark.lan


@pytest.fixture
def offices(make_lan, tmp_path):
    """(the LAN, a running node at each place), all of one network and empty."""
    return start_offices(make_lan, tmp_path, 4)


def test_an_act_is_confirmed_by_meetings_and_a_stick(offices, tmp_path):
    """Recorded offline, seen by a second over the LAN, confirmed by the third's return file."""
    lan, nodes = offices
    secret = tmp_path / "passphrase"
    lan.unplug(0)
    act = register(nodes[0], 1, secret)
    assert (act["step"], act["seen_by"]) == ("recorded", [0])
    lan.plug_in(0)
    met = meet(nodes[1], 0)
    assert met["address"].startswith(lan.address(0) + ":")
    assert met["tls"].startswith("TLSv1.3")
    assert met["blocks_new"] == 1
    there, back = str(tmp_path / "there.courier"), str(tmp_path / "back.courier")
    asked(nodes[1], do="courier-write", file=there, to=[2])
    assert asked(nodes[2], do="courier-read", file=there)["sender"] == 1
    asked(nodes[2], do="courier-write", file=back, to=[0])
    asked(nodes[0], do="courier-read", file=back)
    assert asked(nodes[0], do="act", act=act["act"])["step"] == "certified"
    standings = settle(dict(enumerate(nodes)))
    assert asked(nodes[3], do="act", act=act["act"])["step"] == "final"
    assert [standing["records"] for standing in standings] == [1] * 4


def test_a_partition_and_another_address_only_delay(offices, tmp_path):
    lan, nodes = offices
    meet(nodes[1], 0)
    lan.unplug(1)
    register(nodes[0], 1, tmp_path / "passphrase")
    refused = nodes[1].ask(do="meet", office=0, wait_s=1)
    assert not refused["ok"]
    assert refused["code"] in {"peer-silent", "peer-unreachable", "office-not-found"}
    lan.set_address(0, "10.77.0.77")
    lan.plug_in(1)
    met = nodes[2].ask(do="meet", office=0, wait_s=20)
    while not met["ok"]:  # until the new address has been announced
        met = nodes[2].ask(do="meet", office=0, wait_s=20)
    assert met["address"].startswith("10.77.0.77:")
    assert asked(nodes[2], do="status")["blocks"] == 2


def test_a_cable_without_any_given_address_carries_a_meeting(make_lan, tmp_path):
    """Announced, found and called with the link-local IPv6 addresses that the interfaces give themselves."""
    lan, nodes = start_offices(make_lan, tmp_path, 2)
    register(nodes[0], 1, tmp_path / "passphrase")
    own = [lan.add_ipv6(place) for place in range(2)]
    for place in range(2):
        lan.take_ipv4(place)
    tried = (nodes[1].ask(do="meet", office=0, wait_s=20) for _ in range(30))  # until the old address is forgotten
    assert any(met["ok"] and own[0] in met["address"] for met in tried)
    assert asked(nodes[1], do="status")["blocks"] == asked(nodes[0], do="status")["blocks"] > 0


def sell(node, number, parcel, secret):
    """The first owner of the parcel sells half of it to a buyer of that office's own."""
    act = sale(number, Signer(number, 1, "notary"))
    return asked(
        node,
        do="record",
        law="land",
        procedure="transfer",
        records={"parcel": parcel},
        act={**act, "deed": {**act["deed"], "digest": {"hex": act["deed"]["digest"].hex()}}},
        officers=[f"0:registrar:{secret}", f"1:notary:{secret}"],
    )["act"]


def test_a_parcel_sold_at_two_offices_out_of_reach_is_held_alike_at_all_five(make_lan, tmp_path):
    lan, nodes = start_offices(make_lan, tmp_path, 5, "shared")
    secret = tmp_path / "passphrase"
    (parcel,) = register(nodes[0], 1, secret)["records"]
    settle(dict(enumerate(nodes)))
    for number in (1, 2):
        lan.unplug(number)
    sales = [sell(nodes[number], number, parcel, secret) for number in (1, 2)]
    for number in (1, 2):
        assert asked(nodes[number], do="act", act=sales[number - 1])["shared"]
        lan.plug_in(number)
    settle(dict(enumerate(nodes)))
    told = [[asked(node, do="act", act=one) for one in sales] for node in nodes]
    outcomes = [[(one["step"], one["code"]) for one in ones] for ones in told]
    assert outcomes == [outcomes[0]] * 5
    assert sorted(outcomes[0], key=str) == [("final", "held-together"), ("final", None)]
