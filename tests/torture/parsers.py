"""Mutated valid input into every parser: it is read, or refused with a code; nothing else ever comes out.

Where there is an encoder, what was read must encode to the very bytes that were read: one value, one encoding.
"""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from core.crypto.keyfile import Cost, open_keys, seal_keys
from core.crypto.signing import SigningKey, verify
from core.custody.box import KitKey, seal_box
from core.custody.shares import split
from core.custody.sheet import Sheet, pack_sheet, unpack_sheet
from core.errors import MunimentError
from core.importing.map import parse_map
from core.importing.table import read_table
from core.laws.law_reading import law_from_canonical, parse_law
from core.ledger.block import decode_header, encode_header
from core.ledger.charter import decode_card, decode_charter, decode_head, decode_office_leaf, office_leaf
from core.ledger.checkpoint import checkpoint_text, decode_cosignature, encode_cosignature
from core.ledger.encoding import decode, encode
from core.ledger.entry import decode_entry, encode_entry
from core.ledger.epoch_proof import decode_epoch_proof, encode_epoch_proof
from core.ledger.final_proof import check_final_proof
from core.ledger.forks import decode_evidence_file, encode_evidence_file
from core.ledger.opening import Opening, read_opening
from core.ledger.payload import Evidence, decode_payload
from core.ledger.receipt_format import decode_receipt
from core.ledger.record import decode_record, encode_record
from core.ledger.record_receipt import check_record_receipt
from core.ledger.roll import Roll
from core.ledger.sealed import Sealed, read_sealed_value
from core.ledger.signed_note import decode_checkpoint, decode_note
from core.ledger.state_proof import decode_state_proof, encode_state_proof
from core.ledger.transaction import decode_transaction, encode_transaction
from core.provisioning import decode_provisioning, sign_provisioning
from core.sealing.envelope import read_envelope
from core.store.intent import IntentLog
from core.store.intent_format import BOX_AT, FILE_BYTES, HEADER_BYTES, place_of
from sync.courier_file import decode_envelope, scan
from sync.invitation import Invitation, decode_invitation
from sync.link import parse_address
from sync.messages import decode_message, encode_message
from sync.pairing import Terms
from tests.kills.cases import PASSPHRASE
from tests.laws.test_days import LAW as WORKS
from tests.laws.test_totals import BUDGET
from tests.laws.test_undecided import LAW as MILLS
from tests.offices import LIBRARY, land_network, make_offices, register
from tests.torture.part import Part

PLANNED = 10_000_000
VECTORS = Path(__file__).parents[1] / "vectors"
MAP = b"""
first_of: [parcel_id]
blank: {area: ["n/a", "-"]}
as_text: [area]
words: {kind: {a: b}}
signers: [registrar]
records:
  parcel: {register: land.parcel, key: {cadastral: "{parcel_id}"}}
fields:
  address: "{area|line} {area|kind}"
  price: "{sale_price_usd} USD"
  rights: [{kind: ownership, holder: "Buyer of sale {sale_id}", part: "1/1"}]
"""
ADDRESSES = [b"192.168.1.7:7420", b"[::1]:80", b"node.local"]
INVITATION = Invitation(Terms(bytes(32), bytes(16), bytes(32)), "Town", "Desk", ("10.0.0.7:7421",), 1_800_000_000_000)
SIGNER = SigningKey(bytes(32))
PROVISIONING = sign_provisioning(
    b'{"version": 1, "office": "Desk", "passphrase_file": "a", "charter": null, "addresses": [], "officers": '
    b'[{"name": "Ana", "roles": ["registrar"], "passphrase_file": "b"}]}',
    SIGNER.public,
    SIGNER.sign,
)
NODE_KEY, COMPUTER = bytes(range(32)), bytes(32)
TABLE = 'parcel_id,area,price\n0000000001,Центр,100\n0000000002,"a, b",\n'.encode()


@dataclass(frozen=True)
class Parser:
    name: str
    seeds: Sequence[bytes]  # valid inputs
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes] | None = None  # of what `read` gives

    def try_one(self, random: Random) -> bool:
        """Whether the mutated input was read."""
        data = mutate(random.choice(self.seeds), random, self.seeds)
        try:
            value = self.read(data)
        except MunimentError:
            return False
        if self.write is not None:
            assert self.write(value) == data, f"{self.name}: two encodings of one value, {data.hex()[:200]}"
        return True


