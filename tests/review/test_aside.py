"""What lies aside costs nothing while other blocks come, and is taken as soon as the last of what it waits for is here."""

import sys
from random import Random
from types import FrameType

from core.aside import Aside
from core.exchange import Exchange, Received
from core.ledger.block import Block, Reference, decode_header
from tests.offices import land_network, make_offices

NETWORK = land_network()


def give(office: Exchange, block: Block) -> Received:
    return office.receive(block.header_bytes, block.signature, block.payload)


def test_blocks_in_any_order_are_all_taken_in_the_end() -> None:
    """Each first block of three chains, and one above them all that waits for its parents one after another."""
    firsts = [NETWORK.block(author)[0] for author in (0, 1, 2)]
    above = NETWORK.block(3, refs=[Reference(author, 1, one.id) for author, one in enumerate(firsts)], round_=1)[0]
    for number in range(12):
        reader = make_offices()[3 if number % 2 else 0]
        order = [*firsts, above]
        Random(number).shuffle(order)
        for block in order:
            give(reader, block)
        assert reader.holds(above.id)
        assert len(reader._aside) == len(reader._aside._lacking) == 0


def test_nothing_aside_is_read_again_for_a_block_it_does_not_wait_for() -> None:
    reader = make_offices()[0]
    lost = [Reference(2, number, bytes([number]) * 32) for number in range(1, 4)]
    for number in range(20):
        block, _ = NETWORK.block(3, refs=lost, seq=number + 2, prev=bytes([100 + number]) * 32)
        assert give(reader, block) is Received.ASIDE
    read: list[str] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is decode_header.__wrapped__.__code__:
            read.append(event)

    block, _ = NETWORK.block(1)
    sys.setprofile(watch)
    try:
        taken = give(reader, block)
    finally:
        sys.setprofile(None)
    assert taken is Received.ACCEPTED
    assert len(read) == 1  # of the block itself; when it is admitted, what was read is still known


def test_what_others_wait_for_is_counted_right() -> None:
    """However blocks come, wait on, give way and go: it is what a look through all of them finds."""
    random = Random(5)
    ids = [bytes([number]) * 32 for number in range(40)]
    aside = Aside()
    for _ in range(3_000):
        block, lacks = random.choice(ids), random.choice([*ids, None])
        match random.randrange(3):
            case 0:
                aside.put(block, (block, bytes(64), None), lacks, random.choice([0, 1, None]))
            case 1 if block in aside:
                aside.wait_on(block, lacks)
            case 2:
                aside.forget(block)
        waiting = dict(aside._lacking)
        assert aside.wants(block) == any(on == block != one for one, on in waiting.items())
        arrived, begun = set(random.sample(ids, 2)), random.random() < 0.5
        assert aside.due(arrived, begun) == [
            one for one in waiting if waiting[one] in arrived | ({None} if begun else set())
        ]
