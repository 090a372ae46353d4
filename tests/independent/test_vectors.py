"""The vectors that are published for other implementations, read by one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.independent.auditing import blocks as formats
from tests.independent.auditing.acts import Act
from tests.independent.auditing.charter import read_charter
from tests.independent.auditing.graph import Graph
from tests.independent.auditing.rolls import Keys, Member, Roll
from tests.independent.auditing.state import State
from tests.independent.auditing.values import RefusedError, decode, encode

VECTORS = Path(__file__).parents[1] / "vectors"
LEDGER = json.loads((VECTORS / "ledger.json").read_text("utf-8"))
GRAPHS = json.loads((VECTORS / "ledger_graphs.json").read_text("utf-8"))["graphs"]


@pytest.mark.parametrize("vector", LEDGER["encoding"]["encoded"], ids=lambda vector: vector["hex"][:24])
def test_values(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    value = decode(data)
    if "{" not in repr(value):  # maps are never encoded there
        assert encode(value) == data


@pytest.mark.parametrize("vector", LEDGER["encoding"]["refused"], ids=lambda vector: vector["why"])
def test_refused_values(vector: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as caught:
        decode(bytes.fromhex(vector["hex"]))
    assert caught.value.code == vector["code"]


def test_charter() -> None:
    charter = read_charter(bytes.fromhex(LEDGER["charter"]["file"]))
    assert charter.network.hex() == LEDGER["charter"]["network"]
    assert (charter.name, charter.roll.quorum) == (LEDGER["charter"]["name"], LEDGER["charter"]["quorum"])


def test_blocks_and_payload() -> None:
    charter = read_charter(bytes.fromhex(LEDGER["charter"]["file"]))
    keys = Keys(charter.network, [charter.roll])
    payloads = {LEDGER["payload"]["root"]: bytes.fromhex(LEDGER["payload"]["encoded"])}
    read = []
    for vector in LEDGER["blocks"]:
        header, signature = bytes.fromhex(vector["header"]), bytes.fromhex(vector["signature"])
        payload = payloads.get(vector["payload"][0]) if vector["payload"] else None
        if vector["payload"] and payload is None:
            assert formats.read_header(header).payload[0].hex() == vector["payload"][0]
            continue
        read.append(formats.read_block(keys, header, signature, payload))
        assert read[-1].id.hex() == vector["id"]
    acts = [act.id.hex() for block in read for act in block.acts]
    assert acts == [vector["id"] for vector in LEDGER["transactions"]]
    assert {act.fault for block in read for act in block.acts} == {None}


def test_evidence() -> None:
    charter = read_charter(bytes.fromhex(LEDGER["charter"]["file"]))
    _, network, *four = decode(bytes.fromhex(LEDGER["evidence"]["file"]))
    assert network == charter.network
    author = LEDGER["blocks"][LEDGER["evidence"]["of"][0]]["author"]
    assert formats.proven_fork(Keys(charter.network, [charter.roll]), 0, four) == (author, 0)


def test_records_and_state_root() -> None:
    state = State()
    for vector in LEDGER["records"]["records"]:
        found = state.put(bytes.fromhex(vector["encoded"]))
        assert [one.hex() for one in found] == [vector["id"], vector["digest"]]
    assert state.root().hex() == LEDGER["records"]["state_root"]


@pytest.mark.parametrize("vector", GRAPHS, ids=lambda vector: f"{vector['offices']}-{len(vector['blocks'])}")
def test_relations(vector: dict[str, Any]) -> None:
    members = tuple(Member(number, "", bytes(32), ()) for number in range(vector["offices"]))
    graph = Graph({0: Roll(0, vector["quorum"], members, ())})
    for block in vector["blocks"]:
        header = bytes.fromhex(block["header"])
        accused = {(author, 0) for author in block["evidence_against"]}
        # Of blocks without acts nobody asks who approved them; here all have one.
        graph.add(formats.Block(bytes.fromhex(block["id"]), formats.read_header(header), [Act(b"", None)], [], accused))
    whole = (1 << len(graph.blocks)) - 1
    for index, block in enumerate(vector["blocks"]):
        assert graph.opener[index] == block["opener"]
        assert sorted(graph.proven[index]) == block["proven"]
        assert sorted(graph.approvals.get((0, index), {})) == block["approved_by"]
        assert graph.is_certified(0, index, whole) == block["certified"]
    assert {author for author, _ in graph.forkers()} == set(vector["forkers"])
