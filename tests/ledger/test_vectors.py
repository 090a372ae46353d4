"""The committed vectors are what this code makes, and a second reading of FORMAT.md comes to the same.

The second reading uses only the JSON, cbor2, hashlib and PyNaCl: none of our code, no shared parser.
"""

import json
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from nacl.signing import SigningKey

from tests.ledger.vectors import FILE, GRAPHS_FILE, as_text, make_graphs, make_vectors

VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
GRAPHS: dict[str, Any] = json.loads(GRAPHS_FILE.read_text(encoding="utf-8"))


def test_the_vectors_are_what_the_code_makes() -> None:
    assert as_text(make_vectors()) == FILE.read_text(encoding="utf-8")
    assert as_text(make_graphs()) == GRAPHS_FILE.read_text(encoding="utf-8")


# -- a second reading -----------------------------------------------------------------------------------------------


def value(given: Any) -> Any:
    if isinstance(given, dict):
        return bytes.fromhex(given["bytes"]) if set(given) == {"bytes"} else {n: value(v) for n, v in given.items()}
    return [value(item) for item in given] if isinstance(given, list) else given


def dump(given: Any) -> bytes:
    return cbor2.dumps(given, canonical=True)


def tagged(tag: str, *parts: bytes) -> bytes:
    return sha256(b"muniment/" + tag.encode() + b"/1\0" + b"".join(parts)).digest()


def leaf(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:])).digest()


def signed(seed: str, message: bytes) -> str:
    return SigningKey(bytes.fromhex(seed)).sign(message).signature.hex()


def unhex(items: list[str]) -> list[bytes]:
    return [bytes.fromhex(item) for item in items]


NETWORK = bytes.fromhex(VECTORS["charter"]["network"])


def test_values() -> None:
    for vector in VECTORS["encoding"]["encoded"]:
        assert dump(value(vector["value"])).hex() == vector["hex"]
    assert [one["code"] for one in VECTORS["encoding"]["refused"]].count("not-canonical") == 17
    hashed = VECTORS["tagged_hash"]
    assert (
        sha256(bytes.fromhex(hashed["preimage"])).hexdigest() == hashed["hash"] == tagged("example", b"somebytes").hex()
    )


@pytest.mark.parametrize("number", range(4))
def test_cards(number: int) -> None:
    card = VECTORS["charter"]["cards"][number]
    officers = [[one["name"], bytes.fromhex(one["key"]), one["roles"]] for one in card["officers"]]
    key = bytes.fromhex(card["node_key"])
    body = dump([1, card["name"], key, bytes.fromhex(card["certificate"]), officers])
    message = b"muniment/office-card/1\0" + body
    assert (body.hex(), message.hex()) == (card["body"], card["signing_message"])
    seeds = [card["node_seed"], *(one["seed"] for one in card["officers"])]
    assert [bytes(SigningKey(bytes.fromhex(seed)).verify_key) for seed in seeds] == [key, *(o[1] for o in officers)]
    assert [signed(seed, message) for seed in seeds] == card["signatures"]
    assert dump(["muniment-office-card", body, unhex(card["signatures"])]).hex() == card["file"]
    assert dump([number, card["name"], key, officers]).hex() == card["office_leaf"]


def test_charter() -> None:
    charter = VECTORS["charter"]
    laws = unhex(charter["laws"])
    head = dump(
        [
            1,
            charter["name"],
            charter["founded_ms"],
            charter["quorum"],
            charter["homes"],
            [tagged("law", law) for law in laws],
            len(charter["cards"]),
            tree([leaf(SigningKey(bytes.fromhex(card["node_seed"])).verify_key.encode()) for card in charter["cards"]]),
        ]
    )
    leaves = [leaf(head), *(leaf(bytes.fromhex(card["office_leaf"])) for card in charter["cards"])]
    assert head.hex() == charter["head"]
    assert [one.hex() for one in leaves] == charter["leaves"]
    assert tree(leaves).hex() == charter["root"]
    assert tagged("network", tree(leaves)) == NETWORK
    files = unhex([card["file"] for card in charter["cards"]])
    assert dump(["muniment-charter", head, laws, files]).hex() == charter["file"]
    # Leaf 3 (office 2): its sibling is leaf 2; then the pair before; then the lone leaf 4.
    pair = sha256(b"\1" + leaves[0] + leaves[1]).digest()
    assert unhex(charter["office_2_path"]) == [leaves[2], pair, leaves[4]]


