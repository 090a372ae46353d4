"""Finding other nodes on the local network: mDNS service discovery (RFC 6762, RFC 6763) by zeroconf.

Service `_muniment._tcp.local.` under a name drawn at each start; TXT holds the protocol version, a salt,
and salted tags of the network and of the node, so a member recognises members and a stranger learns neither
names nor which network it is. Discovery is a hint, never trust: anybody may announce anything, so at most
256 names are remembered, those of our network first. zeroconf does not notice that a cable or a Wi-Fi
changed, nor that the computer slept; the interfaces are therefore polled, and announcing and browsing start anew on
another set. Without any other interface, loopback is used. zeroconf remembers whatever anybody announces: when a storm
of names has filled its memory it is made anew, and members that were heard before are kept for as long as an
announcement is good for.
"""

import asyncio
import contextlib
import ipaddress
import itertools
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from core.crypto.hashing import tagged_hash
from sync.interfaces import announced_addresses

SERVICE_TYPE = "_muniment._tcp.local."
PROTOCOL_VERSION = 2
MAX_NEIGHBOURS = 256
MAX_ADDRESSES = 8
MAX_CACHED_NAMES = 4 * MAX_NEIGHBOURS  # that zeroconf remembers, before it is made anew
POLL_S = 2.0
_POLLS_PER_ANNOUNCEMENT = 5  # a cable that is put in elsewhere changes no interface here: say it again
_TTL_S = 120  # a computer that left without a word is forgotten after two minutes
_TAG_BYTES = _SALT_BYTES = 8
_MAX_RESOLVING = 16
_RESOLVE_TIMEOUT_MS = 3000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What somebody announces; nothing of it is proved."""

    instance: str  # drawn at each start of the announcing node
    addresses: tuple[str, ...]  # IPv4, and link-local IPv6 with the interface behind a %; at most eight
    port: int
    protocol_version: int
    matches_network: bool
    salt: bytes
    tag: bytes  # of the node, see `node_tag`

    def is_node(self, network: bytes, key: bytes) -> bool:
        """Whether it announces itself as the node with this key."""
        return self.tag == node_tag(self.salt, network, key)


def network_tag(salt: bytes, network: bytes) -> bytes:
    return tagged_hash("mdns-network", salt, network)[:_TAG_BYTES]


def node_tag(salt: bytes, network: bytes, key: bytes) -> bytes:
    return tagged_hash("mdns-node", salt, network, key)[:_TAG_BYTES]


def _versions(addresses: Sequence[str]) -> IPVersion:
    versions = {ipaddress.ip_address(address).version for address in addresses}
    return IPVersion.All if len(versions) > 1 else IPVersion.V6Only if versions == {6} else IPVersion.V4Only


class Discovery:
    """Announces this node and browses for others; all on the running asyncio loop."""

    def __init__(
        self,
        network: bytes,
        key: bytes,
        port: int,
        on_change: Callable[[Sequence[Neighbour]], None],
        loopback_only: bool = False,
        on_move: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_move`: this computer is on other networks now."""
        self._network, self._key, self._port = network, key, port
        self._on_change, self._on_move = on_change, on_move
        self._loopback_only = loopback_only
        self.instance = secrets.token_hex(8)
        self.addresses: tuple[str, ...] = ()
        self._neighbours: dict[str, Neighbour] = {}
        self._unheard: dict[str, float] = {}  # kept over a storm, until when
        self.storms = 0
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, None] = {}  # names to resolve when there is room, oldest first
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._service: AsyncServiceInfo | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def neighbours(self) -> tuple[Neighbour, ...]:
        return tuple(self._neighbours.values())

    async def start(self) -> None:
        """Announce and browse until `close`. A network that cannot carry mDNS is tried again at each poll."""
        self._watch = asyncio.create_task(self._watch_interfaces())

    async def close(self) -> None:
        """Say goodbye and stop."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await self._stop_announcing()

    async def begin_anew(self) -> None:
        """After sleep: what was heard before may be long gone."""
        addresses = self.addresses
        if addresses:
            await self._stop_announcing()
            await self._announce(addresses)

    async def _watch_interfaces(self) -> None:
        for poll in itertools.count():
            addresses = announced_addresses(self._loopback_only)
            if addresses != self.addresses:
                moved = bool(self.addresses)
                await self._stop_announcing()
                await self._announce(addresses)
                if moved and self.addresses:
                    self._on_move()
            elif self._is_storm():
                await self._outlast_storm(addresses)
            elif poll % _POLLS_PER_ANNOUNCEMENT == 0:
                self._announce_again()
            self._drop_unheard()
            await asyncio.sleep(POLL_S)

    def _is_storm(self) -> bool:
        return self._zeroconf is not None and len(self._zeroconf.zeroconf.cache.cache) > MAX_CACHED_NAMES

    async def _outlast_storm(self, addresses: tuple[str, ...]) -> None:
        self.storms += 1
        kept = {name: one for name, one in self._neighbours.items() if one.matches_network}
        until_s = asyncio.get_running_loop().time() + _TTL_S
        self._neighbours.clear()
        await self._stop_announcing()
        self._neighbours.update(kept)
        self._unheard = {name: self._unheard.get(name, until_s) for name in kept}
        await self._announce(addresses)

    def _drop_unheard(self) -> None:
        now_s = asyncio.get_running_loop().time()
        gone = [name for name, until_s in self._unheard.items() if until_s < now_s]
        for name in gone:
            del self._unheard[name]
        if [name for name in gone if self._neighbours.pop(name, None)]:
            self._on_change(self.neighbours)

    async def _announce(self, addresses: tuple[str, ...]) -> None:
        try:
            self._zeroconf = AsyncZeroconf(interfaces=list(addresses), ip_version=_versions(addresses))
            await self._zeroconf.zeroconf.async_wait_for_start()
            self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, SERVICE_TYPE, handlers=[self._on_service])
            self._service = self._make_service(addresses)
            await (await self._zeroconf.async_register_service(self._service))
        except (OSError, ZeroconfError):
            await self._stop_announcing()
            return
        self.addresses = addresses

    def _announce_again(self) -> None:
        if self._zeroconf and self._service:
            zeroconf = self._zeroconf.zeroconf
            zeroconf.async_send(zeroconf.generate_service_broadcast(self._service, None))

    async def _stop_announcing(self) -> None:
        self.addresses = ()
        for task in self._resolving.values():
            task.cancel()
        self._resolving.clear()
        self._waiting.clear()
        browser, self._browser = self._browser, None
        zeroconf, self._zeroconf = self._zeroconf, None
        with contextlib.suppress(OSError, ZeroconfError):  # the interface may be gone
            if browser:
                await browser.async_cancel()
            if zeroconf:
                await zeroconf.async_close()
        if self._neighbours:
            self._neighbours.clear()
            self._on_change(())

    def _make_service(self, addresses: Sequence[str]) -> AsyncServiceInfo:
        salt = secrets.token_bytes(_SALT_BYTES)
        return AsyncServiceInfo(
            SERVICE_TYPE,
            f"{self.instance}.{SERVICE_TYPE}",
            port=self._port,
            addresses=[ipaddress.ip_address(address).packed for address in addresses],
            server=f"muniment-{salt.hex()}.local.",  # another each time: no address of before stands beside it
            properties={
                "v": str(PROTOCOL_VERSION),
                "salt": salt.hex(),
                "net": network_tag(salt, self._network).hex(),
                "node": node_tag(salt, self._network, self._key).hex(),
            },
            host_ttl=_TTL_S,
            other_ttl=_TTL_S,
        )

    def _on_service(self, *, zeroconf: Zeroconf, name: str, state_change: ServiceStateChange, **_: object) -> None:
        instance = name.removesuffix("." + SERVICE_TYPE)
        if instance == self.instance:
            return
        if state_change is ServiceStateChange.Removed:
            self._unheard.pop(instance, None)
            self._waiting.pop(instance, None)
            if instance in self._resolving:
                self._resolving[instance].cancel()
            if self._neighbours.pop(instance, None):
                self._on_change(self.neighbours)
        elif self._take_from_announcement(zeroconf, instance):
            self._waiting.pop(instance, None)
        elif len(self._waiting) < MAX_NEIGHBOURS:
            self._waiting[instance] = None
            self._resolve_next(zeroconf)

    def _take_from_announcement(self, zeroconf: Zeroconf, instance: str) -> bool:
        """Whether the announcement said all by itself, as ours do: then no question has to wait among a storm's."""
        info = AsyncServiceInfo(SERVICE_TYPE, f"{instance}.{SERVICE_TYPE}")
        if not info.load_from_cache(zeroconf):
            return False
        self._take(instance, info)
        return True

    def _take(self, instance: str, info: AsyncServiceInfo) -> None:
        found = self._neighbour(instance, info)
        self._unheard.pop(instance, None)
        if found and found != self._neighbours.get(instance) and self._remember(found):
            self._on_change(self.neighbours)

    def _resolve_next(self, zeroconf: Zeroconf) -> None:
        for instance in [name for name in self._waiting if name not in self._resolving]:
            if len(self._resolving) >= _MAX_RESOLVING:
                return
            del self._waiting[instance]
            task = asyncio.get_running_loop().create_task(self._resolve(zeroconf, instance))
            self._resolving[instance] = task

    async def _resolve(self, zeroconf: Zeroconf, instance: str) -> None:
        try:
            info = AsyncServiceInfo(SERVICE_TYPE, f"{instance}.{SERVICE_TYPE}")
            if not await info.async_request(zeroconf, _RESOLVE_TIMEOUT_MS):
                self._waiting[instance] = None  # an answer was lost; as long as it is announced, ask again
            else:
                self._take(instance, info)
        except (OSError, ZeroconfError):
            pass  # closed meanwhile, or malformed: a hint less
        finally:
            self._resolving.pop(instance, None)
        self._resolve_next(zeroconf)

    def _neighbour(self, instance: str, info: AsyncServiceInfo) -> Neighbour | None:
        """What the TXT record says, or None when it is not one of ours."""
        texts = info.decoded_properties
        try:
            version = int(texts.get("v") or "")
            salt, network, node = (bytes.fromhex(texts.get(key) or "") for key in ("salt", "net", "node"))
        except ValueError:
            return None
        # A link-local address means something only on the interface on which it was heard, which stands behind a %.
        heard = [one for one in info.parsed_scoped_addresses(IPVersion.All) if "%" in one or not one.startswith("fe80")]
        addresses = tuple(heard[:MAX_ADDRESSES])
        if len(salt) != _SALT_BYTES or not addresses or not info.port:
            return None
        matches = network == network_tag(salt, self._network)
        return Neighbour(instance, addresses, info.port, version, matches, salt, node)

    def _remember(self, found: Neighbour) -> bool:
        """Keep it if there is room; one of our network displaces a foreign one."""
        if len(self._neighbours) >= MAX_NEIGHBOURS and found.instance not in self._neighbours:
            foreign = next((n for n in self._neighbours.values() if not n.matches_network), None)
            if foreign is None or not found.matches_network:
                return False
            del self._neighbours[foreign.instance]
        self._neighbours[found.instance] = found
        return True
