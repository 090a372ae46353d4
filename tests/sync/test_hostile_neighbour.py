"""Every attack of a hostile neighbour, on real sockets and short, while an honest office meets its victim.

Memory is held to its bound, with the attacker's own in it; times are told, and judged by `make torture` alone.
"""

import os
import select
import socket
import subprocess
import sys

import pytest

from core.aside import MAX_ASIDE
from core.exchange import MAX_BRANCHES
from sync import link, quotas
from tests.sync import hostile
from tests.sync.besieged import HONEST, TIMEOUT_S, VICTIM, Node, Peak, attacked, nodes
from tests.sync.hostile import ATTACKS
from tests.torture.hostile import PROJECT

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="attackers call from many addresses of loopback, and /proc tells memory",
)
ACTS = 30
MEMORY_BYTES = 128 << 20


@pytest.fixture
def offices():
    """(honest, victim): they have met, and the honest one has news."""
    with nodes(HONEST, VICTIM) as (honest, victim):
        honest.record(range(1))
        honest.meet(victim)
        honest.record(range(1, ACTS))
        yield honest, victim


@pytest.fixture
def soon(monkeypatch):
    """Allowances and patience that are used up in a test's time."""
    monkeypatch.setattr(link, "HANDSHAKE_TIMEOUT_S", 0.3)
    monkeypatch.setattr(hostile, "HALF_OPEN", 600)
    monkeypatch.setitem(quotas.OF_A_MEMBER, "messages", quotas.Allowance(500, 10))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_refused_by_its_code_and_an_honest_meeting_goes_on(attack, soon, offices: tuple[Node, Node]):
    honest, victim = offices
    peak = Peak()
    with attacked(victim, attack):
        took_s = honest.meet(victim)
        assert victim.until_refused(ATTACKS[attack]) in ATTACKS[attack]
    grown = peak.grown_bytes()
    office = victim.service.office
    print(f"{attack.__name__}: {ACTS} acts in {took_s:.2f} s, {grown >> 20} MB")
    assert victim.acts() == ACTS
    assert grown <= MEMORY_BYTES
    assert len(office.lace.tips(hostile.HOSTILE)) <= MAX_BRANCHES
    assert len(office._aside) <= MAX_ASIDE


def test_an_honest_meeting_alone(offices):
    honest, victim = offices
    print(f"alone: {ACTS} acts in {honest.meet(victim):.2f} s")
    assert victim.acts() == ACTS


def test_an_attacker_ends_with_whoever_started_it() -> None:
    """Killed, the other one has no time to say so; how long the end takes is not asked."""
    with socket.create_server(("127.0.0.1", 0)) as victim:
        attack = "from tests.sync.hostile import slow_handshake; from tests.torture.hostile import start"
        words = f"{attack}; print(start(slow_handshake, {victim.getsockname()[1]}).pid, flush=True); input()"
        pipe = subprocess.PIPE
        parent = subprocess.Popen([sys.executable, "-c", words], cwd=PROJECT, stdin=pipe, stdout=pipe, text=True)
        assert parent.stdout is not None
        attacker = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.kill()
            parent.communicate()
            assert select.select([attacker], [], [], TIMEOUT_S)[0] == [attacker]
        finally:
            os.close(attacker)
