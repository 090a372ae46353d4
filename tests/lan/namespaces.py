"""A real LAN in one computer: network namespaces joined by a bridge; it carries real mDNS multicast.

Each place has its own interface `lan0` with the address 10.77.0.(place + 1)/24, and loopback. The bridge
stands in a namespace of its own, so nothing of the computer's own network is touched. Names are drawn per
run; leaving the context ends the processes it started and deletes its namespaces. Needs Linux, root and
iproute2.
"""

import json
import os
import queue
import secrets
import shutil
import subprocess
import sys
import threading
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 30
ANSWER_S = 60


def missing() -> str | None:
    """Why there can be no such LAN here, or None."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are a feature of Linux"
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the `ip` command (iproute2)"
    name = f"muniment-{secrets.token_hex(4)}"
    made = _ip("netns", "add", name, check=False)
    if made.returncode != 0:
        return f"this system refuses network namespaces: {made.stderr.strip()}"
    _ip("netns", "delete", name)
    return None


class Process:
    """Python inside one place. It prints one JSON object a line and reads lines as orders."""

    def __init__(self, namespace: str, *python: str) -> None:
        command = ["ip", "netns", "exec", namespace, sys.executable, *python]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._said: list[dict] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._child.stdout:
            self._lines.put(line)
        self._lines.put("")

    def until(self, condition, timeout_s: float = TIMEOUT_S) -> dict:
        """The next object that it prints and the condition holds of; an error with all it said otherwise."""
        while True:
            try:
                line = self._lines.get(timeout=timeout_s)
            except queue.Empty:
                raise AssertionError(f"nothing of that kind in {timeout_s} s; it said {self._said}") from None
            if not line:
                raise AssertionError(f"it ended: {self._child.stderr.read()}; it said {self._said}")
            said = json.loads(line)
            self._said.append(said)
            if condition(said):
                return said

    def ask(self, **what) -> dict:
        """Send one order and take the next object that it prints for its answer."""
        self.order(**what)
        return self.until(lambda _: True, ANSWER_S)

    def order(self, **what) -> None:
        """Send one order, a JSON object on its standard input."""
        self._child.stdin.write(json.dumps(what) + "\n")
        self._child.stdin.flush()

    def end(self) -> str:
        """Close its standard input, which asks it to stop, and wait; what it wrote to standard error. "" the next time."""
        if self._child.stdin.closed:
            return ""
        self._child.stdin.close()
        try:
            self._child.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reader.join(TIMEOUT_S)
        errors = self._child.stderr.read()
        self._child.stdout.close()
        self._child.stderr.close()
        return errors


class Lan:
    def __init__(self, places: int) -> None:
        self._run = f"muniment-{secrets.token_hex(4)}"
        self._switch = f"{self._run}-switch"
        self._count = places
        self._made: list[str] = []
        self._processes: list[Process] = []

    def __enter__(self) -> "Lan":
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.end()
        for namespace in self._made:
            _ip("netns", "delete", namespace, check=False)

    def start(self, place: int, *python: str) -> Process:
        """Run Python with these arguments at a place."""
        process = Process(self.namespace(place), *python)
        self._processes.append(process)
        return process

    def namespace(self, place: int) -> str:
        return f"{self._run}-{place}"

    @staticmethod
    def address(place: int) -> str:
        return f"10.77.0.{place + 1}"

    def set_address(self, place: int, address: str) -> None:
        """Another address at the same place, as DHCP would give it."""
        _ip("-n", self.namespace(place), "address", "flush", "dev", "lan0")
        _ip("-n", self.namespace(place), "address", "add", f"{address}/24", "brd", "+", "dev", "lan0")
        _ip("-n", self.namespace(place), "route", "replace", "224.0.0.0/4", "dev", "lan0")

    def add_ipv6(self, place: int) -> str:
        """The link-local address that the place gets, without its scope; it can be used at once."""
        address = f"fe80::77:{place + 1}"
        flags = ("nodad", "scope", "link")
        _ip("-n", self.namespace(place), "address", "add", f"{address}/64", "dev", "lan0", *flags)
        return address

    def take_ipv4(self, place: int) -> None:
        """As on a cable between two computers, where nobody gives addresses out."""
        _ip("-n", self.namespace(place), "-4", "address", "flush", "dev", "lan0")

    def unplug(self, place: int) -> None:
        _ip("-n", self._switch, "link", "set", f"port{place}", "down")

    def plug_in(self, place: int) -> None:
        _ip("-n", self._switch, "link", "set", f"port{place}", "up")

    def hold_back_multicast(self) -> None:
        """As a Wi-Fi does that keeps announcements from passing between computers."""
        for place in range(self._count):
            slave = ("type", "bridge_slave", "mcast_flood", "off")
            _ip("-n", self._switch, "link", "set", "dev", f"port{place}", *slave)

    def drop(self, place: int, *packets: str) -> None:
        """A firewall rule at a place; `packets`: as iptables names them, its chain first."""
        rule = ("iptables", "-A", *packets, "-j", "DROP")
        _ip("netns", "exec", self.namespace(place), *rule)

    def add_tunnel(self, place: int, name: str, address: str) -> None:
        """An interface as a VPN makes one; it leads nowhere."""
        _ip("-n", self.namespace(place), "link", "add", name, "type", "veth", "peer", "name", f"far-{name}")
        _ip("-n", self.namespace(place), "link", "set", f"far-{name}", "up")
        _ip("-n", self.namespace(place), "address", "add", f"{address}/24", "dev", name)
        _ip("-n", self.namespace(place), "link", "set", name, "up")

    def _build(self) -> None:
        self._namespace(self._switch)
        # Without snooping a bridge floods multicast, as a plain switch does.
        _ip("-n", self._switch, "link", "add", "bridge0", "type", "bridge", "mcast_snooping", "0")
        _ip("-n", self._switch, "link", "set", "bridge0", "up")
        for place in range(self._count):
            namespace = self.namespace(place)
            self._namespace(namespace)
            pair = ("lan0", "netns", namespace, "type", "veth", "peer", "name", f"port{place}", "netns")
            _ip("link", "add", *pair, self._switch)
            _ip("-n", self._switch, "link", "set", f"port{place}", "master", "bridge0", "up")
            _ip("-n", namespace, "link", "set", "lan0", "up")
            self.set_address(place, self.address(place))

    def _namespace(self, name: str) -> None:
        _ip("netns", "add", name)
        self._made.append(name)
        _ip("-n", name, "link", "set", "lo", "up")


def _ip(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True, timeout=TIMEOUT_S)
