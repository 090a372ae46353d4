"""Four real offices in four namespaces: `muniment node` processes that learn each other's addresses from mDNS."""

import pytest

from tests.bench.offices import PASSPHRASE, found_network, registration

pytestmark = pytest.mark.lan


@pytest.fixture
def offices(make_lan, tmp_path):
    """(the LAN, a running node at each place), all of one network and empty."""
    lan = make_lan(4)
    network = found_network(tmp_path / "offices")
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    nodes = []
    for number, place in enumerate(network.places):
        secret = str(tmp_path / "passphrase")
        nodes.append(
            lan.start(
                number,
                "-m",
                "desktop.cli",
                "node",
                "--control",
                "--data",
                str(place.folder.path),
                "--passphrase-file",
                secret,
            )
        )
    for node in nodes:
        assert node.until(lambda said: "ready" in said)["ready"]
    return lan, nodes


def register(node, parcel, secret):
    """First registration of a made-up parcel; the answer about the act."""
    return asked(
        node,
        do="record",
        law="land",
        procedure="first_registration",
        records={},
        act=registration(parcel),
        officers=[f"0:registrar:{secret}"],
    )


def asked(node, **what):
    answer = node.ask(**what)
    assert answer["ok"], answer
    return answer


def meet(node, number):
    return asked(node, do="meet", office=number, wait_s=20)


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
    for number in (1, 2, 3):
        meet(nodes[number], 0)
    standings = [asked(node, do="status") for node in nodes]
    assert len({standing["state_root"] for standing in standings}) == 1
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
