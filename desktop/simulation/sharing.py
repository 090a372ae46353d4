"""One processor plays all the offices: what pure functions have read or verified for one of them is not reckoned again
for the next.

The functions are the real ones and their results never change, so no office can tell; only the time that a world takes
is another.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

from core.crypto.signing import verify
from core.ledger.block import decode_header
from core.ledger.payload import decode_payload
from core.ledger.transaction import decode_transaction

# Each with how many of its results are kept: some hundred bytes each, of payloads some thousand.
SHARED: dict[Callable[..., Any], int] = {
    verify: 1 << 15,
    decode_header: 1 << 13,
    decode_payload: 1 << 12,
    decode_transaction: 1 << 12,
}


@contextmanager
def shared_work() -> Iterator[None]:
    """While it lasts each of them runs once for the same values in this process."""
    changed: list[tuple[ModuleType, str, object]] = []
    for real, most in SHARED.items():
        remembering = lru_cache(most)(real)
        for module in _core_modules():
            if getattr(module, real.__name__, None) is real:
                setattr(module, real.__name__, remembering)
                changed.append((module, real.__name__, real))
    try:
        yield
    finally:
        for module, name, function in changed:
            setattr(module, name, function)


def _core_modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("core.")]
