"""Audits in memory: what an office would write, and the same after somebody has altered it and sealed it again."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from core.audit import LENGTH_BYTES, audit_files
from core.exchange import Exchange
from core.ledger.encoding import Value, decode, encode

Files = dict[str, bytes]


def exported(office: Exchange) -> Files:
    return {name: b"".join(parts) for name, parts in audit_files(office)}


def items(files: Files, name: str) -> list[Value]:
    data, at, found = files[name], 0, []
    while at < len(data):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        found.append(decode(data[start:at]))
    return found


def framed(values: Iterable[Value]) -> bytes:
    encoded = [encode(value) for value in values]
    return b"".join(len(one).to_bytes(LENGTH_BYTES, "big") + one for one in encoded)


def altered(files: Files, name: str, change: Callable[[list[Value]], object]) -> Files:
    """The audit after `change` has had its way with the items of a file; the manifest agrees with the result."""
    values = items(files, name)
    change(values)
    return sealed({**files, name: framed(values)})


def sealed(files: Files) -> Files:
    """With a manifest of these very files."""
    kind, version, network, listed = decode(files["manifest"])
    anew = [[name, len(files[name]), sha256(files[name]).digest()] for name, _, _ in listed]
    return {**files, "manifest": encode([kind, version, network, anew])}


def write(files: Files, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
