"""Makes tests/vectors/ledger.json and ledger_graphs.json: known answers for another implementation of FORMAT.md.

    python -m tests.ledger.vectors

writes both anew; a difference in them is a change of a format. Every input stands in the files: keys as seeds, bytes as
hex, a value of the data model as JSON with {"bytes": hex} for bytes. Nothing here is random.
"""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from core.crypto.hashing import tagged_hash
from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.ledger import merkle
from core.ledger.block import Block, Header, Reference, block_id, block_preimage, encode_header
from core.ledger.blocklace import Blocklace
from core.ledger.charter import Charter, OfficeCard, found, office_leaf, sign_card
from core.ledger.encoding import Value, decode, encode
from core.ledger.forks import encode_evidence_file, evidence_of
from core.ledger.payload import (
    Cosignature,
    Group,
    Payload,
    group_leaf,
    group_root,
    group_signing_message,
    payload_leaves,
    payload_root,
)
from core.ledger.record import Change, Record, encode_record, new_record_id, record_digest
from core.ledger.roll import Member, Officer, make_roll
from core.ledger.transaction import RecordRef, Signer, Transaction, encode_transaction, transaction_id
from core.store.database import IN_MEMORY, Database
from core.store.state import StateStore
from sync.certificate import make_certificate
from tests.ledger.random_graphs import NETWORK, random_graph, topological_orders

FOLDER = Path(__file__).parents[1] / "vectors"
FILE, GRAPHS_FILE = FOLDER / "ledger.json", FOLDER / "ledger_graphs.json"
FOUNDED_MS = 1_790_000_000_000
LAW = encode({"law": "example", "version": 1})
LINK_LIKE = bytes.fromhex("016422026c698328ec711df3e73d54fe")  # 16 bytes that libipld takes for a CID

ENCODED: tuple[Value, ...] = (
    None, True, False, 0, 23, 24, 255, 256, 65536, (1 << 32) - 1, 1 << 32, (1 << 64) - 1, -1, -24, -25, -(1 << 64),
    "", "Шацк", b"", b"\x00\x01", LINK_LIKE, [], [1, [2, [3]]], {}, {"b": 1, "a": 2, "aa": 3, "": 4},
    [None, {"x": b"y"}],
)  # fmt: skip
REFUSED = {
    "nothing": "",
    "trailing byte": "0000",
    "cut text": "6361",
    "float": "fb3ff0000000000000",
    "half float": "f93c00",
    "integer in more bytes than it needs": "1817",
    "length in more bytes than it needs": "580161",
    "list of open length": "9f00ff",
    "undefined": "f7",
    "simple value": "e0",
    "tag": "c100",
    "link": "d82a58250001711220" + "00" * 32,
    "key that is a number": "a10000",
    "keys out of order": "a2616200616100",
    "longer key before a shorter one": "a2626161006162" + "00",
    "key twice": "a2616100616100",
    "broken UTF-8": "61ff",
    "seventeen lists deep": "81" * 16 + "80",
}


def node_seed(office: int) -> bytes:
    return bytes([office + 1]) * 32


def officer_seed(office: int, officer: int) -> bytes:
    return bytes([office + 1, 100 + officer]) * 16


