"""How many must agree is a policy that the network has chosen: no close turns it into another one by its number."""

import pytest

from core.crypto.signing import verify
from core.errors import MunimentError
from core.ledger.charter import found
from core.ledger.constitution import (
    Change,
    Constitution,
    apply,
    decode_constitution,
    encode_constitution,
    first_constitution,
)
from tests.independent.confirming import confirm
from tests.ledger.building import FOUNDED_MS, LAW, make_network
from tests.test_epochs import Town, pass_change


def founded(count: int, quorum: int | None) -> Constitution:
    return first_constitution(found("Policy", FOUNDED_MS, make_network(count).charter.cards, [LAW], {}, quorum))


def after(constitution: Constitution, *changes: tuple[str, int | None, bytes]) -> Constitution:
    for kind, member, content in changes:
        proposal = len(constitution.proposals).to_bytes(16, "big")
        change = Change(kind, proposal, member, content)
        following = apply(constitution, change, bytes(32), verify, lambda _: ("land", 1))
        constitution = decode_constitution(encode_constitution(following))
        assert constitution == following
    return constitution


SLEEP, WAKE = ("dormancy", 6, b""), ("waking", 6, b"")


@pytest.mark.parametrize(
    ("count", "quorum", "changes", "expected"),
    [
        (7, None, [SLEEP], 4),
        (7, 6, [SLEEP], 5),  # one more than the least, not all
        (7, 6, [SLEEP, WAKE], 6),
        (7, 7, [SLEEP], 6),
        (7, 7, [SLEEP, WAKE], 7),
        (7, 6, [("quorum", None, b"all"), SLEEP], 6),
        (7, 6, [("quorum", None, b"default")], 5),
        (3, None, [("quorum", None, b"all"), ("dormancy", 2, b""), ("waking", 2, b"")], 3),  # of two all is the least
        (2, None, [("quorum", None, b"all")], 2),
        (6, 5, [("dormancy", 5, b""), ("dormancy", 4, b"")], 4),  # never more than there are
        (6, 5, [("dormancy", 5, b""), ("dormancy", 4, b""), ("dormancy", 3, b"")], 3),
        (6, 5, [("dormancy", 5, b""), ("dormancy", 4, b""), ("dormancy", 3, b""), ("waking", 3, b"")], 4),
    ],
)
def test_the_policy_outlives_every_close(
    count: int, quorum: int | None, changes: list[tuple[str, int | None, bytes]], expected: int
) -> None:
    assert after(founded(count, quorum), *changes).quorum == expected


def test_a_policy_in_force_is_not_voted_again() -> None:
    for_all = after(founded(2, None), ("quorum", None, b"all"))
    with pytest.raises(MunimentError, match="already-in-force"):
        after(for_all, ("quorum", None, b"all"))
    assert after(for_all, ("quorum", None, b"default")).quorum == 2


def test_offices_agree_on_it_and_a_second_implementation_too() -> None:
    """Three offices; all of two is the least of two as well."""
    town = Town(3)
    for kind, member, content in (("quorum", None, b"all"), ("dormancy", 2, b""), ("waking", 2, b"")):
        pass_change(town, kind, member, content)
    assert [(office.lace.epoch, office.roll.quorum) for office in town.offices] == [(3, 3)] * 3
    for office in town.offices:
        confirm(office)
