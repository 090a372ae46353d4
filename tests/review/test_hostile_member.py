"""What one malicious member, or a file of its making, must not achieve; each was possible once."""

from dataclasses import replace
from io import BytesIO

import pytest

from core.aside import MAX_ASIDE, MAX_ASIDE_BYTES
from core.crypto.keyfile import Cost
from core.crypto.signing import verify
from core.errors import MunimentError
from core.exchange import MAX_BRANCHES, Received
from core.folder import Folder, NewOfficer, create_office, enter_network
from core.ledger.block import Reference, block_id, block_preimage, encode_header
from core.ledger.charter import decode_card, found, sign_card
from core.ledger.payload import MAX_ACTS, Cosignature, Group
from core.store.intent_format import FIRST_SLOT
from desktop.wording.values import claimed_text
from sync import courier_file
from sync.certificate import make_certificate
from sync.tls import Credentials
from tests.offices import land_law, land_network, make_offices, propose_registration, register, sign
from tests.sync.meetings import meet

NETWORK = land_network()
FORKER = 3


def sibling(number):
    """One of countless first blocks of one author."""
    block, _ = NETWORK.block(FORKER)
    header = replace(block.header, claimed_ms=number)
    encoded = encode_header(header)
    return encoded, NETWORK.nodes[FORKER].sign(block_preimage(NETWORK.id, encoded)), None


def test_countless_branches_of_a_forker_do_not_keep_honest_offices_apart(monkeypatch):
    monkeypatch.setattr("sync.resolving.MAX_SEARCHES", 20)
    monkeypatch.setattr("sync.resolving.MAX_SEARCHES_A_CHAIN", 5)
    monkeypatch.setattr("sync.opening.MAX_VECTOR_TIPS", 40)
    first, second, *_ = make_offices()
    for number in range(50):
        first.receive(*sibling(number))
    second.receive(*sibling(1000))
    act = register(NETWORK, first, 1)
    meet(first, second)
    assert first.acts.view(act.id).ladder.seen_by == (0, 1)
    meet(second, first)
    assert first.vector() == second.vector()


def test_of_an_endless_fork_no_more_is_kept_than_somebody_names():
    """The rest waits aside, bounded, and is taken when the block of another author stands on it."""
    office = make_offices()[0]
    outcomes = [office.receive(*sibling(number)) for number in range(MAX_BRANCHES + 20)]
    assert outcomes == [Received.ACCEPTED] * MAX_BRANCHES + [Received.ASIDE] * 20
    assert office.receive(*sibling(MAX_BRANCHES)) is Received.ASIDE  # sent again, it is still one too many
    header, *_ = sibling(MAX_BRANCHES + 5)
    named = block_id(NETWORK.id, header)
    own, _ = NETWORK.block(FORKER, refs=[Reference(FORKER, 1, named)], seq=2, prev=office.vector()[0].id)
    assert office.receive(own.header_bytes, own.signature, own.payload) is Received.ASIDE
    assert not office.holds(named)
    other, _ = NETWORK.block(1, refs=[Reference(FORKER, 1, named)])
    assert office.receive(other.header_bytes, other.signature, other.payload) is Received.ACCEPTED
    assert office.holds(named)


def test_a_branch_that_a_waiting_block_names_is_taken_when_it_comes():
    office = make_offices()[0]
    for number in range(MAX_BRANCHES):
        office.receive(*sibling(number))
    late = sibling(MAX_BRANCHES)
    named = block_id(NETWORK.id, late[0])
    other, _ = NETWORK.block(1, refs=[Reference(FORKER, 1, named)])
    assert office.receive(other.header_bytes, other.signature, other.payload) is Received.ASIDE
    assert office.receive(*late) is Received.ACCEPTED
    assert office.holds(other.id)


def test_nobody_fills_the_room_aside_for_others():
    office = make_offices()[0]
    waiting, _ = NETWORK.block(1, refs=[Reference(2, 1, bytes(32))])
    office.receive(waiting.header_bytes, waiting.signature, waiting.payload)
    for number in range(2, MAX_ASIDE + 50):
        block, _ = NETWORK.block(FORKER, seq=number, prev=bytes(32), refs=[Reference(1, 9, bytes([1]) * 32)])
        assert office.receive(block.header_bytes, block.signature, block.payload) is Received.ASIDE
    assert len(office._aside) == MAX_ASIDE
    assert waiting.id in office._aside


def test_a_reference_to_one_of_many_branches_is_written_out():
    first, second, *_ = make_offices()
    first.receive(*sibling(0))
    register(NETWORK, first, 1)  # refers to that branch, the only one it knows
    for number in range(40, -1, -1):
        second.receive(*sibling(number))
    meet(first, second)
    assert second.holds(first.vector()[0].id)


def test_a_stored_block_that_is_not_what_was_signed_stops_the_office_from_signing():
    office = make_offices()[0]
    office.hand.quarantine = "replica-damaged"  # as the service says it
    assert office.hand.quarantine == "replica-damaged"
    with pytest.raises(MunimentError, match="quarantine"):
        register(NETWORK, office, 1)


