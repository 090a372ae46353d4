"""Every check has teeth: it is silent about what fits and speaks when it is fed a violation."""

from desktop.simulation.invariants import (
    PROMISES,
    Agreed,
    AsPredicted,
    OneAtAPlace,
    OneSuccessor,
    answered,
    ended,
    innocent,
    silent,
    too_late,
)

ONE, OTHER = bytes(32), bytes([1]) * 32


def test_every_promise_of_the_design_has_a_sentence() -> None:
    assert list(PROMISES) == [f"I{number}" for number in range(1, 14)]


def test_anchors_and_states_agree() -> None:
    check = Agreed()
    assert check.see(0, 1, ONE) is None
    assert check.see(1, 1, ONE) is None
    assert check.see(1, 2, OTHER) is None
    wrong = check.see(2, 1, OTHER)
    assert wrong is not None
    assert "office 2" in wrong
    assert "office 0" in wrong


def test_how_an_act_ended_never_changes() -> None:
    check = Agreed()
    assert check.see(0, ONE, ("final", "entered", None, 1)) is None
    assert check.see(0, ONE, ("rejected", "rejected", "overtaken", 1)) is not None


def test_two_certified_siblings() -> None:
    check = OneAtAPlace()
    assert check.see((3, 0, 7), ONE) is None
    assert check.see((3, 0, 8), OTHER) is None
    assert check.see((3, 1, 7), OTHER) is None
    assert check.see((3, 0, 7), OTHER) is not None


def test_not_executed_as_predicted() -> None:
    check = AsPredicted()
    assert check.seen(0, ONE, True, "entered") is None
    assert check.seen(1, ONE, True, "rejected") is None  # the first prediction is the one that counts
    assert check.executed(ONE, "entered") is None
    assert check.executed(ONE, "rejected") is not None
    assert check.executed(OTHER, "rejected") is None  # nobody had foreseen anything


def test_a_certificate_withdrawn() -> None:
    check = AsPredicted()
    assert check.seen(0, ONE, False, "entered") is None
    assert check.seen(0, ONE, True, "entered") is None
    assert check.seen(1, ONE, False, "entered") is None
    assert check.seen(0, ONE, False, "entered") is not None
    check.forget(0)
    assert check.seen(0, ONE, False, "entered") is None


def test_a_removed_key_that_goes_on() -> None:
    assert too_late(ONE, None) is None
    assert too_late(ONE, 7) is not None


def test_two_successors_of_a_version() -> None:
    check = OneSuccessor()
    assert check.accepted(ONE, [(bytes(16), 1)]) is None
    assert check.accepted(ONE, [(bytes(16), 1)]) is None  # another office tells of the same act
    assert check.accepted(OTHER, [(bytes(16), 2)]) is None
    assert check.accepted(OTHER, [(bytes(16), 1)]) is not None


def test_an_act_without_an_end() -> None:
    assert ended(ONE, "final", None) is None
    assert ended(ONE, "rejected", "overtaken") is None
    assert ended(ONE, "rejected", None) is not None
    assert ended(ONE, "certified", None) is not None


def test_a_decision_that_its_request_does_not_show() -> None:
    assert answered(ONE, OTHER, OTHER) is None
    assert answered(ONE, OTHER, None) is not None
    assert answered(ONE, OTHER, ONE) is not None


def test_an_honest_office_accused() -> None:
    assert innocent([2], frozenset({2})) is None
    assert innocent([1, 2], frozenset({2})) is not None


def test_a_block_without_a_reason() -> None:
    assert silent([]) is None
    assert silent([4]) is not None
