"""The committed vectors of checkpoints are what this code makes, and a second reading of FORMAT.md comes to the same.

The second reading uses only the JSON, cbor2, hashlib and PyNaCl: none of our code, no shared parser.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import cbor2
from nacl.signing import SigningKey, VerifyKey

from tests.ledger.checkpoint_vectors import FILE, as_text, make_vectors

VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
NETWORK = bytes.fromhex(VECTORS["network"])
KEYS = [SigningKey(bytes.fromhex(one)).verify_key.encode() for one in VECTORS["node_seeds"]]
HEAD = cbor2.loads(bytes.fromhex(VECTORS["head"]))


def test_the_vectors_are_what_the_code_makes() -> None:
    assert as_text(make_vectors()) == FILE.read_text(encoding="utf-8")


# -- a second reading -----------------------------------------------------------------------------------------------


def dump(given: Any) -> bytes:
    return cbor2.dumps(given, canonical=True)


def tagged(tag: str, *parts: bytes) -> bytes:
    return sha256(b"muniment/" + tag.encode() + b"/1\0" + b"".join(parts)).digest()


def leaf(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def split_of(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def tree(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    return node(tree(leaves[: split_of(len(leaves))]), tree(leaves[split_of(len(leaves)) :]))


def climb(digest: bytes, place: int, count: int, siblings: list[bytes]) -> bytes:
    """Takes its siblings off the front of the list."""
    if count == 1:
        return digest
    split = split_of(count)
    if place < split:
        below = climb(digest, place, split, siblings)
        return node(below, siblings.pop(0))
    below = climb(digest, place - split, count - split, siblings)
    return node(siblings.pop(0), below)


def several(count: int, known: dict[int, bytes], hashes: list[bytes], start: int = 0) -> bytes:
    if not any(start <= place < start + count for place in known):
        return hashes.pop(0)
    if count == 1:
        return known[start]
    split = split_of(count)
    left = several(split, known, hashes, start)
    return node(left, several(count - split, known, hashes, start + split))


def cut(joined: bytes, length: int = 32) -> list[bytes]:
    return [joined[at : at + length] for at in range(0, len(joined), length)]


def state_tree(items: list[bytes], depth: int = 0) -> bytes:
    if len(items) <= 32:
        return tree([leaf(item) for item in items])
    parts = [[item for item in items if item[:16].hex()[depth] == digit] for digit in "0123456789abcdef"]
    return tree([state_tree(part, depth + 1) for part in parts])


def text_of(
    epoch: int,
    anchor: int,
    block: bytes,
    time_ms: int,
    size: int,
    root: bytes,
    state: bytes,
    *named: bytes | None,
    network: bytes = NETWORK,
) -> str:
    lines = (
        f"muniment/{network.hex()}",
        str(size),
        b64encode(root).decode(),
        f"state {b64encode(state).decode()}",
        f"anchor {epoch} {anchor} {time_ms} {b64encode(block).decode()}",
        *(
            f"{word} {b64encode(one).decode()}"
            for word, one in zip(("constitution", "next")[: len(named)], named, strict=True)
            if one
        ),
    )
    return "".join(line + "\n" for line in lines)


def verified(key: bytes, text: str, seconds: int, signature: bytes) -> None:
    VerifyKey(key).verify(f"cosignature/v1\ntime {seconds}\n{text}".encode(), signature)


def state_root_of(record: bytes, proof: bytes) -> bytes:
    """As a state proof leads there from a record."""
    version, (place, bucket, pages, count, number, trees), mask, joined = cbor2.loads(proof)
    register, name, keeper, *_ = cbor2.loads(record)
    hashes = cut(joined)
    digest = climb(leaf(name + tagged("record-version", record)), place, bucket, hashes)
    empty = [sha256(b"").digest()]
    for _ in range(3):
        empty.append(node(empty[-1], empty[-1]))
    bits = int.from_bytes(mask, "big")
    for page in range(pages):
        siblings = [hashes.pop(0) if bits >> 4 * page + level & 1 else empty[level] for level in range(4)]
        digest = climb(digest, int(name.hex()[pages - 1 - page], 16), 16, siblings)
    district = -1 if keeper is None else keeper
    root = climb(leaf(dump([register, district, count, digest])), number, trees, hashes)
    assert (version, hashes) == (1, [])
    return root


def check_founders(certificate: list[Any], text: str, time_ms: int) -> None:
    kind, mask, late_s, signatures, keys, hashes = certificate
    numbers = [number for number in range(7) if int.from_bytes(mask, "big") >> number & 1]
    assert (kind, cut(keys)) == (0, [KEYS[number] for number in numbers])
    assert len(numbers) == VECTORS["quorum"] == HEAD[3]
    leaves = {number: leaf(key) for number, key in zip(numbers, cut(keys), strict=True)}
    assert several(HEAD[6], leaves, cut(hashes)) == HEAD[7] == tree([leaf(key) for key in KEYS])
    for key, late, signature in zip(cut(keys), late_s, cut(signatures, 64), strict=True):
        verified(key, text, time_ms // 1000 + late, signature)


def test_state_roots_and_proofs() -> None:
    for one in VECTORS["state"]:
        items: dict[tuple[str, int], list[bytes]] = {}
        for encoded in map(bytes.fromhex, one["records"]):
            register, name, keeper, *_ = cbor2.loads(encoded)
            key = (register, -1 if keeper is None else keeper)
            items.setdefault(key, []).append(name + tagged("record-version", encoded))
        trees = [[*key, len(held), state_tree(sorted(held))] for key, held in sorted(items.items())]
        assert [[*made[:3], made[3].hex()] for made in trees] == one["trees"]
        assert tree([leaf(dump(made)) for made in trees]).hex() == one["state_root"]
        assert state_root_of(bytes.fromhex(one["record"]), bytes.fromhex(one["proof"])).hex() == one["state_root"]


def test_entries() -> None:
    entries = VECTORS["entries"]
    leaves = [leaf(bytes.fromhex(one)) for one in entries["leaves"]]
    assert {size: tree(leaves[: int(size)]).hex() for size in entries["roots"]} == entries["roots"]
    path = entries["path"]
    hashes = [bytes.fromhex(one) for one in path["hashes"]]
    assert climb(leaves[path["number"]], path["number"], path["size"], hashes) == tree(leaves[: path["size"]])
    act, outcome, code = cbor2.loads(bytes.fromhex(entries["leaves"][-1]))
    assert (len(act), outcome, code) == (32, "rejected", "not-the-keeper")
    # From 7 to 100 entries: leaf 6, leaf 7 and the rest up to 8; then what fills 16, 32, 64 and 100.
    ranges = ((6, 7), (7, 8), (4, 6), (0, 4), (8, 16), (16, 32), (32, 64), (64, 100))
    assert [tree(leaves[start:end]).hex() for start, end in ranges] == entries["consistency"]["hashes"]


def test_a_checkpoint_its_notes_and_the_signed_note() -> None:
    made = VECTORS["checkpoint"]
    assert tagged("checkpoint", made["text"].encode()).hex() == made["digest"]
    lines = made["signed_note"].removeprefix(made["text"] + "\n").split("\n")
    for note, line in zip(map(bytes.fromhex, made["notes"]), lines, strict=False):
        version, stated, witness, seconds, signature = cbor2.loads(note)
        assert (version, text_of(*stated)) == (1, made["text"])
        verified(KEYS[witness], made["text"], seconds, signature)
        name = f"muniment/{NETWORK.hex()}/{witness}"
        key_id = sha256(name.encode() + b"\n\x04" + KEYS[witness]).digest()[:4]
        assert line == f"— {name} {b64encode(key_id + seconds.to_bytes(8, 'big') + signature).decode()}"
        assert b64decode(line.split(" ")[2])[12:] == signature
    assert len(lines) == len(made["notes"]) + 1


def test_a_final_proof() -> None:
    made = VECTORS["final"]
    version, result, (number, path), stated, certificate, records = cbor2.loads(bytes.fromhex(made["proof"]))
    entry = dump([bytes.fromhex(made["transaction"]), *result])
    assert (version, number, entry.hex(), records) == (1, made["number"], made["entry"], [])
    epoch, anchor, block, time_ms, size, state = stated
    root = climb(leaf(entry), number, size, cut(path))
    check_founders(certificate, text_of(epoch, anchor, block, time_ms, size, root, state), time_ms)
    assert cbor2.loads(bytes.fromhex(made["receipt"]))[12].hex() == made["proof"]


def test_a_receipt_of_a_record() -> None:
    kind, version, network, record, proof, stated, certificate, charter = cbor2.loads(
        bytes.fromhex(VECTORS["record"]["receipt"])
    )
    assert (kind, version, network, record.hex()) == ("muniment-record", 1, NETWORK, VECTORS["record"]["record"])
    epoch, anchor, block, time_ms, size, root = stated
    text = text_of(epoch, anchor, block, time_ms, size, root, state_root_of(record, proof))
    check_founders(certificate, text, time_ms)
    count, head, hashes = charter
    assert head.hex() == VECTORS["head"]
    assert tagged("network", several(count, {0: leaf(head)}, cut(hashes))) == NETWORK


# -- later epochs ---------------------------------------------------------------------------------------------------


def constitution_root(constitution: list[Any]) -> bytes:
    epoch, members, quorum, laws, *_ = constitution
    nodes = tree([leaf(member[2] if member[6] else b"") for member in members])
    head = dump([1, epoch, quorum, sum(member[6] for member in members), len(members), len(laws), nodes])
    offices = [dump([dump([*member[:3], member[4]]), member[5]]) for member in members]
    return tree([leaf(one) for one in (head, *offices, *(tagged("law", law) for law in laws))])


def opened_head(opened: list[Any], digest: bytes) -> tuple[list[Any], dict[int, bytes]]:
    """The head of the constitution with that digest, and what else is opened of it."""
    before, count, pairs, joined = opened
    leaves = dict(pairs)
    root = several(count, {place: leaf(one) for place, one in leaves.items()}, cut(joined))
    assert tagged("constitution", before, root) == digest
    return cbor2.loads(leaves[0]), leaves


def counted(certificate: list[Any], offices: int, nodes: bytes, quorum: int, text: str, time_ms: int) -> None:
    kind, mask, late_s, signatures, keys, hashes = certificate
    numbers = [number for number in range(offices) if int.from_bytes(mask, "big") >> number & 1]
    assert (kind, len(numbers)) == (0, quorum)
    assert several(offices, dict(zip(numbers, map(leaf, cut(keys)), strict=True)), cut(hashes)) == nodes
    for key, late, signature in zip(cut(keys), late_s, cut(signatures, 64), strict=True):
        verified(key, text, time_ms // 1000 + late, signature)


def test_constitutions_and_the_checkpoint_that_names_one() -> None:
    made = VECTORS["epochs"]
    digest = network = bytes.fromhex(made["network"])
    for encoded, expected in zip(made["constitutions"], made["digests"], strict=True):
        digest = tagged("constitution", digest, constitution_root(cbor2.loads(bytes.fromhex(encoded))))
        assert digest.hex() == expected
    version, stated, witness, _, _ = cbor2.loads(bytes.fromhex(made["note"]))
    assert (version, witness, stated[7]) == (2, 0, digest)
    assert text_of(*stated, network=network) == made["text"]


def test_a_returning_office_has_the_officers_of_its_card_behind_those_before() -> None:
    made = VECTORS["epochs"]
    told, before = made["returning"], cbor2.loads(bytes.fromhex(made["constitutions"][-1]))
    mark, card = cbor2.loads(bytes.fromhex(told["content"]))
    kind, body, signatures = cbor2.loads(card)
    _, name, key, certificate, people = cbor2.loads(body)
    assert (mark, kind, len(signatures)) == ("muniment-returning-office", "muniment-office-card", 1 + len(people))
    number = told["member"]
    _, office, _, _, former, incarnation, _, removed = before[1][number]
    ended = [[one, public, []] for one, public, _ in former]
    members = list(before[1])
    members[number] = [
        number,
        office,
        key,
        certificate,
        [*ended, *people],
        incarnation + 1,
        True,
        removed,
        incarnation + 1,
    ]
    proposals = [*before[6], bytes.fromhex(told["proposal"])]
    anchor, (quorum, laws, homes) = bytes.fromhex(told["closing_anchor"]), before[2:5]
    after = [before[0] + 1, members, quorum, laws, homes, anchor, proposals, before[7]]
    assert (name, dump(after).hex()) == (office, told["constitution"])
    assert tagged("constitution", bytes.fromhex(made["digests"][-1]), constitution_root(after)).hex() == told["digest"]


def test_the_close_of_an_epoch_names_the_next_constitution() -> None:
    made = VECTORS["epochs"]
    network, digests = bytes.fromhex(made["network"]), [None, *map(bytes.fromhex, made["digests"])]
    receipt = cbor2.loads(bytes.fromhex(made["receipt"]))
    head = cbor2.loads(dict(receipt[11][1])[0])
    for epoch, closing in enumerate(made["closings"]):
        version, stated, witness, seconds, signature = cbor2.loads(bytes.fromhex(closing["note"]))
        assert (version, witness, stated[0], stated[7:]) == (3, 0, epoch, digests[epoch : epoch + 2])
        assert text_of(*stated, network=network) == closing["text"]
        ((again, opened, signed, kept, hashes),), constitutions = cbor2.loads(bytes.fromhex(closing["proof"]))
        assert (again, kept, hashes, constitutions) == (stated, [], b"", [])
        verified(cut(signed[4])[0], closing["text"], seconds, signature)
        roll, _ = opened_head(opened, stated[8])
        assert roll[:2] == [1, epoch + 1]
        counted(signed, head[6], head[7], head[6] // 2 + 1, closing["text"], stated[3])


def test_a_receipt_that_leads_to_a_later_roll() -> None:
    made = VECTORS["epochs"]
    network = bytes.fromhex(made["network"])
    receipt = cbor2.loads(bytes.fromhex(made["receipt"]))
    count, leaves, hashes = receipt[11]
    head = cbor2.loads(dict(leaves)[0])
    root = several(count, {place: leaf(one) for place, one in leaves}, list(hashes))
    assert (receipt[0], receipt[1], tagged("network", root)) == (2, network, network)
    assert receipt[13].hex() == made["proof"]
    ((stated, opened, signed, kept, hashes),), (constitution,) = cbor2.loads(receipt[13])
    roll, _ = opened_head(opened, stated[7])
    assert roll[:2] == [1, stated[0]] == [1, 2]
    counted(signed, roll[4], roll[6], roll[2], text_of(*stated, network=network), stated[3])
    signers = [number for number in range(roll[4]) if int.from_bytes(signed[1], "big") >> number & 1]
    keys = dict(zip(signers, map(leaf, cut(signed[4])), strict=True))
    assert several(head[6], {number: keys[number] for number in kept}, cut(hashes)) == head[7]
    assert 2 * len(kept) > head[6]
    version, result, (number, path), final, certificate, _ = cbor2.loads(receipt[12])
    entry = dump([tagged("transaction", network, receipt[4]), *result])
    epoch, anchor, block, time_ms, size, state, digest = final
    text = text_of(
        epoch, anchor, block, time_ms, size, climb(leaf(entry), number, size, cut(path)), state, digest, network=network
    )
    counted(certificate, roll[4], roll[6], roll[2], text, time_ms)
    newest, known = opened_head(constitution, digest)
    assert (version, newest[1], digest.hex()) == (2, 3, made["digests"][2])
    assert known[newest[4] + newest[5]] == tagged("law", bytes.fromhex(made["law"]))
    (number, name, *_), incarnation = cbor2.loads(cbor2.loads(known[3])[0]), cbor2.loads(known[3])[1]
    assert (number, name, incarnation) == (2, "Борисов", 1)
