"""Whole offices close an epoch: a change is proposed, voted, and in force for all after the closing anchor."""

from dataclasses import replace
from itertools import combinations

import pytest

from core.errors import MunimentError
from core.laws.law_reading import parse_law
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office
from core.views import Step
from core.voting import open_proposals, pack_content
from tests.ledger.building import PEOPLE, Network, make_network
from tests.offices import LIBRARY, hand_over, land_law, meet, open_in_memory, register, sign


def charter_network(office_count: int) -> Network:
    charter_law = parse_law((LIBRARY / "charter.yaml").read_text(encoding="utf-8"))
    people = (*PEOPLE, ("Ирина Орлова", ("administrator",)))
    return make_network(office_count, (land_law().canonical, charter_law.canonical), people_of_each=people)


class Town:
    """Offices of one network that meet until all is quiet."""

    def __init__(self, office_count: int = 4) -> None:
        self.network = charter_network(office_count)
        self.offices = [open_in_memory(self.network, number) for number in range(office_count)]

    def administrator(self, office: Office) -> Signer:
        officers = self.network.charter.cards[office.number].officers
        number = next(n for n, officer in enumerate(officers) if "administrator" in officer.roles)
        return Signer(office.number, number, "administrator")

    def act(self, office: Office, procedure: str, act: dict[str, Value]) -> tuple[bytes, ...]:
        proposal = office.propose("charter", procedure, {}, act, [self.administrator(office)])
        return office.record(sign(self.network, office, [proposal]))[0].records

    def propose(self, office: Office, kind: str, member: int | None = None, content: bytes = b"") -> bytes:
        act: dict[str, Value] = {"reference": "P-1", "kind": kind, "content": pack_content(content), "reason": "x"}
        (record,) = self.act(office, "propose", act if member is None else {**act, "member": member})
        return record

    def vote(self, office: Office, proposal: bytes, answer: str = "yes") -> None:
        self.act(office, "vote", {"proposal": proposal, "answer": answer})

    def settle(self, offices: list[Office] | None = None) -> None:
        """Meet until nobody writes any more."""
        among = offices or self.offices
        for _ in range(60):
            written = sum(meet(one, other) for one, other in combinations(among, 2))
            if not written and all(office.write() is None for office in among):
                return
        raise AssertionError("never quiet")


@pytest.fixture
def town() -> Town:
    return Town()


def epochs(town: Town) -> list[int]:
    return [office.lace.epoch for office in town.offices]


def pass_change(town: Town, kind: str, member: int | None = None, content: bytes = b"") -> None:
    proposal = town.propose(town.offices[0], kind, member, content)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, proposal)
    town.settle()


def test_a_vote_passes_at_the_quorum_and_not_before(town: Town) -> None:
    first, second, third, _ = town.offices
    proposal = town.propose(first, "dormancy", 3)
    town.settle()
    for office in (first, second):
        town.vote(office, proposal)
    town.settle()
    assert epochs(town) == [0, 0, 0, 0]
    town.vote(third, proposal)
    town.settle()
    assert epochs(town) == [1, 1, 1, 1]
    assert {office.roll.quorum for office in town.offices} == {2}
    assert [office.roll.members[3].witness for office in town.offices] == [False] * 4
    assert len({office.state_root() for office in town.offices}) == 1


def test_a_dormant_office_records_and_the_others_decide(town: Town) -> None:
    pass_change(town, "dormancy", 3)
    act = register(town.network, town.offices[3], 5)
    town.settle()
    for office in town.offices:
        assert office.act_view(act.id).ladder.step is Step.FINAL
        assert office.lace.vertices[office.act_view(act.id).block].epoch == 1


def test_nothing_final_is_lost_and_work_goes_on_across_the_close(town: Town) -> None:
    acts = [register(town.network, office, number) for number, office in enumerate(town.offices)]
    pass_change(town, "remove", 3)
    assert epochs(town)[:3] == [1, 1, 1]
    later = register(town.network, town.offices[1], 9)
    town.settle(town.offices[:3])
    for office in town.offices[:3]:
        assert [office.act_view(act.id).ladder.step for act in (*acts, later)] == [Step.FINAL] * 5
    assert len({office.state_root() for office in town.offices[:3]}) == 1


def test_a_removed_key_writes_nothing_more_and_what_it_wrote_late_is_void(town: Town) -> None:
    fourth = town.offices[3]
    proposal = town.propose(town.offices[0], "remove", 3)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, proposal)
    town.settle(town.offices[:3])
    late = register(town.network, fourth, 7)  # it has not heard yet
    hand_over(fourth, town.offices[0])
    town.settle(town.offices[:3])
    for office in town.offices[:1]:
        view = office.act_view(late.id)
        assert (view.ladder.step, view.ladder.code) == (Step.REJECTED, "not-in-the-roll")
        assert office.count_records("land.parcel") == 0
    hand_over(town.offices[0], fourth)
    assert fourth.quarantine == "removed"
    with pytest.raises(MunimentError, match="quarantine"):
        register(town.network, fourth, 8)
    assert fourth.today().void[0].id == late.id
    assert len({office.state_root() for office in town.offices}) == 1


def test_a_late_office_catches_up_over_the_close(town: Town) -> None:
    sleeper = town.offices[3]
    proposal = town.propose(town.offices[0], "quorum", None, b"all")
    awake = town.offices[:3]
    town.settle(awake)
    for office in awake:
        town.vote(office, proposal)
    town.settle(awake)
    assert [office.lace.epoch for office in awake] == [1, 1, 1]
    mine = register(town.network, sleeper, 4)  # of epoch 0, after the others closed it
    town.settle()
    assert epochs(town) == [1, 1, 1, 1]
    for office in town.offices:
        assert office.act_view(mine.id).ladder.step is Step.FINAL
        assert office.roll.quorum == 4


def test_a_restart_in_every_phase_gives_the_same_replica(town: Town) -> None:
    pass_change(town, "waking", 3)  # nothing to wake: passes nowhere
    assert epochs(town) == [0, 0, 0, 0]
    pass_change_again = town.propose(town.offices[1], "dormancy", 3)
    town.settle()
    for office in town.offices[:3]:
        town.vote(office, pass_change_again)
        town.settle()
    assert epochs(town) == [1, 1, 1, 1]
    first = town.offices[0]
    again = open_in_memory(town.network, 0, first.store, first._journal)
    assert (again.lace.epoch, again.anchor, again.state_root()) == (1, first.anchor, first.state_root())
    assert again.epochs.present == replace(first.epochs.present)
    assert open_proposals  # read by pages
