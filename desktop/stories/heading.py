"""The head of a story file: on which day it begins, who keeps what, and who takes part."""

from core.laws.law_check import HOMES
from core.laws.reading import Part
from core.ledger.charter import ROLES
from desktop.stories.story import DEFAULT_ROLES
from desktop.stories.values import read_day

LEAST_OFFICES = 3  # that found the network
MAX_OFFICES = 12

People = dict[str, tuple[str, ...]]  # officer → roles


def whole_day(part: Part, key: str) -> tuple[int, int, int]:
    node = part.node(key)
    day = read_day(str(node.value))
    if day is None or len(day) != 3:
        part.fail("no-such-day", f"{key}: {node.value}", node.line)
    return day[0], day[1], day[2]


def read_homes(root: Part) -> dict[str, str]:
    if not root.has("homes"):
        return {}
    part = root.part("homes")
    return {register: part.choice(register, HOMES) for register in part.names()}


def read_offices(root: Part) -> tuple[dict[str, People], frozenset[str], dict[str, tuple[str, ...]]]:
    """All offices, founders first; those that join later; of each the persons whom it may appoint."""
    part = root.part("offices")
    founders, joining, later = {}, {}, {}
    for name in part.names():
        with root.problems.section(), part.part(name).whole() as office:
            joins = office.flag("joins")
            (joining if joins else founders)[name] = _read_officers(office)
            later[name] = office.words("later", optional=True)
    root.problems.raise_any()
    if len(founders) < LEAST_OFFICES or len(founders) + len(joining) > MAX_OFFICES:
        part.fail("out-of-range", f"offices: {len(founders)}")
    return {**founders, **joining}, frozenset(joining), later


def _read_officers(office: Part) -> dict[str, tuple[str, ...]]:
    if not office.has("officers"):
        return {role: (role,) for role in DEFAULT_ROLES}
    part = office.part("officers")
    officers = {name: part.words(name) for name in part.names()}
    for name, roles in officers.items():
        if not ROLES.issuperset(roles):
            part.fail("unknown-role", f"{name}: {', '.join(roles)}", part.line_of(name))
    return officers