def plain(value: Value) -> Any:
    """A value as JSON has it."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def make_vectors() -> dict[str, Any]:
    charter = _charter()
    return {
        "about": "Known answers of core/ledger/FORMAT.md; made by tests/ledger/vectors.py",
        "encoding": _encoding(),
        "tagged_hash": {
            "tag": "example",
            "preimage": (b"muniment/example/1\0" + b"some" + b"bytes").hex(),
            "hash": tagged_hash("example", b"some", b"bytes").hex(),
        },
        "charter": _charter_vector(charter),
        **_chain(charter),
        "records": _records(),
    }


def _encoding() -> dict[str, Any]:
    refused = []
    for why, data in REFUSED.items():
        try:
            decode(bytes.fromhex(data))
        except MunimentError as error:
            refused.append({"why": why, "hex": data, "code": error.code})
    return {"encoded": [{"value": plain(one), "hex": encode(one).hex()} for one in ENCODED], "refused": refused}


def _charter() -> Charter:
    cards = []
    for number, name in enumerate(("Шацк", "Telekhany", "მცხეთა", "Ștefan Vodă")):
        node = SigningKey(node_seed(number))
        keys = [SigningKey(officer_seed(number, officer)) for officer in range(2)]
        people = (
            Officer("Anna Kavaliova", keys[0].public, frozenset({"registrar", "clerk"})),
            Officer("Piotr Sakovič", keys[1].public, frozenset({"notary"})),
        )
        card = OfficeCard(name, node.public, make_certificate(node_seed(number)), people)
        cards.append(sign_card(card, [node.sign, *(key.sign for key in keys)]))
    return found("Example", FOUNDED_MS, cards, [LAW], {"land.parcel": "office"})


def _charter_vector(charter: Charter) -> dict[str, Any]:
    return {
        "name": charter.name,
        "founded_ms": charter.founded_ms,
        "quorum": charter.quorum,
        "homes": dict(charter.homes),
        "laws": [law.hex() for law in charter.laws],
        "cards": [_card_vector(number, card) for number, card in enumerate(charter.cards)],
        "head": charter.head.hex(),
        "leaves": [leaf.hex() for leaf in charter.leaves],
        "root": merkle.root(charter.leaves).hex(),
        "network": charter.network.hex(),
        "office_2_path": [one.hex() for one in charter.office_path(2)],
        "file": charter.encoded.hex(),
    }


def _card_vector(number: int, card: OfficeCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "node_seed": node_seed(number).hex(),
        "node_key": card.node_key.hex(),
        "certificate": card.certificate.hex(),
        "officers": [
            {
                "name": officer.name,
                "seed": officer_seed(number, place).hex(),
                "key": officer.key.hex(),
                "roles": sorted(officer.roles),
            }
            for place, officer in enumerate(card.officers)
        ],
        "body": card.body.hex(),
        "signing_message": card.signing_message.hex(),
        "signatures": [one.hex() for one in card.signatures],
        "file": card.encoded.hex(),
        "office_leaf": office_leaf(number, card).hex(),
    }


def _transactions() -> list[Transaction]:
    signers = (Signer(0, 0, "registrar"), Signer(0, 1, "notary"))
    parcel = RecordRef(LINK_LIKE, 3, bytes(range(16)))
    acts: list[dict[str, Value]] = [
        {"ground": "sale", "price": [4_850_000, "BYN"], "to": [{"part": [1, 2], "note": "ул. Зялёная 7"}]},
        {"ground": "gift", "to": []},
        {},
    ]
    return [
        Transaction("land", 1, "transfer", {"parcel": parcel}, act, signers, FOUNDED_MS + number, bytes([number] * 8))
        for number, act in enumerate(acts)
    ]


def _chain(charter: Charter) -> dict[str, Any]:
    """Transactions, their group, the payload, a chain of two blocks, and a fork."""
    network = charter.network
    transactions = _transactions()
    encoded = tuple(encode_transaction(one) for one in transactions)
    ids = [transaction_id(network, one) for one in encoded]
    root = group_root(ids)
    message = group_signing_message(network, root)
    group = Group(encoded, tuple(SigningKey(officer_seed(0, place)).sign(message) for place in (0, 1)))
    payload = Payload((group, Cosignature(b"a note")))
    described = (payload_root(network, payload), len(payload.encoded))
    first = _block(network, Header(0, 0, 0, 1, None, (), 0, 0, FOUNDED_MS, described), payload.encoded)
    other = _block(network, Header(0, 1, 0, 1, None, (), 0, 0, FOUNDED_MS, None), None)
    reference = (Reference(1, 1, other.id),)
    second = _block(network, Header(0, 0, 0, 2, first.id, reference, 0, 0, FOUNDED_MS + 1, None), None)
    sibling = _block(network, Header(0, 0, 0, 2, first.id, (), 0, 1, FOUNDED_MS + 2, None), None)
    evidence = evidence_of(second, sibling)
    return {
        "transactions": [
            {
                "law": one.law,
                "law_version": one.law_version,
                "procedure": one.procedure,
                "changes": {
                    name: [ref.record.hex(), ref.version, ref.last_act.hex()] for name, ref in one.changes.items()
                },
                "act": plain(one.act),
                "signers": [[signer.office, signer.officer, signer.role] for signer in one.signers],
                "claimed_ms": one.claimed_ms,
                "nonce": one.nonce.hex(),
                "requests": [],
                "encoded": data.hex(),
                "id": act_id.hex(),
            }
            for one, data, act_id in zip(transactions, encoded, ids, strict=True)
        ],
        "answer": _answer(network, transactions[2], ids[0]),
        "group": {
            "root": root.hex(),
            "path_of_1": [one.hex() for one in merkle.path([merkle.leaf_hash(one) for one in ids], 1)],
            "signing_message": message.hex(),
            "signatures": [one.hex() for one in group.signatures],
            "leaf": group_leaf(len(ids), root, group.signatures).hex(),
        },
        "payload": {
            "encoded": payload.encoded.hex(),
            "leaf_hashes": [one.hex() for one in payload_leaves(network, payload)],
            "root": described[0].hex(),
        },
        "blocks": [_block_vector(network, block) for block in (first, other, second, sibling)],
        "evidence": {"of": [2, 3], "file": encode_evidence_file(network, evidence).hex()},
    }


def _answer(network: bytes, act: Transaction, asking: bytes) -> dict[str, Any]:
    """The third transaction as the answer to what the first asks."""
    encoded = encode_transaction(replace(act, answers=asking))
    return {"of": 2, "answers": asking.hex(), "encoded": encoded.hex(), "id": transaction_id(network, encoded).hex()}


def _block(network: bytes, header: Header, payload: bytes | None) -> Block:
    data = encode_header(header)
    signature = SigningKey(node_seed(header.author)).sign(block_preimage(network, data))
    return Block(block_id(network, data), header, data, signature, payload)


def _block_vector(network: bytes, block: Block) -> dict[str, Any]:
    header = block.header
    return {
        "epoch": header.epoch,
        "author": header.author,
        "incarnation": header.incarnation,
        "seq": header.seq,
        "prev": header.prev.hex() if header.prev else None,
        "refs": [[one.author, one.seq, one.id.hex()] for one in header.refs],
        "round": header.round,
        "flags": header.flags,
        "claimed_ms": header.claimed_ms,
        "payload": [header.payload[0].hex(), header.payload[1]] if header.payload else None,
        "closing_anchor": None,
        "header": block.header_bytes.hex(),
        "preimage": block_preimage(network, block.header_bytes).hex(),
        "id": block.id.hex(),
        "signature": block.signature.hex(),
    }


def _records() -> dict[str, Any]:
    """Some records, and the root of a state that holds exactly them."""
    act_id = bytes(range(32))
    records = [
        Record(
            "land.parcel" if number % 3 else "land.encumbrance",
            new_record_id(act_id, number),
            None if number == 4 else number % 2,
            0,
            1,
            act_id[:16],
            "registered",
            {"cadastral": f"{number:010}"},
            {"area_m2": 640 + number, "rights": [{"id": 1, "part": [1, 1]}]},
            2,
        )
        for number in range(6)
    ]
    store = StateStore(Database(IN_MEMORY, bytes(32)))
    store.write_agreed([Change(None, one) for one in records], [], {one.id: "" for one in records})
    return {
        "created_by": act_id.hex(),
        "records": [
            {
                "number": number,
                "register": one.register,
                "id": one.id.hex(),
                "keeper": one.keeper,
                "encoded": encode_record(one).hex(),
                "digest": record_digest(encode_record(one)).hex(),
            }
            for number, one in enumerate(records)
        ],
        "state_root": store.state_root().hex(),
    }


def make_graphs() -> dict[str, Any]:
    """Graphs with and without forkers, and what each block's past decides; the network id is 32 zero bytes."""
    # Seeds whose graphs hold certified blocks of proven forkers, and evidence in payloads.
    graphs = [_graph(*shape) for shape in ((0, 1, 0, 4), (1, 4, 0, 16), (32, 4, 1, 24), (47, 7, 2, 36))]
    return {
        "about": "Relations of core/ledger/FORMAT.md §4 on small graphs; made by tests/ledger/vectors.py",
        "network": NETWORK.hex(),
        "graphs": graphs,
    }


