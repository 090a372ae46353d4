"""One member with valid keys must not be able to keep the others from changing the network, its own removal first of all."""

from collections.abc import Sequence

import pytest

from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.store.state import StateStore
from core.store.working import WorkingState
from core.voting import PLACES, free_place, pack_content, passed_changes
from tests.offices import sign
from tests.test_epochs import Town, epochs

HOSTILE = 3


def refusal(town: Town, procedure: str, act: dict[str, Value], records: dict[str, bytes] | None = None) -> str:
    """The reason for which the hostile office's act is refused; the same rules refuse it at every other office."""
    office = town.offices[HOSTILE]
    proposal = office.propose("charter", procedure, records or {}, act, [town.administrator(office)])
    with pytest.raises(MunimentError, match="rejected") as refused:
        office.record(sign(town.network, office, [proposal]))
    return str(refused.value.facts["reason"])


def proposing(place: int, number: int = 1) -> dict[str, Value]:
    act: dict[str, Value] = {"reference": f"X-{number}", "place": place, "kind": "remove", "member": 0, "reason": "x"}
    return {**act, "content": []}


def test_nobody_drops_the_proposal_of_another_office() -> None:
    town = Town()
    proposal = town.propose(town.offices[0], "remove", HOSTILE)
    town.settle()
    assert refusal(town, "drop", {}, {"proposal": proposal}) == "not-keeper"
    for office in town.offices[:3]:
        town.vote(office, proposal)
    town.settle()
    assert epochs(town)[:3] == [1, 1, 1]


def test_an_office_has_one_standing_vote_on_a_proposal() -> None:
    town = Town()
    proposal = town.propose(town.offices[0], "remove", HOSTILE)
    town.settle()
    town.vote(town.offices[HOSTILE], proposal, "no")
    for answer in ("no", "yes"):
        assert refusal(town, "vote", {"proposal": proposal, "answer": answer}) == "key-taken"


def test_an_office_fills_its_own_places_and_no_others() -> None:
    town = Town()
    hostile = town.offices[HOSTILE]
    for place in PLACES:
        town.act(hostile, "propose", proposing(place, place))
    assert refusal(town, "propose", proposing(1, 99)) == "key-taken"
    assert refusal(town, "propose", proposing(PLACES[-1] + 1)) == "out-of-bounds"
    with pytest.raises(MunimentError, match="no-place-for-proposal"):
        free_place(WorkingState(hostile.store.state, HOSTILE), HOSTILE)
    town.settle()
    assert free_place(WorkingState(town.offices[0].store.state, 0), 0) == 1
    town.propose(town.offices[0], "remove", HOSTILE)


class CountingState(WorkingState):
    """Tells how many records were read out of it."""

    def __init__(self, store: StateStore) -> None:
        super().__init__(store, None)
        self.read: list[Record | None] = []

    def record(self, record_id: bytes) -> Record | None:
        self.read.append(super().record(record_id))
        return self.read[-1]


def test_what_nobody_has_voted_for_is_not_read_after_every_anchor() -> None:
    """Content may be a megabyte of zeros in forty bytes, fifty times for each office."""
    town = Town()
    hostile = town.offices[HOSTILE]
    bomb: Sequence[dict[str, Value]] = pack_content(bytes(1 << 20))
    for place in PLACES[:10]:
        law = {"reference": f"X-{place}", "place": place, "kind": "law", "reason": "x", "content": bomb}
        proposal = town.act(hostile, "propose", law)[0]
        town.vote(hostile, proposal)
    town.settle()
    state = CountingState(town.offices[0].store.state)
    assert list(passed_changes(state, town.offices[0].roll, ())) == []
    assert state.read == []
