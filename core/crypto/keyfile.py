"""The key file: secrets sealed under a passphrase (Argon2id, RFC 9106; then XChaCha20-Poly1305).

    offset  bytes  content
         0     16  "muniment keys" CR LF SUB: a text-mode copy shows at once
        16      1  version, 1
        17      1  purpose: 1 node, 2 officer
        18      4  Argon2id passes, big endian
        22      4  Argon2id memory in KiB, big endian (one lane)
        26     16  salt
        42      …  sealed box (core/crypto/sealing.py) of the secrets; associated data: all bytes before it
       -32     32  tagged hash "key-file" of all bytes before it
The secrets are a count byte, then in order of name: name length byte, ASCII name, length (2 bytes), secret.

The hash at the end is no protection, anybody can make it: it only tells a damaged file from a wrong
passphrase, before any memory is spent. The cost stands in the file, so it may grow with the years; a file
that asks for an absurd one is refused. The header is plain bytes because core/crypto may not import the
encoding of core/ledger.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import urandom
from typing import Literal

from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13
from nacl.exceptions import CryptoError

from core.crypto.hashing import DIGEST_BYTES, tagged_hash
from core.crypto.passphrase import passphrase_bytes
from core.crypto.sealing import KEY_BYTES, NONCE_BYTES, TAG_BYTES, open_sealed, seal
from core.errors import MunimentError

Purpose = Literal["node", "officer"]

MAGIC = b"muniment keys\r\n\x1a"
VERSION = 1
SALT_BYTES = 16
MAX_FILE_BYTES = 1 << 16
MAX_MEMORY_KIB = 4 << 20
# Passes × memory: on a slow office PC (0.3 GiB/s) still under two minutes.
MAX_WORK_KIB = 32 << 20
FLOOR_MEMORY_KIB = 256 << 10
TARGET_S = 1.0

_PURPOSES: dict[Purpose, int] = {"node": 1, "officer": 2}
_COST_START, _SALT_START = len(MAGIC) + 2, len(MAGIC) + 10
_BOX_START = _SALT_START + SALT_BYTES
_SMALLEST = _BOX_START + NONCE_BYTES + 1 + TAG_BYTES + DIGEST_BYTES


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: Argon2id passes over so much memory, one lane."""

    passes: int
    memory_kib: int

    @classmethod
    def floor(cls) -> "Cost":
        """The least an application may ask for: one pass over 256 MiB."""
        return cls(1, FLOOR_MEMORY_KIB)

    @classmethod
    def cheapest(cls) -> "Cost":
        """The least that libsodium takes, for tests: no protection at all."""
        return cls(1, 8)

    def is_below(self, floor: "Cost") -> bool:
        """Whether memory or passes are under the floor's."""
        return self.memory_kib < floor.memory_kib or self.passes < floor.passes

    def is_absurd(self) -> bool:
        """Whether opening would take more than 4 GiB or more time than anybody waits."""
        possible = self.passes >= 1 and 8 <= self.memory_kib <= MAX_MEMORY_KIB
        return not possible or self.passes * self.memory_kib > MAX_WORK_KIB


@dataclass(frozen=True, slots=True)
class OpenedKeys:
    """What a key file held. The secrets are kept out of repr, and so out of logs and tracebacks."""

    purpose: Purpose
    cost: Cost
    secrets: Mapping[str, bytes] = field(repr=False)


def seal_keys(
    passphrase: str,
    purpose: Purpose,
    secrets: Mapping[str, bytes],
    cost: Cost,
    *,
    floor: Cost | None = None,
    salt: bytes | None = None,
    nonce: bytes | None = None,
) -> bytes:
    """The bytes of a key file.

    Raises `key-file-cost-too-low` below the floor (None: the application's), `key-file-cost-absurd`,
    `not-enough-memory`, `passphrase-unusable`. Salt and nonce are given only by vectors.
    """
    if cost.is_below(floor or Cost.floor()):
        raise MunimentError("key-file-cost-too-low", memory_kib=cost.memory_kib, passes=cost.passes)
    drawn_salt = urandom(SALT_BYTES) if salt is None else salt
    if len(drawn_salt) != SALT_BYTES:
        raise ValueError("a salt has 16 bytes")
    costs = cost.passes.to_bytes(4, "big") + cost.memory_kib.to_bytes(4, "big")
    header = MAGIC + bytes((VERSION, _PURPOSES[purpose])) + costs + drawn_salt
    content = encode_secrets(secrets)
    body = header + seal(_derive(passphrase, drawn_salt, cost), content, header, nonce)
    if len(body) + DIGEST_BYTES > MAX_FILE_BYTES:
        raise ValueError("these secrets are too long for a key file")
    return body + tagged_hash("key-file", body)


