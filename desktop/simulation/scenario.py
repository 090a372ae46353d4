"""What one run of a simulated network is asked to be. A scenario and a seed decide everything that happens."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from core.errors import MunimentError
from core.ledger.roll import default_quorum, tolerated

MEETINGS = ("uniform", "unequal", "clustered", "couriers")
# `sleepers`: offices fall asleep while something waits, the best informed first. `changes`: of who belongs to the
# network and of its rules. The last four are no faults, but what people bring to the counters while things go wrong:
# they ask other offices, parcels pass to other offices, a register is kept by all together, officers come and go.
FAULTS = (
    "lost",
    "duplicated",
    "truncated",
    "flipped",
    "crashes",
    "disk-full",
    "restored",
    "clocks",
    "sleepers",
    "changes",
    "requests",
    "releases",
    "shared",
    "officers",
)
MIXED = "mixed"
MAX_NODES = 1000
STEADY_ACTS = 60


@dataclass(frozen=True, slots=True)
class Scenario:
    nodes: int
    meetings: str = "uniform"
    sleepers: int = 0  # offices that take part in no meeting
    malicious: int = 0
    faults: frozenset[str] = frozenset()
    acts: int = 0  # 0: as many as make the figures steady
    mutant: str | None = None
    compare: bool = False
    script: str | None = None  # desktop/simulation/scripts.py

    @property
    def troubled(self) -> bool:
        """Whether something else happens in this world than meetings of awake and honest offices."""
        return bool(self.faults or self.malicious or self.script)

    @property
    def act_count(self) -> int:
        return self.acts or max(1, STEADY_ACTS // self.nodes)

    @property
    def quorum(self) -> int:
        return default_quorum(self.nodes)


def check_scenario(scenario: Scenario) -> Scenario:
    """Raises `simulation-impossible`: more is asked of the network than it promises."""
    n = scenario.nodes
    if not 1 <= n <= MAX_NODES:
        raise MunimentError("simulation-impossible", what="nodes", value=n, least=1, most=MAX_NODES)
    most = tolerated(n)
    if not 0 <= scenario.malicious <= most:
        raise MunimentError("simulation-impossible", what="malicious", value=scenario.malicious, least=0, most=most)
    most = n - scenario.quorum - scenario.malicious
    if not 0 <= scenario.sleepers <= max(0, most):
        raise MunimentError(
            "simulation-impossible", what="sleepers", value=scenario.sleepers, least=0, most=max(0, most)
        )
    return scenario


def parse_faults(text: str) -> frozenset[str]:
    """Names divided by commas, or `mixed`: each seed draws its own. Raises `simulation-unknown`."""
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    return known(names, (*FAULTS, MIXED), "faults")


def parse_seeds(text: str) -> range:
    """`7` is one seed, `0:20` are twenty. Raises `simulation-unknown`."""
    first, divided, end = text.partition(":")
    try:
        seeds = range(int(first), int(end)) if divided else range(int(first), int(first) + 1)
    except ValueError:
        raise MunimentError("simulation-unknown", what="seeds", value=text, known="7, 0:20") from None
    if not seeds or seeds[0] < 0:
        raise MunimentError("simulation-unknown", what="seeds", value=text, known="7, 0:20")
    return seeds


def known(names: Iterable[str], choices: Iterable[str], what: str) -> frozenset[str]:
    """The names, when all are among the choices. Raises `simulation-unknown`."""
    allowed = tuple(choices)
    for name in names:
        if name not in allowed:
            raise MunimentError("simulation-unknown", what=what, value=name, known=", ".join(allowed))
    return frozenset(names)


def drawn(scenario: Scenario, seed: int) -> Scenario:
    """With `mixed` faults each seed has its own part of them, one at least; nothing else is drawn here."""
    if MIXED not in scenario.faults:
        return scenario
    random = Random(f"{seed}/faults")
    rate = random.choice((0.2, 0.5, 0.8))
    some = frozenset(name for name in FAULTS if random.random() < rate)
    return replace(scenario, faults=some or frozenset({random.choice(FAULTS)}))


def mixed_scenario(seed: int, most_nodes: int) -> Scenario:
    """A world of 3 offices or more in which anything that this package knows may go wrong."""
    random = Random(f"{seed}/mixed")
    nodes = random.randint(3, most_nodes)
    malicious = random.randint(0, tolerated(nodes))
    away = max(0, nodes - default_quorum(nodes) - malicious)
    return Scenario(
        nodes,
        random.choice(MEETINGS),
        random.randint(0, away),
        malicious,
        frozenset({MIXED}),
        acts=random.randint(2, 6),
    )
