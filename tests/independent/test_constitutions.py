"""A later constitution must be what was voted: an office cannot claim another one."""

from collections.abc import Callable

import pytest

from core.ledger.encoding import Value
from tests.independent.auditing.report import verify_files
from tests.independent.auditing.values import RefusedError
from tests.independent.exporting import Files, altered, exported
from tests.offices import register
from tests.test_epochs import Town, pass_change

MEMBERS, QUORUM, LAWS, CLOSING, PROPOSALS = 1, 2, 3, 5, 6


@pytest.fixture(scope="module")
def files() -> Files:
    """Office 3 falls asleep by vote, then all must agree by vote; acts in every epoch."""
    town = Town()
    pass_change(town, "dormancy", 3)
    register(town.network, town.offices[1], 1)
    pass_change(town, "quorum", None, b"all")
    register(town.network, town.offices[2], 2)
    town.settle()
    files = exported(town.offices[0])
    assert any("in 3 epoch(s)" in line for line in verify_files(files))
    return files


def _other_sleeper(constitutions: list[Value]) -> None:
    for constitution in constitutions:
        constitution[MEMBERS][3][6] = True
        constitution[MEMBERS][2][6] = False


def _removed(constitutions: list[Value]) -> None:
    for constitution in constitutions:
        constitution[MEMBERS][3][7] = True


def _other_key(constitutions: list[Value]) -> None:
    for constitution in constitutions:
        constitution[MEMBERS][3][2] = bytes(32)


def _other_laws(constitutions: list[Value]) -> None:
    for constitution in constitutions:
        constitution[LAWS].pop()


def _other_proposal(constitutions: list[Value]) -> None:
    for constitution in constitutions:
        constitution[PROPOSALS][0] = bytes(16)


def _other_quorum(constitutions: list[Value]) -> None:
    constitutions[1][QUORUM] = 2


def _below_the_quorum(constitutions: list[Value]) -> None:
    constitutions[0][QUORUM] = 1


def _other_closing_anchor(constitutions: list[Value]) -> None:
    constitutions[0][CLOSING] = constitutions[1][CLOSING]


def _never_closed(constitutions: list[Value]) -> None:
    constitutions.clear()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        # Who leads and who counts follows from the roll, so another one is often found before the votes are counted.
        (_other_sleeper, {"wrong-round", "wrong-constitution", "wrong-anchor", "not-an-anchor", "pointless-block"}),
        (_removed, {"wrong-constitution", "unknown-author"}),
        (_other_key, {"wrong-constitution", "bad-block-signature"}),
        (_other_laws, {"wrong-constitution"}),
        (_other_proposal, {"not-voted"}),
        (_other_quorum, {"wrong-round", "wrong-anchor", "wrong-constitution", "certificate-missing"}),
        (_below_the_quorum, {"bad-quorum"}),
        (_other_closing_anchor, {"wrong-closing-anchor"}),
        (_never_closed, {"wrong-epoch"}),
    ],
)
def test_another_constitution_than_was_voted(
    files: Files, change: Callable[[list[Value]], None], codes: set[str]
) -> None:
    with pytest.raises(RefusedError) as caught:
        verify_files(altered(files, "constitutions", change))
    assert caught.value.code in codes
