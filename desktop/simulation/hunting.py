"""Where each mutant is hunted first: the script in which its mistake cannot hide."""

from desktop.simulation.scenario import Scenario
from desktop.simulation.scripts import SCRIPTS

SCRIPT_OF = {
    "quorum-minus-one": "two-openers",
    "votes-without-fork-check": "two-openers",
    "skip-non-endorsement": "late-proof",
    "indirect-at-r3": "slow-leader",
    "schedule-third": "the-best-sleeps",
    "order-by-claimed-time": "without-time",
    "fork-by-incomparability": "above-its-sibling",
    "execute-uncertified": "sold-twice",
    "evidence-blind": "proof-that-nobody-refers-to",
    "masks-kept": "split-votes",
    "lowest-seq-approvals": "below-its-certificate",
    "revoked-key-approved": "removed-and-goes-on",
}


def grounds(mutant: str | None) -> list[tuple[Scenario, int]]:
    """(world, seed) to look at before those that were asked for."""
    if mutant not in SCRIPT_OF:
        return []
    name = SCRIPT_OF[mutant]
    script = SCRIPTS[name]
    return [(Scenario(script.nodes, malicious=script.malicious, mutant=mutant, script=name), 0)]
