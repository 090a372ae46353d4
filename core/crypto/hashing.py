"""SHA-256 with a tag per use: no bytes hashed for one purpose can pass for another.

The tag is ASCII, ends with a zero byte and so is prefix-free; what follows is either of fixed width or a
single variable part at the end. Sources: 3-ledger §2 ("H everywhere is SHA-256 with a tag per use"),
RFC 6962 for the tree, which has its own leaf and node prefixes (core/ledger/merkle.py).
"""

from functools import cache
from hashlib import sha256

DIGEST_BYTES = 32


@cache
def tag_bytes(tag: str) -> bytes:
    """The prefix that domain-separates a use: `muniment/<tag>/1` and a zero byte."""
    return b"muniment/" + tag.encode("ascii") + b"/1\0"


def tagged_hash(tag: str, *parts: bytes) -> bytes:
    """32-byte SHA-256 over the tag and the parts in turn."""
    return sha256(tag_bytes(tag) + b"".join(parts)).digest()
