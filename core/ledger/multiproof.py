"""One proof for several leaves of an RFC 6962 tree: the hashes of the subtrees without any of them, left to right.

For the leaves of an office, of its charter's head and of a second signer's office this is shorter than three
audit paths, because what they share is written once. Pure functions over leaf *hashes*; FORMAT.md §7.
"""

from collections.abc import Iterator, Mapping, Sequence

from core.ledger import merkle


def prove(leaves: Sequence[bytes], indexes: Sequence[int]) -> list[bytes]:
    """The hashes that lead from the leaves at `indexes` to the root."""
    if not indexes or not all(0 <= index < len(leaves) for index in indexes):
        raise IndexError(indexes)
    return list(_missing(leaves, frozenset(indexes), 0, len(leaves)))


def root_from_proof(count: int, known: Mapping[int, bytes], hashes: Sequence[bytes]) -> bytes | None:
    """The root of a tree of `count` leaves, or None when the proof cannot belong to these places.

    Work is at most a path a known leaf, whatever `count` says.
    """
    if not known or not all(0 <= index < count for index in known):
        return None
    remaining = iter(hashes)
    try:
        root = _join(known, remaining, 0, count)
    except StopIteration:
        return None
    return root if next(remaining, None) is None else None


def _missing(leaves: Sequence[bytes], wanted: frozenset[int], start: int, end: int) -> Iterator[bytes]:
    if not any(start <= index < end for index in wanted):
        yield merkle.root(leaves[start:end])
    elif end - start > 1:
        middle = start + _split(end - start)
        yield from _missing(leaves, wanted, start, middle)
        yield from _missing(leaves, wanted, middle, end)


def _join(known: Mapping[int, bytes], hashes: Iterator[bytes], start: int, end: int) -> bytes:
    if not any(start <= index < end for index in known):
        return next(hashes)
    if end - start == 1:
        return known[start]
    middle = start + _split(end - start)
    left = _join(known, hashes, start, middle)
    return merkle.node_hash(left, _join(known, hashes, middle, end))


def _split(count: int) -> int:
    """The largest power of two below `count` (RFC 6962 §2.1)."""
    return 1 << (count - 1).bit_length() - 1
