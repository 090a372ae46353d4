"""On which addresses this computer is found: those of its connected interfaces now.

Announcements go out over IPv4 (RFC 6762 §6: either will do). An interface without any IPv4 address, as that of a cable
from one computer to another where nobody gives addresses out, has the link-local IPv6 address that it gave itself, and
is spoken on with that.
"""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import ifaddr

LOOPBACK = "127.0.0.1"
_SYSTEM = Path("/sys/class/net")  # of Linux
_TENTATIVE = 0x40 | 0x08  # or found to be another's: flags of an address (Linux, if_addr.h)


def interface_addresses(loopback_only: bool = False) -> tuple[str, ...]:
    """IPv4 addresses at which this computer is found, sorted: of real interfaces, or loopback where there is none."""
    if loopback_only:
        return (LOOPBACK,)
    return tuple(sorted(one for adapter in _connected() for one in _ipv4(adapter))) or (LOOPBACK,)


def announced_addresses(loopback_only: bool = False) -> tuple[str, ...]:
    """As `interface_addresses`, and the link-local IPv6 address of an interface that has no IPv4 address, without the
    name of the interface.
    """
    if loopback_only:
        return (LOOPBACK,)
    alone = [adapter for adapter in _connected() if not any(_ipv4(adapter)) and not _is_part_of_another(adapter)]
    unready = _unready() if alone else frozenset()
    found = [one for adapter in alone for one in _link_local(adapter) if one not in unready]
    ipv4 = interface_addresses()
    return (*(() if found and ipv4 == (LOOPBACK,) else ipv4), *sorted(found))


def _connected() -> Iterator[ifaddr.Adapter]:
    return (adapter for adapter in ifaddr.get_adapters() if _is_connected(str(adapter.name)))


def _ipv4(adapter: ifaddr.Adapter) -> Iterator[str]:
    for address in adapter.ips:
        if isinstance(address.ip, str) and not ipaddress.IPv4Address(address.ip).is_loopback:
            yield address.ip


def _link_local(adapter: ifaddr.Adapter) -> Iterator[str]:
    for address in adapter.ips:
        if not isinstance(address.ip, str) and ipaddress.IPv6Address(address.ip[0]).is_link_local:
            yield str(ipaddress.IPv6Address(address.ip[0]))


def _is_connected(interface: str) -> bool:
    """Whether its cable is in. Linux keeps the address of an interface without one; other systems take it away."""
    try:
        state = (_SYSTEM / interface / "operstate").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return True
    return state not in {"down", "lowerlayerdown", "notpresent"}


def _is_part_of_another(adapter: ifaddr.Adapter) -> bool:
    """A port of a bridge, as virtual machines and containers have them, has an address that leads to nobody."""
    return (_SYSTEM / str(adapter.name) / "master").exists()


def _unready() -> frozenset[str]:
    """IPv6 addresses that cannot be used yet: Linux first asks for a second or two whether another has them."""
    try:
        rows = [line.split() for line in Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        return frozenset()
    return frozenset(str(ipaddress.IPv6Address(bytes.fromhex(row[0]))) for row in rows if int(row[4], 16) & _TENTATIVE)
