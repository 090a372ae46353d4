"""Why nobody is found: what this computer can see of the cause, a quarter of a minute after it began to look.

Causes are codes with facts, the surest first; several may hold at once. Seen are: which interfaces there are, whether
a question sent to everybody comes back on each of them, what others announce, and whether members answer at their
addresses, announced or typed. A switch or a Wi-Fi that keeps computers apart is seen only where a member answers that
no announcement came from; otherwise it looks the same as if all others were switched off, and both are said.
"""

import asyncio
import contextlib
import secrets
import socket
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ifaddr

from core.errors import MunimentError
from sync.discovery import SERVICE_TYPE
from sync.interfaces import LOOPBACK
from sync.link import parse_address
from sync.meetings import DEFAULT_PORT
from sync.neighbourhood import Nearby, Neighbourhood

WAIT_S = 15.0
_GROUP, _PORT = "224.0.0.251", 5353
_ECHO_S = 1.0
_ANSWER_S = 3.0
_MAX_CALLED = 16
_VPN_NAMES = ("tun", "tap", "wg", "ppp", "utun", "tailscale", "zt", "nordlynx", "ipsec", "wireguard", "openvpn", "vpn")


@dataclass(frozen=True)
class Cause:
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    causes: tuple[Cause, ...]
    addresses: tuple[str, ...]  # of this computer, without its port
    port: int
    near: tuple[Nearby, ...]

    @property
    def found(self) -> bool:
        """Whether some office of the network answers."""
        return self.causes[0].code == "office-answers"


async def diagnose(
    neighbourhood: Neighbourhood,
    own_addresses: Callable[[], Sequence[str]],
    typed: Mapping[int, Sequence[str]],
    port: int,
    wait_s: float = WAIT_S,
) -> Diagnosis:
    """Waits so long for somebody of the network, then says what is seen. `own_addresses`: of this computer now."""
    await neighbourhood.wait_for_any(wait_s)
    near = tuple(neighbourhood.all)
    outside = tuple(address for address in own_addresses() if address != LOOPBACK)
    members = {one.office: one.addresses for one in near if one.office is not None and one.same_version}
    answers, causes = await _call_all(members, typed)
    if answers:
        causes.insert(0, Cause("office-answers", {"offices": sorted(answers)}))
        if not members:
            causes.append(Cause("multicast-blocked", {"where": "between"}))
        return Diagnosis(tuple(causes), outside, port, near)
    if not outside:
        return Diagnosis((Cause("no-network"), *causes), (), port, near)
    vpn = vpn_interfaces(ifaddr.get_adapters())
    local = [address for address in outside if address not in {one for found in vpn.values() for one in found}]
    deaf = [address for address in local if ":" not in address and not await hears_itself(address)]
    if deaf:
        causes.append(Cause("multicast-blocked", {"where": "here", "addresses": deaf}))
    causes += _from_announcements(near)
    if vpn and not members:
        causes.append(Cause("vpn", {"interfaces": sorted(vpn)}))
    return Diagnosis(tuple(causes or [Cause("nobody-announced")]), outside, port, near)


def _from_announcements(near: Iterable[Nearby]) -> list[Cause]:
    causes = []
    foreign = sum(not one.same_network for one in near)
    newer = sum(one.same_network and not one.same_version for one in near)
    if newer:
        causes.append(Cause("other-version-near", {"count": newer}))
    if foreign:
        causes.append(Cause("other-network-near", {"count": foreign}))
    return causes


def vpn_interfaces(adapters: Iterable[ifaddr.Adapter]) -> dict[str, list[str]]:
    """Interfaces with an address that are named as those of a VPN are, which may send everything elsewhere."""
    return {
        str(adapter.nice_name): [str(one.ip) for one in adapter.ips]
        for adapter in adapters
        if adapter.ips and str(adapter.nice_name).lower().startswith(_VPN_NAMES)
    }


async def _call_all(
    announced: Mapping[int, Sequence[str]], typed: Mapping[int, Sequence[str]]
) -> tuple[set[int], list[Cause]]:
    """(members that answer, why others do not)."""
    calls = [(number, address) for where in (announced, typed) for number in where for address in where[number]]
    calls = list(dict.fromkeys(calls))[:_MAX_CALLED]
    outcomes = await asyncio.gather(*(_answers(address) for _, address in calls))
    answering = {number for (number, _), code in zip(calls, outcomes, strict=True) if code is None}
    causes = []
    for (number, address), code in zip(calls, outcomes, strict=True):
        if code is not None and number not in answering:
            causes.append(Cause(code, {"office": number, "address": address}))
    return answering, causes


async def _answers(address: str) -> str | None:
    """Why nobody takes a call there; None: somebody does."""
    try:
        host, port = parse_address(address, DEFAULT_PORT)
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return "port-refused"
    except TimeoutError:
        return "port-silent"
    except (OSError, MunimentError):
        return "address-unreachable"
    writer.transport.abort()
    return None


async def hears_itself(address: str) -> bool:
    """Whether a question to everybody, sent on the interface with this address, comes back to this computer."""
    question = _question()
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as sockets:
        try:
            hearing = sockets.enter_context(_hearing(address))
            asking = sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
            asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            asking.sendto(question, (_GROUP, _PORT))
            async with asyncio.timeout(_ECHO_S):
                while await loop.sock_recv(hearing, 9000) != question:
                    pass
        except OSError:  # not allowed to send, no way there, or nothing came back in time
            return False
    return True


def _hearing(address: str) -> socket.socket:
    hearing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        hearing.bind(("", _PORT))
        joined = socket.inet_aton(_GROUP) + socket.inet_aton(address)
        hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        hearing.setblocking(False)
    except OSError:
        hearing.close()
        raise
    return hearing


def _question() -> bytes:
    """An mDNS question for this application, told apart from all others by its number (RFC 1035 §4.1)."""
    name = b"".join(bytes([len(label)]) + label.encode() for label in SERVICE_TYPE.rstrip(".").split("."))
    return struct.pack(">HHHHHH", secrets.randbelow(1 << 16), 0, 1, 0, 0, 0) + name + b"\0" + struct.pack(">HH", 12, 1)