def open_keys(data: bytes, passphrase: str) -> OpenedKeys:
    """The secrets of a key file.

    Raises `not-a-key-file`, `key-file-too-new` (facts: version), `key-file-damaged`,
    `key-file-cost-absurd`, `not-enough-memory`, `passphrase-unusable`, `wrong-passphrase`. Nothing is ever
    changed.
    """
    purpose, cost = read_header(data)
    header, box = data[:_BOX_START], data[_BOX_START:-DIGEST_BYTES]
    key = _derive(passphrase, data[_SALT_START:_BOX_START], cost)
    try:
        content = open_sealed(key, box, header)
    except MunimentError:
        raise MunimentError("wrong-passphrase") from None
    return OpenedKeys(purpose, cost, decode_secrets(content))


def read_header(data: bytes) -> tuple[Purpose, Cost]:
    """Purpose and cost without the passphrase; the same refusals as `open_keys` up to there."""
    if not data.startswith(MAGIC) or len(data) > MAX_FILE_BYTES:
        raise MunimentError("not-a-key-file")
    if len(data) < _SMALLEST or tagged_hash("key-file", data[:-DIGEST_BYTES]) != data[-DIGEST_BYTES:]:
        raise MunimentError("key-file-damaged")
    version, purpose_number = data[len(MAGIC)], data[len(MAGIC) + 1]
    if version != VERSION:
        raise MunimentError("key-file-too-new", version=version)
    purposes = [purpose for purpose, number in _PURPOSES.items() if number == purpose_number]
    if not purposes:
        raise MunimentError("key-file-damaged")
    passes = int.from_bytes(data[_COST_START : _COST_START + 4], "big")
    memory_kib = int.from_bytes(data[_COST_START + 4 : _SALT_START], "big")
    return purposes[0], Cost(passes, memory_kib)


def calibrate(clock: Callable[[], float]) -> Cost:
    """A cost at or above the floor that takes this machine about a second (0.5 to 2 s where it can).

    `clock` gives monotonic seconds. Takes a second or two itself; memory stays at the floor's, so that a
    key file made on a good machine still opens on a poor one. A machine so slow that the floor takes longer
    keeps the floor.
    """
    cost = Cost.floor()
    started_s = clock()
    _derive("calibration", bytes(SALT_BYTES), cost)
    pass_s = max(clock() - started_s, 1e-3)
    passes = max(cost.passes, round(TARGET_S / pass_s))
    return Cost(min(passes, MAX_WORK_KIB // cost.memory_kib), cost.memory_kib)


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    if cost.is_absurd():
        raise MunimentError("key-file-cost-absurd", memory_kib=cost.memory_kib, passes=cost.passes)
    typed = passphrase_bytes(passphrase)
    try:
        return crypto_pwhash_alg(
            KEY_BYTES, typed, salt, cost.passes, cost.memory_kib << 10, crypto_pwhash_ALG_ARGON2ID13
        )
    except CryptoError:  # within libsodium's limits only the memory can be missing
        raise MunimentError("not-enough-memory", memory_kib=cost.memory_kib) from None


def encode_secrets(secrets: Mapping[str, bytes]) -> bytes:
    """The one encoding of named secrets, see above."""
    if len(secrets) > 255:
        raise ValueError("a key file holds at most 255 secrets")
    parts = [bytes((len(secrets),))]
    for name in sorted(secrets):
        letters, secret = name.encode("ascii"), secrets[name]
        parts += [bytes((len(letters),)), letters, len(secret).to_bytes(2, "big"), secret]
    return b"".join(parts)


def decode_secrets(content: bytes) -> dict[str, bytes]:
    """Strict: only what `encode_secrets` writes; whoever sealed it may be hostile. Raises `key-file-damaged`."""
    secrets: dict[str, bytes] = {}
    offset = 1
    try:
        for _ in range(content[0]):
            name_end = offset + 1 + content[offset]
            secret_start = name_end + 2
            secret_end = secret_start + int.from_bytes(content[name_end:secret_start], "big")
            secrets[content[offset + 1 : name_end].decode("ascii")] = content[secret_start:secret_end]
            offset = secret_end
    except (IndexError, UnicodeDecodeError):
        raise MunimentError("key-file-damaged") from None
    if encode_secrets(secrets) != content:
        raise MunimentError("key-file-damaged")
    return secrets
