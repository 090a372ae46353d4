"""What travels, as another implementation would check it: the same bytes in, the same answers out."""

import json
from pathlib import Path

from sync.certificate import certificate_key, make_certificate
from sync.discovery import network_tag, node_tag
from sync.messages import vector_digest
from sync.replica import Tip
from sync.session import Session
from tests.sync.graphs import make_replicas
from tests.sync.test_courier import read

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sync_wire.json").read_text())


def test_certificate():
    vector = VECTORS["certificate"]
    assert make_certificate(bytes.fromhex(vector["seed"])).hex() == vector["der"]
    assert certificate_key(bytes.fromhex(vector["der"])).hex() == VECTORS["discovery"]["key"]


def test_discovery_tags():
    vector = {name: bytes.fromhex(text) for name, text in VECTORS["discovery"].items()}
    assert network_tag(vector["salt"], vector["network"]) == vector["network_tag"]
    assert node_tag(vector["salt"], vector["network"], vector["key"]) == vector["node_tag"]


def test_vector_digest():
    vector = VECTORS["vector_digest"]
    tips = [Tip(author, incarnation, seq, bytes.fromhex(text)) for author, incarnation, seq, text in vector["tips"]]
    assert vector_digest(tips).hex() == vector["digest"]


def test_a_whole_meeting():
    """Node 1 gives the recorded answers to what node 0 was recorded to say."""
    office = make_replicas(4)[1]
    session = Session(office, initiator=False, peer=0)
    session.start()
    said = [data.hex() for data in session.outgoing()]
    for side, text in VECTORS["meeting"]:
        if side == 0:
            session.receive(bytes.fromhex(text))
            said += [data.hex() for data in session.outgoing()]
    assert said == [text for side, text in VECTORS["meeting"] if side == 1]
    assert session.finished
    assert [tip.author for tip in office.vector()] == [0, 1]


def test_a_courier_file():
    vector = VECTORS["courier"]
    for number in vector["recipients"]:
        office = make_replicas(4)[number]
        carried = read(office, bytes.fromhex(vector["file"]))
        assert carried.sender == vector["sender"]
        assert [block.hex() for block in office.newer_than([])] == vector["blocks"]
