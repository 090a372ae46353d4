"""What another replica lacks is found alike wherever the blocks stand: in memory, in rows, on a forker's branches."""

from random import Random

from core.ledger.block import Reference
from core.office import Office
from tests.offices import hand_over, land_network, make_offices, meet, register

NETWORK = land_network()
FORKER = 3


def grown() -> Office:
    """Three offices' acts, most of them final, some seen by nobody else, and two branches of a fourth's."""
    office, *others = make_offices()[:3]
    office.store.settled.keep, office.store.settled.step = 4, 2
    first, _ = NETWORK.block(FORKER)
    office.receive(first.header_bytes, first.signature, first.payload)
    for other in others:
        register(NETWORK, other, 300 + other.number)
        hand_over(other, office)
        named = Reference(other.number, 1, other.vector()[0].id)
        branch, _ = NETWORK.block(FORKER, seq=2, prev=first.id, refs=[named])
        office.receive(branch.header_bytes, branch.signature, branch.payload)
    for number in range(6):
        for other in others:
            register(NETWORK, other, 100 * other.number + number)
            meet(office, other)
        meet(*others)
        register(NETWORK, office, number)
    for number in range(6, 12):
        register(NETWORK, others[0], 100 + number)
    hand_over(others[0], office)
    return office


def literally(office: Office, held: list[bytes]) -> list[bytes]:
    """By the rule alone: every block above those held, in the order of arrival."""
    covered = [office.lace.vertices[block] for block in held]
    lacking = {
        vertex
        for tip in office.lace.all_tips()
        for vertex in office.lace.chain_above(tip, [one for one in covered if one.chain == tip.chain])
    }
    return [vertex.id for vertex in sorted(lacking, key=lambda vertex: vertex.order)]


def test_what_is_newer_is_found_wherever_it_stands() -> None:
    office, random = grown(), Random(7)
    blocks = list(office.lace.vertices)
    assert office.lace.settled.in_memory < len(blocks) - 20
    assert office.lace.open_acts
    assert office.newer_than([]) == blocks
    for _ in range(60):
        held = random.sample(blocks, random.randrange(6))
        assert office.newer_than(held) == literally(office, held)