def test_blocks_aside_are_bounded_in_bytes():
    office = make_offices()[0]
    prev = bytes(32)
    for number in range(2, 100):
        block, _ = NETWORK.block(FORKER, [Cosignature(bytes(255 << 10))], seq=number, prev=prev)
        assert office.receive(block.header_bytes, block.signature, block.payload) is Received.ASIDE
    assert sum(len(waiting.payload) for waiting in office._aside.values()) <= MAX_ASIDE_BYTES


def test_a_block_from_aside_is_taken_once_its_parent_is_here():
    office = make_offices()[0]
    parent, _ = NETWORK.block(FORKER)
    child, _ = NETWORK.block(1, refs=[Reference(FORKER, 1, parent.id)])
    assert office.receive(child.header_bytes, child.signature, None) is Received.ASIDE
    office.receive(parent.header_bytes, parent.signature, None)
    assert office.holds(child.id)


def test_acts_enclosed_again_and_again_are_refused_on_their_own_chain_alone():
    author, reader, *_ = make_offices()
    group = sign(NETWORK, author, [propose_registration(author, 1)])
    blocks, prev = [], None
    for seq in (1, 2, 3):
        block, _ = NETWORK.block(0, [group], seq=seq, prev=prev)
        blocks.append(block)
        prev = block.id
    for block in blocks:
        reader.receive(block.header_bytes, block.signature, block.payload)
    rows = [reader.store.chain.acts_of_block(number)[0] for number in (1, 2, 3)]
    assert [row.code for row in rows] == [None, "enclosed-twice", "enclosed-twice"]


def test_a_chains_block_is_found_without_walking_the_chain():
    office = make_offices()[0]
    for number in range(5):
        register(NETWORK, office, number)
    tip = office.vector()[0]
    step = office.lace.vertices[tip.id]
    while step is not None:
        assert office.ancestor(tip.id, step.seq) == step.id
        step = step.prev
    for seq in (0, 6):
        with pytest.raises(MunimentError, match="unknown-block"):
            office.ancestor(tip.id, seq)


def test_a_stick_of_empty_chunks_costs_no_memory(monkeypatch):
    monkeypatch.setattr(courier_file, "MAX_CHUNKS", 3)
    envelope = courier_file.make_envelope(NETWORK.id, bytes(32), bytes(16), [(0, NETWORK.nodes[0].public)])
    data = courier_file.MAGIC + courier_file.frame(courier_file.ENVELOPE, envelope.body)
    data += 10 * courier_file.frame(courier_file.CHUNK, b"")
    with pytest.raises(MunimentError, match="courier-altered"):
        courier_file.scan(BytesIO(data))


def test_a_card_with_a_certificate_that_is_none_does_not_end_everybodys_handshakes():
    credentials = Credentials(bytes(32))
    good = make_certificate(bytes(range(32)))
    context = credentials.context(True, [good, b"not a certificate"])
    assert context.cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("name", ["Шацк\u200b", "Шацк ", "\u202eкцаШ", "Cluj\x1b[2J", "Caf\u0065\u0301"])
def test_names_that_look_like_others_found_nothing(name):
    card = replace(NETWORK.charter.cards[0], name=name)
    keys = [NETWORK.nodes[0], *NETWORK.officers[0]]
    card = sign_card(card, [key.sign for key in keys])
    with pytest.raises(MunimentError, match="not-an-office-card"):
        decode_card(card.encoded, verify)
    with pytest.raises(MunimentError, match="not-a-charter"):
        found(name, 0, NETWORK.charter.cards, NETWORK.charter.laws, {})


def test_a_lost_charter_or_card_is_no_leave_to_begin_anew(tmp_path):
    folder = Folder(tmp_path / "office")
    people = [NewOfficer("Anna", frozenset({"registrar"}), "an officer's passphrase")]
    cheap = Cost.cheapest()
    made = create_office(folder, "Gori", "a node's passphrase", people, make_certificate, cheap, cheap)
    charter = found("Alone", 0, [made], [land_law().canonical], {})
    enter_network(folder, charter.encoded, "a node's passphrase")
    with folder.intent.open("r+b") as file:
        file.seek(FIRST_SLOT)
        file.write(b"1" * 64)  # as after a first signature
    folder.charter.unlink()
    kept = folder.replica.read_bytes()
    with pytest.raises(MunimentError, match="already-a-member"):
        enter_network(folder, charter.encoded, "a node's passphrase")
    folder.card.unlink()
    with pytest.raises(MunimentError, match="folder-not-empty"):
        create_office(folder, "Gori", "a node's passphrase", people, make_certificate, cheap, cheap)
    assert folder.replica.read_bytes() == kept


def test_a_claimed_time_beyond_every_calendar_is_told_as_its_number():
    assert claimed_text(2**63 - 1) == str(2**63 - 1)


def test_a_block_holds_a_bounded_number_of_acts():
    office = make_offices()[0]
    block, _ = NETWORK.block(FORKER, [Group((b"\x00",) * (MAX_ACTS + 1), (bytes(64),))])
    with pytest.raises(MunimentError, match="malformed-payload"):
        office.receive(block.header_bytes, block.signature, block.payload)
