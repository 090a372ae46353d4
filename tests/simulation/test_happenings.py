"""What the mixed worlds are for does happen in them: acts of every kind meet, end in every way, and changes take effect."""

import pytest

from core import folding, replica
from desktop.simulation.pool import run_seed
from desktop.simulation.run import simulate
from desktop.simulation.scenario import FAULTS, Scenario
from desktop.simulation.sharing import shared_work

MET = {
    "requests": {
        "act #enter: entered",
        "act #refuse: entered",
        "act request transfer: entered",
        "act request transfer: request-refused",
        "act request transfer: waiting-for-keeper",
    },
    "releases": {"act release: entered", "act accept: entered", "act accept: release-not-final"},
    "shared": {
        "act transfer: held-together",
        "act transfer: overtaken",  # where the law lets the order decide
        "act transfer: record-held",
        "act encumber: equal-rank",
        "act first_registration: held-together",
        "act decide_held: entered",
    },
    "officers": {"act appoint: entered", "act restate: entered", "act transfer: powers-ended-unseen"},
    "restored": {"change incarnation"},
}


@pytest.mark.parametrize("kind", MET)
def test_it_happens(kind: str) -> None:
    scenario = Scenario(4 + (kind == "restored"), faults=frozenset({kind, "changes"}), acts=12)
    happened: set[str] = set()
    for seed in range(12):
        figures = run_seed(scenario, seed)["figures"]
        assert figures["violations"] == []
        happened |= figures["happened"].keys()
        if happened >= MET[kind]:
            return
    assert MET[kind] - happened == set()


def test_malicious_offices_lie_in_every_way() -> None:
    """The network takes no harm from up to f of them, and nobody stops because of them."""
    scenario = Scenario(4, malicious=1, faults=frozenset({"requests", "changes"}), acts=8)
    lies = {"lies-about-the-register", "lies-ahead", "accuses-falsely", "copies-acts", "closes-and-goes-on", "forks"}
    done: set[str] = set()
    for seed in range(12):
        figures = run_seed(scenario, seed)["figures"]
        assert figures["violations"] == []
        assert figures["never_final"] == 0
        done |= {name.removeprefix("misdeed ") for name in figures["happened"]}
        if done >= lies:
            return
    assert lies - done == set()


def test_shared_work_changes_nothing_and_leaves_nothing_behind() -> None:
    scenario = Scenario(4, malicious=1, faults=frozenset(FAULTS), acts=6)
    before = replica.verify, replica.decode_header, folding.decode_transaction
    alone = simulate(scenario, 5)
    with shared_work():
        assert replica.verify is not before[0]
        together = simulate(scenario, 5)
    assert (replica.verify, replica.decode_header, folding.decode_transaction) == before
    assert alone.figures == together.figures
    for run in (alone, together):
        run.world.close()
