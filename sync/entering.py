"""Entering in the common order, in portions: the window and meetings have their turn between two of them.

When offices have come to agree on very many acts at once (a founding import), each executes them. Every portion is
durable with how far it has come, so a cut loses nothing and the next start goes on from there.
"""

import asyncio
from collections.abc import Callable

from core.errors import MunimentError
from sync.events import ActsEntered, EnteringFailed, Event
from sync.opened import OwnedReplica

ACTS_AT_ONCE = 256  # as long as a click in the window may wait; a block is not divided, and an import's has no more
TOLD_EVERY_S = 0.25
_AGAIN_S = 60.0  # a full disk is not empty at once


class Entering:
    """On the office's thread."""

    def __init__(self, office: OwnedReplica, tell: Callable[[Event], None]) -> None:
        self._office, self._tell = office, tell
        self._told_s = 0.0
        self._due = asyncio.Event()
        office.acts_at_once, office.when_due = ACTS_AT_ONCE, self._due.set

    async def keep_on(self) -> None:
        """What an earlier run has left, then whatever blocks bring, until it is cancelled. It sleeps in between."""
        self._due.set()
        while await self._due.wait():
            self._due.clear()
            try:
                await self.enter_all()
            except MunimentError as error:
                self._tell(EnteringFailed(error.code, error.facts))
                await asyncio.sleep(_AGAIN_S)
                self._due.set()

    async def enter_all(self) -> None:
        """Until nothing is left to enter. Raises `disk-full`, `disk-failed`, `replica-damaged`."""
        while (standing := self._office.entering()) is not None:
            self._tell_sometimes(*standing)
            before = self._office.anchor
            self._office.enter_in_order()
            if self._office.anchor > before:
                self._tell(ActsEntered(standing[1], standing[1]))
            await asyncio.sleep(0)

    def _tell_sometimes(self, entered: int, acts: int) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s - self._told_s >= TOLD_EVERY_S:
            self._told_s = now_s
            self._tell(ActsEntered(entered, acts))
