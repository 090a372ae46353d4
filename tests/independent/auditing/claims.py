"""The directory of an audit: its files, their items, and what the exporting office claims in them. AUDIT.md."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from .values import RefusedError, decode, is_id, is_natural, is_one, require

FILES = ("charter", "constitutions", "blocks", "evidence", "certified", "anchors", "entries", "versions", "checkpoints")
MAX_ITEM_BYTES = 1 << 24

Files = Mapping[str, bytes]


def read_directory(folder: Path) -> Files:
    """Every file of an audit, whole in memory."""
    names = (*FILES, "manifest")
    try:
        strangers = sorted(path.name for path in folder.iterdir() if path.name not in names)
        require(not strangers, "unknown-file", ", ".join(strangers))
        return {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise RefusedError("incomplete", str(error)) from None


def check_manifest(files: Files) -> bytes:
    """The network id that the manifest names, once every file is as it was when it was written."""
    match decode(files["manifest"]):
        case ["muniment-audit", version, network, [*listed]] if is_one(version) and is_id(network):
            pass
        case _:
            raise RefusedError("not-an-audit")
    require(len(listed) == len(FILES), "not-an-audit", "the manifest lists other files")
    for name, item in zip(FILES, listed, strict=True):
        require(item == [name, len(files[name]), sha256(files[name]).digest()], "file-differs", name)
    return network


def items(files: Files, name: str) -> Iterator:
    """The decoded items of a file."""
    return (decode(item, MAX_ITEM_BYTES) for item in frames(files, name))


def frames(files: Files, name: str) -> Iterator[bytes]:
    """The items of a file: each has its length before it, four bytes, big-endian."""
    data, at = files[name], 0
    while at < len(data):
        require(at + 4 <= len(data), "cut-off", name)
        length = int.from_bytes(data[at : at + 4], "big")
        item, at = data[at + 4 : at + 4 + length], at + 4 + length
        require(at <= len(data), "cut-off", name)
        yield item


def read_block(item) -> tuple[bytes, bytes, bytes | None]:
    match item:
        case [bytes(header), bytes(signature), None]:
            return header, signature, None
        case [bytes(header), bytes(signature), bytes(payload)]:
            return header, signature, payload
    raise RefusedError("malformed-claims", "blocks")


def read_anchor(item) -> list:
    match item:
        case [number, block, epoch, round_, consensus, spread, bool(_), [*executed]]:
            naturals = all(map(is_natural, (number, epoch, round_, consensus, spread)))
            if naturals and is_id(block) and all(map(is_id, executed)):
                return item
    raise RefusedError("malformed-claims", "anchors")
