"""Who is near: what discovery hears, told apart by the roll. Still a hint: only a handshake proves who it is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.ledger.roll import Roll
from sync.discovery import PROTOCOL_VERSION, Neighbour
from sync.link import format_address, parse_address


@dataclass(frozen=True)
class Nearby:
    """Somebody who announces this application here."""

    office: int | None  # number in the roll; None: of another network, or not (any more) a member
    addresses: tuple[str, ...]  # `host:port`
    same_network: bool
    same_version: bool
    found_after_s: float  # from the start of this node

    @property
    def hosts(self) -> list[str]:
        return [parse_address(address, 0)[0] for address in self.addresses]


class Neighbourhood:
    """`roll`: gives the roll in force, which a later epoch replaces."""

    def __init__(self, network: bytes, roll: Callable[[], Roll], own_number: int) -> None:
        self._network, self._roll, self._own_number = network, roll, own_number
        self._epoch, self._heard = roll().epoch, tuple[Neighbour, ...]()
        self._started_s = asyncio.get_running_loop().time()
        self._known: dict[str, Nearby] = {}
        self._changed = asyncio.Event()

    @property
    def all(self) -> list[Nearby]:
        if self._roll().epoch != self._epoch:
            self.update(self._heard)
        return sorted(self._known.values(), key=lambda near: (near.office is None, near.office or 0))

    def office(self, number: int) -> Nearby | None:
        """The newest announcement of a member, if there is one."""
        found = [near for near in self.all if near.office == number]
        return max(found, key=lambda near: near.found_after_s, default=None)

    def announces(self, host: str) -> bool:
        """Whether a member is said to be at this address."""
        return any(near.office is not None and host in near.hosts for near in self._known.values())

    async def wait_for(self, number: int, timeout_s: float) -> Nearby | None:
        """As `office`, after waiting so long at most."""
        try:
            async with asyncio.timeout(timeout_s):
                while (near := self.office(number)) is None:
                    self._changed.clear()
                    await self._changed.wait()
                return near
        except TimeoutError:
            return None

    async def wait_for_any(self, timeout_s: float) -> None:
        """Until some member is announced, so long at most from the start of this node."""
        until_s = self._started_s + timeout_s
        try:
            async with asyncio.timeout_at(until_s):
                while all(near.office is None for near in self.all):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return

    def update(self, neighbours: Sequence[Neighbour]) -> None:
        """Take what discovery knows now in place of what it knew."""
        now_s = round(asyncio.get_running_loop().time() - self._started_s, 3)
        self._epoch, self._heard = self._roll().epoch, tuple(neighbours)
        known: dict[str, Nearby] = {}
        for one in neighbours:
            before, number = self._known.get(one.instance), self._number(one)
            addresses = tuple(format_address(address, one.port) for address in one.addresses)
            if before is not None and (before.addresses, before.office) == (addresses, number):
                known[one.instance] = before
                continue
            known[one.instance] = Nearby(
                number, addresses, one.matches_network, one.protocol_version == PROTOCOL_VERSION, now_s
            )
        self._known = known
        self._changed.set()

    def _number(self, neighbour: Neighbour) -> int | None:
        if not neighbour.matches_network:
            return None
        for member in self._roll().members:
            if (
                not member.removed
                and member.number != self._own_number
                and neighbour.is_node(self._network, member.key)
            ):
                return member.number
        return None