def mutate(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """One to four small changes: bits, bytes, runs cut out, doubled, moved or taken from another input."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        place = random.randrange(len(changed) + 1)
        length = random.choice((1, 1, 2, 4, 8, 32))
        match random.randrange(8):
            case 0 if place < len(changed):
                changed[place] ^= 1 << random.randrange(8)
            case 1 if place < len(changed):
                changed[place] = random.choice((0, 1, 0x18, 0x1B, 0x40, 0x60, 0x80, 0xA0, 0xD8, 0xF6, 0xFB, 0xFF))
            case 2:
                del changed[place : place + length]
            case 3:
                changed[place:place] = random.randbytes(length)
            case 4:
                changed[place:place] = changed[place : place + length]
            case 5:
                other = random.choice(others)
                start = random.randrange(len(other) + 1)
                changed[place : place + length] = other[start : start + length]
            case 6:
                del changed[place:]
            case _:
                changed[place : place + length] = bytes(length)
    return bytes(changed)


def _sealed_field(data: bytes) -> Sealed:
    read = read_sealed_value(decode(data))
    if read is None:
        raise MunimentError("not-sealed")
    return read


def _opening(data: bytes) -> Opening:
    read = read_opening(decode(data))
    if read is None:
        raise MunimentError("not-sealed")
    return read


def make_parsers(work: Path) -> list[Parser]:
    """Every parser of bytes that come from outside, with valid inputs of a small network."""
    network = land_network()
    office = make_offices()[0]
    acts = [register(network, office, number) for number in (1, 2)]
    blocks = [office.block(block) for block in office.newer_than([])]
    payloads = [block.payload for block in blocks if block.payload]
    encoded = [act for payload in payloads for group in decode_payload(payload).groups for act in group.transactions]
    records = [encode_record(office.records.view(act.records[0]).record) for act in acts]
    charter = network.charter
    long, short = (LIBRARY / "land.yaml").read_bytes(), [law.encode() for law in (MILLS, WORKS, BUDGET)]
    laws = [*short * 8, long]  # the long one takes ten times as long to read, and one change in it finds less
    messages = json.loads((VECTORS / "sync_messages.json").read_text(encoding="utf-8"))["messages"]
    carried = bytes.fromhex(json.loads((VECTORS / "sync_wire.json").read_text(encoding="utf-8"))["courier"]["file"])
    vectors = json.loads((VECTORS / "sealed.json").read_text(encoding="utf-8"))
    sealed = {
        "envelope": bytes.fromhex(vectors["envelope"]["released"]),
        "value": bytes.fromhex(vectors["until"]["value"]),
        "openings": [bytes.fromhex(vectors["opening"][by]) for by in ("by_key", "by_shares")],
    }
    evidence = Evidence(blocks[0].header, blocks[0].signature, blocks[1].header, blocks[1].signature)
    keys = seal_keys(PASSPHRASE, "node", {"node_seed": bytes(32)}, Cost.cheapest(), floor=Cost.cheapest())
    kit = KitKey(bytes(range(32)))
    box = seal_box(kit.public, {"node_seed": bytes(32), "database_key": bytes(32)})
    sheet = Sheet(split(kit.seed, 2, 3)[0], box)
    return [
        *make_checkpoint_parsers(),
        Parser("values", [*encoded, *records], decode, encode),
        Parser("header", [block.header for block in blocks], decode_header, encode_header),
        Parser("payload", payloads, decode_payload, lambda payload: payload.encoded),
        Parser("transaction", encoded, decode_transaction, encode_transaction),
        Parser("record", records, decode_record, encode_record),
        Parser("charter", [charter.encoded], lambda data: decode_charter(data, verify)),
        Parser("charter head", [charter.head], decode_head),
        Parser("office card", [card.encoded for card in charter.cards], lambda data: decode_card(data, verify)),
        Parser("office leaf", [office_leaf(n, card) for n, card in enumerate(charter.cards)], decode_office_leaf),
        Parser("receipt", [office.proofs.receipt(act.id) for act in acts], decode_receipt),
        Parser("evidence file", [encode_evidence_file(network.id, evidence)], decode_evidence_file),
        Parser("sealed envelope", [sealed["envelope"]], read_envelope, lambda one: one.encoded),
        Parser("sealed field", [sealed["value"]], _sealed_field, lambda one: encode(one.value)),
        Parser("opening", sealed["openings"], _opening),
        Parser("message", [bytes.fromhex(one["bytes"]) for one in messages], decode_message, encode_message),
        Parser("courier file", [carried], lambda data: scan(io.BytesIO(data))),
        Parser("courier envelope", [scan(io.BytesIO(carried)).envelope.body], decode_envelope),
        Parser("key file", [keys], lambda data: open_keys(data, PASSPHRASE)),
        Parser("kit box", [box], kit.open),
        Parser("kit sheet", [pack_sheet(sheet)], unpack_sheet, pack_sheet),
        Parser("law", laws, lambda data: parse_law(data.decode("utf-8", "replace"))),
        Parser("law, canonical", [parse_law(law.decode()).canonical for law in laws], law_from_canonical),
        Parser("import map", [MAP], parse_map),
        Parser("table", [TABLE], lambda data: _read_table(work / "table.csv", data)),
        Parser(
            "intent file", [_intent_file(work / "intent.log")], lambda data: _open_intent(work / "fuzzed.log", data)
        ),
        Parser("invitation", [INVITATION.encoded], decode_invitation, lambda one: one.encoded),
        Parser("provisioning", [PROVISIONING], lambda data: decode_provisioning(data, SIGNER.public, verify)),
        Parser("address", ADDRESSES, lambda data: parse_address(data.decode("utf-8", "replace"), 7420)),
    ]


def parser_names(work: Path) -> list[str]:
    folder = work / "names"
    folder.mkdir()
    return [parser.name for parser in make_parsers(folder)]


def make_checkpoint_parsers() -> list[Parser]:
    """Those of checkpoints and of what they prove, with the committed vectors."""
    vectors = json.loads((VECTORS / "checkpoint.json").read_text(encoding="utf-8"))
    network, final, made = bytes.fromhex(vectors["network"]), vectors["final"], vectors["checkpoint"]
    head, act = decode_head(bytes.fromhex(vectors["head"])), bytes.fromhex(final["transaction"])
    notes = [bytes.fromhex(one) for one in made["notes"]]
    return [
        Parser("entry", [bytes.fromhex(one) for one in vectors["entries"]["leaves"]], decode_entry, encode_entry),
        Parser("checkpoint", [made["text"].encode()], decode_checkpoint, checkpoint_text),
        Parser("cosignature", notes, lambda data: decode_cosignature(network, data), encode_cosignature),
        Parser(
            "signed note",
            [made["signed_note"].encode()],
            lambda data: decode_note(data, Roll((), 1), verify),
        ),
        Parser(
            "state proof",
            [bytes.fromhex(one["proof"]) for one in vectors["state"]],
            decode_state_proof,
            encode_state_proof,
        ),
        Parser(
            "final proof",
            [bytes.fromhex(final["proof"])],
            lambda data: check_final_proof(data, network, act, head, verify),
        ),
        Parser(
            "epoch proof",
            [bytes.fromhex(vectors["epochs"]["proof"])],
            lambda data: decode_epoch_proof(network, data),
            encode_epoch_proof,
        ),
        Parser(
            "receipt of a record",
            [bytes.fromhex(vectors["record"]["receipt"])],
            lambda data: check_record_receipt(data, verify),
        ),
    ]


def torture_parsers(work: Path, first_seed: int, until_s: float) -> list[Part]:
    """One part a parser; they take turns, so that each gets its share of the time."""
    parsers = make_parsers(work)
    parts = [Part(f"parser: {parser.name}", PLANNED) for parser in parsers]

    while parts[0].run == 0 or monotonic() < until_s:
        for parser, part in zip(parsers, parts, strict=True):

            def one(seed: int, parser: Parser = parser, part: Part = part) -> None:
                part.count("read" if parser.try_one(Random(seed)) else "refused")

            part.repeat(one, first_seed, min(until_s, monotonic() + 0.25))
    return parts


WRITTEN = ((0, HEADER_BYTES), (place_of(0), BOX_AT + 15), (place_of(1), BOX_AT + 15))  # (start, length)


def _read_table(path: Path, data: bytes) -> object:
    path.unlink(missing_ok=True)  # a new file: ext4 waits for the disk where an old one is written over
    path.write_bytes(data)
    return list(read_table(path, frozenset({"parcel_id", "area"})))


def _intent_file(path: Path) -> bytes:
    """What is written in it, without the empty room between."""
    log = IntentLog.create(path, NODE_KEY, COMPUTER, _no_file_number)
    for seq in range(1, 6):
        log.append(seq, bytes([seq]) * 32, b"box" * seq)
    log.close()
    content = path.read_bytes()
    return b"".join(content[start : start + length] for start, length in WRITTEN)


def _open_intent(path: Path, data: bytes) -> object:
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        for start, length in WRITTEN:
            file.seek(start)
            file.write(data[:length])
            data = data[length:]
        file.truncate(FILE_BYTES + len(data))
    log = IntentLog(path, NODE_KEY, COMPUTER, _no_file_number)
    log.close()
    return log


def _no_file_number(_descriptor: int, _path: Path) -> int:
    return 0
