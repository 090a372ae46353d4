"""Putting settled acts into the archive, so that the office's copy does not only grow."""

from typing import Any

from core.errors import MunimentError
from core.pruning import prune
from desktop.unlocking import Access
from desktop.wording import sentence
from desktop.wording.values import size_text


def prune_command(access: Access) -> dict[str, Any]:
    """Raises `nothing-to-prune`, `disk-full`, and what opening an office raises."""
    opened = access.open()
    try:
        *_, told = prune(opened.office)
    finally:
        opened.office.close()
    if not told.blocks:
        raise MunimentError("nothing-to-prune")
    freed = size_text(told.freed_bytes)
    facts: dict[str, Any] = {"blocks": told.blocks, "payload_bytes": told.payload_bytes, "bytes": told.freed_bytes}
    return {
        "message": sentence("pruned" if told.freed_bytes > 0 else "pruned-unshrunk", {**facts, "freed": freed}),
        **facts,
    }
