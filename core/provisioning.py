"""What sets an office up without anybody at its computer: a signed file that names everything but the secrets.

An administrator writes it as JSON and signs it (`muniment office sign`); the new computer is told whose signature
it may follow, checks the whole file, and only then writes. Passphrases are never in it: it names the files that hold
them. `["muniment-provisioning", content, signer's key, signature]` in canonical DAG-CBOR, content a map of exactly the
fields below; from version 2 on it may name an invitation into a network that is there already.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.crypto.hashing import tag_bytes
from core.errors import MunimentError
from core.ledger.charter import MAX_NAME_CHARS, MAX_OFFICERS, ROLES, Verify
from core.ledger.encoding import Value, decode, encode

MAX_BYTES = 64 << 10
MAX_PATH_CHARS = 1024
MAX_ADDRESSES = 32
_FIELDS = frozenset({"version", "office", "passphrase_file", "officers", "charter", "addresses"})
_FIELDS_OF = {1: _FIELDS, 2: _FIELDS | {"invitation"}}  # by version


@dataclass(frozen=True)
class NamedOfficer:
    name: str
    roles: frozenset[str]
    passphrase_file: str


@dataclass(frozen=True)
class Provisioning:
    office: str
    passphrase_file: str
    officers: tuple[NamedOfficer, ...]
    charter: str | None  # file of the network's charter, where it holds this office's card already
    addresses: tuple[tuple[str, str], ...]  # (office, host:port) of those that are always on
    invitation: str | None = None  # file of one, instead of a charter


def sign_provisioning(source: bytes, key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The signed file of what an administrator wrote as JSON. Raises `provisioning-field` (facts: field)."""
    try:
        stated = json.loads(source.decode("utf-8"))
        content = encode(stated)
    except (ValueError, RecursionError, MunimentError):
        raise MunimentError("provisioning-field", field="JSON") from None
    _read(stated)
    return encode(["muniment-provisioning", content, key, sign(tag_bytes("provisioning") + content)])


def decode_provisioning(data: bytes, signer: bytes, verify: Verify) -> Provisioning:
    """`signer`: the key that this computer was told to follow.

    Raises `not-a-provisioning-file`, `provisioning-other-signer`, `provisioning-field` (facts: field).
    """
    try:
        parts = decode(data, MAX_BYTES)
        match parts:
            case ["muniment-provisioning", bytes(content), bytes(key), bytes(signature)]:
                stated = decode(content, MAX_BYTES)
            case _:
                raise MunimentError("not-a-provisioning-file")
    except MunimentError:
        raise MunimentError("not-a-provisioning-file") from None
    if key != signer or not verify(key, tag_bytes("provisioning") + content, signature):
        raise MunimentError("provisioning-other-signer")
    return _read(stated)


def _read(stated: Value) -> Provisioning:
    version = stated.get("version") if type(stated) is dict else None
    if type(stated) is not dict or type(version) is not int or version not in _FIELDS_OF:
        raise MunimentError("provisioning-field", field="version")
    if set(stated) != _FIELDS_OF[version]:
        raise MunimentError("provisioning-field", field=", ".join(sorted(_FIELDS_OF[version])))
    invitation = None if stated.get("invitation") is None else _text(stated, "invitation", MAX_PATH_CHARS)
    if invitation is not None and stated["charter"] is not None:
        raise MunimentError("provisioning-field", field="charter, invitation")
    officers = stated["officers"]
    if type(officers) is not list or not 0 < len(officers) <= MAX_OFFICERS:
        raise MunimentError("provisioning-field", field="officers")
    addresses = stated["addresses"]
    if type(addresses) is not list or len(addresses) > MAX_ADDRESSES:
        raise MunimentError("provisioning-field", field="addresses")
    return Provisioning(
        _text(stated, "office", MAX_NAME_CHARS),
        _text(stated, "passphrase_file", MAX_PATH_CHARS),
        tuple(_officer(one) for one in officers),
        None if stated["charter"] is None else _text(stated, "charter", MAX_PATH_CHARS),
        tuple(_address(one) for one in addresses),
        invitation,
    )


def _officer(stated: Value) -> NamedOfficer:
    if type(stated) is not dict or set(stated) != {"name", "roles", "passphrase_file"}:
        raise MunimentError("provisioning-field", field="officers")
    roles = stated["roles"]
    if type(roles) is not list or not roles or not all(type(role) is str and role in ROLES for role in roles):
        raise MunimentError("provisioning-field", field="roles")
    name = _text(stated, "name", MAX_NAME_CHARS)
    return NamedOfficer(name, frozenset(roles), _text(stated, "passphrase_file", MAX_PATH_CHARS))


def _address(stated: Value) -> tuple[str, str]:
    if type(stated) is not dict or set(stated) != {"office", "address"}:
        raise MunimentError("provisioning-field", field="addresses")
    return _text(stated, "office", MAX_NAME_CHARS), _text(stated, "address", MAX_NAME_CHARS)


def _text(stated: Mapping[str, Value], field: str, most: int) -> str:
    value = stated[field]
    if type(value) is not str or not 0 < len(value) <= most:
        raise MunimentError("provisioning-field", field=field)
    return value
