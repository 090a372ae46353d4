"""A refused act stays refused as it was, whoever copies it into a block of theirs, before or after.

Found by world 381 of the mixed ones: an office's act was refused at anchor 2; a hostile one enclosed a copy, which was
refused for another reason at anchor 5, and every window told the office that reason and that anchor instead.
"""

from core.ledger.block import Block
from core.office import Office
from core.views import ActView, Step
from tests.offices import land_network, meet_until_quiet, open_in_memory, propose_registration, sign

KEEPER, COPIER = 0, 6
NETWORK = land_network(7)


def _blocks() -> tuple[bytes, Block, Block]:
    """The id of an act that is refused; the block of its office, and that of the one who copies it."""
    keeper = open_in_memory(NETWORK, KEEPER)
    first, second = (sign(NETWORK, keeper, [propose_registration(keeper, 1)]) for _ in range(2))
    (act,) = second.ids(NETWORK.id)
    return act, NETWORK.block(KEEPER, [first, second])[0], NETWORK.block(COPIER, [second])[0]


def _honest() -> list[Office]:
    return [open_in_memory(NETWORK, number) for number in range(1, 6)]


def _give(block: Block, offices: list[Office]) -> None:
    for office in offices:
        office.receive(block.header_bytes, block.signature, block.payload)


def _told(act: bytes, offices: list[Office]) -> set[tuple[Step, str | None, int | None, bytes]]:
    views: list[ActView] = [office.acts.view(act) for office in offices]
    return {(view.ladder.step, view.ladder.code, view.ladder.anchor, view.block) for view in views}


def test_a_copy_that_comes_later_changes_nothing() -> None:
    act, original, copy = _blocks()
    offices = _honest()
    _give(original, offices)
    meet_until_quiet(offices)
    ((step, code, anchor, block),) = told = _told(act, offices)
    assert (step, code, block) == (Step.REJECTED, "key-taken", original.id)
    assert anchor is not None
    _give(copy, offices)
    meet_until_quiet(offices)
    assert all(office.vertex(copy.id).anchor > anchor for office in offices)
    assert _told(act, offices) == told


def test_a_copy_that_is_refused_first_does_not_speak_for_the_act() -> None:
    act, original, copy = _blocks()
    offices = _honest()
    _give(copy, offices)
    meet_until_quiet(offices)
    _give(original, offices[:2])
    assert {block for *_, block in _told(act, offices[:2])} == {original.id}
    meet_until_quiet(offices)
    assert all(office.vertex(original.id).anchor > office.vertex(copy.id).anchor > 0 for office in offices)
    ((step, code, anchor, block),) = _told(act, offices)
    assert (step, code, block) == (Step.REJECTED, "key-taken", original.id)
    assert anchor == offices[0].vertex(original.id).anchor