def test_transactions_group_and_payload() -> None:
    encoded, ids = [], []
    for one in VECTORS["transactions"]:
        changes = {name: [bytes.fromhex(a), b, bytes.fromhex(c)] for name, (a, b, c) in one["changes"].items()}
        data = dump(
            [
                1,
                one["law"],
                one["law_version"],
                one["procedure"],
                changes,
                value(one["act"]),
                one["signers"],
                one["claimed_ms"],
                bytes.fromhex(one["nonce"]),
                one["requests"],
            ]
        )
        assert data.hex() == one["encoded"]
        assert tagged("transaction", NETWORK, data).hex() == one["id"]
        encoded.append(data)
        ids.append(bytes.fromhex(one["id"]))
    group, payload = VECTORS["group"], VECTORS["payload"]
    root = tree([leaf(one) for one in ids])
    message = b"muniment/group-signature/1\0" + NETWORK + root
    seeds = [officer["seed"] for officer in VECTORS["charter"]["cards"][0]["officers"]]
    signatures = [signed(seed, message) for seed in seeds]
    assert (root.hex(), message.hex(), signatures) == (group["root"], group["signing_message"], group["signatures"])
    assert unhex(group["path_of_1"]) == [leaf(ids[0]), leaf(ids[2])]
    group_leaf = dump([0, 3, root, unhex(signatures)])
    assert group_leaf.hex() == group["leaf"]
    leaves = [leaf(group_leaf), leaf(dump([1, b"a note"]))]
    assert [one.hex() for one in leaves] == payload["leaf_hashes"]
    assert tree(leaves).hex() == payload["root"]
    assert dump([[0, encoded, unhex(signatures)], [1, b"a note"]]).hex() == payload["encoded"]


def test_an_answer_is_the_act_with_one_field_more() -> None:
    vector = VECTORS["answer"]
    whole = bytes.fromhex(VECTORS["transactions"][vector["of"]]["encoded"])
    assert whole[:1] == b"\x8a"
    longer = b"\x8b" + whole[1:] + b"\x58\x20" + bytes.fromhex(vector["answers"])
    assert longer.hex() == vector["encoded"]
    assert tagged("transaction", NETWORK, longer).hex() == vector["id"]


def test_blocks_and_evidence() -> None:
    blocks = VECTORS["blocks"]
    for one in blocks:
        header = dump(
            [
                1,
                one["epoch"],
                one["author"],
                one["incarnation"],
                one["seq"],
                bytes.fromhex(one["prev"]) if one["prev"] else None,
                [[author, seq, bytes.fromhex(name)] for author, seq, name in one["refs"]],
                one["round"],
                one["flags"],
                one["claimed_ms"],
                [bytes.fromhex(one["payload"][0]), one["payload"][1]] if one["payload"] else None,
                None,
            ]
        )
        preimage = b"muniment/block/1\0" + NETWORK + header
        assert (header.hex(), preimage.hex()) == (one["header"], one["preimage"])
        assert sha256(preimage).hexdigest() == one["id"]
        seed = VECTORS["charter"]["cards"][one["author"]]["node_seed"]
        assert signed(seed, preimage) == one["signature"]
    assert blocks[0]["payload"] == [VECTORS["payload"]["root"], len(VECTORS["payload"]["encoded"]) // 2]
    pair = sorted((blocks[place] for place in VECTORS["evidence"]["of"]), key=lambda one: one["id"])
    parts = [bytes.fromhex(one[name]) for one in pair for name in ("header", "signature")]
    assert dump(["muniment-fork-evidence", NETWORK, *parts]).hex() == VECTORS["evidence"]["file"]


def test_records_and_the_state_root() -> None:
    created_by = bytes.fromhex(VECTORS["records"]["created_by"])
    trees: dict[tuple[str, int], list[bytes]] = {}
    for one in VECTORS["records"]["records"]:
        encoded, name = bytes.fromhex(one["encoded"]), bytes.fromhex(one["id"])
        assert name == tagged("record", created_by, one["number"].to_bytes(4, "big"))[:16]
        assert cbor2.loads(encoded)[:3] == [one["register"], name, one["keeper"]]
        digest = tagged("record-version", encoded)
        assert digest.hex() == one["digest"]
        district = -1 if one["keeper"] is None else one["keeper"]
        trees.setdefault((one["register"], district), []).append(name + digest)
    leaves = [
        leaf(dump([register, district, len(bucket), tree([leaf(one) for one in sorted(bucket)])]))
        for (register, district), bucket in sorted(trees.items())
    ]
    assert tree(leaves).hex() == VECTORS["records"]["state_root"]


def test_the_graphs_hold_what_they_are_for() -> None:
    """Their relations are checked against the literal rules in test_blocklace.py; here only that they bite."""
    shapes = [(graph["offices"], graph["quorum"], len(graph["blocks"])) for graph in GRAPHS["graphs"]]
    assert shapes == [(1, 1, 4), (4, 3, 16), (4, 3, 24), (7, 5, 36)]
    assert any(graph["forkers"] for graph in GRAPHS["graphs"])
    assert any(block["proven"] and block["certified"] for graph in GRAPHS["graphs"] for block in graph["blocks"])
    assert any(block["evidence_against"] for graph in GRAPHS["graphs"] for block in graph["blocks"])
    for graph in GRAPHS["graphs"]:
        for block in graph["blocks"]:
            preimage = b"muniment/block/1\0" + bytes.fromhex(GRAPHS["network"] + block["header"])
            assert sha256(preimage).hexdigest() == block["id"]
            assert block["certified"] == (len(block["approved_by"]) >= graph["quorum"])
