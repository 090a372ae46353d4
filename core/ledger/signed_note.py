"""Checkpoints with their cosignatures as C2SP signed notes: the form that tools for transparency logs exchange.

    muniment/<network id>
    <size>
    <root>
    state <state root>
    anchor <epoch> <number> <consensus time> <block>
    constitution <digest>, after epoch 0

    — muniment/<network id>/<number of the witness> <base64 of key id, time and signature>

The key id is SHA-256(name ‖ newline ‖ 0x04 ‖ public key)[:4]. Lines of keys that the roll does not know are passed
over, as the format wants; a line of a known key must hold. FORMAT.md §8; c2sp.org/signed-note.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from hashlib import sha256

from core.errors import MunimentError
from core.ledger.charter import Verify
from core.ledger.checkpoint import (
    Certificate,
    Checkpoint,
    CheckpointCosignature,
    base64,
    check_cosignature,
    checkpoint_text,
    origin,
)
from core.ledger.payload import SIGNATURE_BYTES
from core.ledger.roll import Member, Roll

MAX_TEXT_BYTES = 1 << 20
MAX_LINES = 4096
COSIGNATURE_TYPE = b"\x04"
KEY_ID_BYTES, TIME_BYTES = 4, 8

_TEXT = re.compile(
    rb"muniment/([0-9a-f]{64})\n([0-9]{1,19})\n([A-Za-z0-9+/]{43}=)\n"
    rb"state ([A-Za-z0-9+/]{43}=)\nanchor ([0-9]{1,19}) ([0-9]{1,19}) ([0-9]{1,19}) ([A-Za-z0-9+/]{43}=)\n"
    rb"(?:constitution ([A-Za-z0-9+/]{43}=)\n)?(?:next ([A-Za-z0-9+/]{43}=)\n)?"
)


def key_name(network: bytes, witness: int) -> str:
    return f"{origin(network)}/{witness}"


def key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode("utf-8") + b"\n" + COSIGNATURE_TYPE + public).digest()[:KEY_ID_BYTES]


def decode_checkpoint(text: bytes) -> Checkpoint:
    """From the body alone. Raises `malformed-checkpoint`."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise MunimentError("malformed-checkpoint")
    network, size, root, state_root, epoch, anchor, consensus_ms, block, named, following = found.groups()
    checkpoint = Checkpoint(
        bytes.fromhex(network.decode("ascii")),
        int(epoch),
        int(anchor),
        b64decode(block),
        int(consensus_ms),
        int(size),
        b64decode(root),
        b64decode(state_root),
        b64decode(named) if named else None,
        b64decode(following) if following else None,
    )
    numbers = (checkpoint.epoch, checkpoint.anchor, checkpoint.consensus_ms, checkpoint.size)
    one_form = checkpoint_text(checkpoint) == text  # no leading zeros, no bits beside the hash in its base64
    whole = not named if not checkpoint.epoch else named or not following
    if max(numbers) >= 1 << 63 or not checkpoint.anchor or not one_form or not whole:
        raise MunimentError("malformed-checkpoint")
    return checkpoint


def encode_note(certificate: Certificate, roll: Roll) -> bytes:
    """The signed note of a certificate, a line a witness."""
    lines = [_line(cosignature, roll.members[cosignature.witness]) for cosignature in certificate.cosignatures]
    return checkpoint_text(certificate.checkpoint) + b"\n" + "".join(lines).encode("utf-8")


def decode_note(note: bytes, roll: Roll, verify: Verify) -> Certificate:
    """The checkpoint of a note and the cosignatures of witnesses of its epoch's roll, all checked; a quorum or not.

    Raises `malformed-checkpoint`, `too-large`, `bad-cosignature`.
    """
    if len(note) > MAX_TEXT_BYTES:
        raise MunimentError("too-large", bytes=len(note), limit=MAX_TEXT_BYTES)
    text, blank, signatures = note.partition(b"\n\n")
    checkpoint = decode_checkpoint(text + b"\n")
    lines = signatures.split(b"\n")
    if not blank or lines.pop() != b"" or not lines or len(lines) > MAX_LINES:
        raise MunimentError("malformed-checkpoint")
    known = {
        (name, key_id(name, member.key)): member.number
        for member in roll.members
        if member.witness and (name := key_name(checkpoint.network, member.number))
    }
    cosignatures = {}
    for line in lines:
        name, identity, timestamp_s, signature = _read_line(line)
        witness = known.get((name, identity))
        if witness is not None:
            cosignature = CheckpointCosignature(checkpoint, witness, timestamp_s, signature)
            check_cosignature(cosignature, roll, verify)
            cosignatures[witness] = cosignature
    return Certificate(checkpoint, tuple(cosignatures[witness] for witness in sorted(cosignatures)))


def _line(cosignature: CheckpointCosignature, member: Member) -> str:
    name = key_name(cosignature.checkpoint.network, member.number)
    timestamp = cosignature.timestamp_s.to_bytes(TIME_BYTES, "big")
    return f"— {name} {base64(key_id(name, member.key) + timestamp + cosignature.signature)}\n"


def _read_line(line: bytes) -> tuple[str, bytes, int, bytes]:
    """(name, key id, time in seconds, signature); for lines of another kind a signature that fits no key of ours."""
    try:
        dash, name, encoded = line.decode("utf-8").split(" ")
        data = b64decode(encoded, validate=True)
    except (UnicodeDecodeError, ValueError, Base64Error):
        raise MunimentError("malformed-checkpoint") from None
    if dash != "—" or not name or "+" in name or base64(data) != encoded or len(data) <= KEY_ID_BYTES:
        raise MunimentError("malformed-checkpoint")
    stated, signature = data[KEY_ID_BYTES : KEY_ID_BYTES + TIME_BYTES], data[KEY_ID_BYTES + TIME_BYTES :]
    timestamp_s = int.from_bytes(stated, "big")
    fits = len(signature) == SIGNATURE_BYTES and timestamp_s < 1 << 63
    return name, data[:KEY_ID_BYTES], timestamp_s if fits else 0, signature if fits else bytes(SIGNATURE_BYTES)