def _graph(seed: int, office_count: int, forker_count: int, block_count: int) -> dict[str, Any]:
    made = random_graph(4000 + seed, office_count, forker_count, block_count)
    roll = make_roll([Member(number, str(number), bytes([number]) * 32, b"", ()) for number in range(office_count)])
    lace = Blocklace(roll)
    order = list(topological_orders(made, Random(seed), 2))[1]
    for block in order:
        lace.check(block.header)
        lace.add(block.id, block.header, block.has_acts, block.accused)
    vertices = [lace.vertices[block.id] for block in order]
    return {
        "offices": office_count,
        "quorum": roll.quorum,
        "forkers": _numbers(lace.forkers),
        "blocks": [
            {
                "header": encode_header(block.header).hex(),
                "id": block.id.hex(),
                "evidence_against": sorted(block.accused),
                "opener": vertex.opener,
                "proven": _numbers(vertex.forkers),
                "approved_by": _numbers(vertex.approvals),
                "certified": vertex.certified,
            }
            for block, vertex in zip(order, vertices, strict=True)
        ],
    }


def _numbers(mask: int) -> list[int]:
    return [number for number in range(mask.bit_length()) if mask >> number & 1]


def as_text(vectors: dict[str, Any]) -> str:
    return json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(make_vectors()), encoding="utf-8")
    GRAPHS_FILE.write_text(as_text(make_graphs()), encoding="utf-8")
