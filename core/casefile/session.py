"""Drafts as the application edits them: a session per window, all on one child process.

A session holds a copy's saved bytes and what they say; Automerge itself is only in the child. After each
edit the other sessions of the same draft in this application take it in, so two windows show one draft.
Where the child dies nothing of a session changes: its saved bytes are those of the last edit that was
answered, and the next call goes on from there with a new child.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from core.casefile.process import WorkerProcess
from core.casefile.values import Value
from core.casefile.view import (
    WRITER_BYTES,
    FieldPath,
    Step,
    View,
    add_row,
    clear_field,
    remove_row,
    set_field,
    view_from_value,
)
from core.errors import MunimentError

Listener = Callable[[View], None]


class Worker(Protocol):
    """Whoever answers as `core.casefile.worker` does."""

    def ask(self, request: Value) -> Value:
        """The answer. Raises the code answered, or `casefile-worker-died`."""

    def close(self) -> None:
        """Nothing more is asked for now."""


class CaseFiles:
    """The open drafts of this application. Calls may come from any thread, and wait for the child."""

    def __init__(self, worker: Worker | None = None, draw: Callable[[int], bytes] = os.urandom) -> None:
        """`draw` gives so many random bytes: a writer's name for each session."""
        self._worker = worker or WorkerProcess()
        self._draw = draw
        self._lock = threading.Lock()
        self._sessions: list[DraftSession] = []

    def open(self, draft_id: str, saved: bytes | None = None, on_merged: Listener | None = None) -> "DraftSession":
        """A session on a draft: what is saved, merged with what other windows have; else an empty one.

        `on_merged` is called, in the thread of whoever edited, with what the draft says after another
        session's edit changed it. Raises `casefile-damaged`, `casefile-too-large`, `casefile-worker-died`.
        """
        session = DraftSession(self, draft_id, self._draw(WRITER_BYTES), saved, on_merged)
        with self._lock:
            session.exchange(self._worker, [], [other.saved for other in self._others(session)])
            self._sessions.append(session)
        return session

    def edit(self, session: "DraftSession", steps: Sequence[Step], merge: Sequence[bytes]) -> list[str]:
        """See `DraftSession.edit`."""
        with self._lock:
            added = session.exchange(self._worker, steps, merge)
            changed = [other for other in self._others(session) if other.take_in(self._worker, session)]
        for other in changed:
            other.announce()
        return added

    def forget(self, session: "DraftSession") -> None:
        """See `DraftSession.close`."""
        with self._lock:
            self._sessions = [other for other in self._sessions if other is not session]

    def close(self) -> None:
        """Forget all sessions and end the child; the drafts are as last saved."""
        with self._lock:
            self._sessions.clear()
            self._worker.close()

    def _others(self, session: "DraftSession") -> "list[DraftSession]":
        return [other for other in self._sessions if other.draft_id == session.draft_id and other is not session]


class DraftSession:
    """One window's copy of a draft. Made by `CaseFiles.open`.

    Every edit raises `casefile-worker-died` (then nothing has changed; try again), `casefile-no-such-row`,
    `casefile-value`, `casefile-path`, `casefile-too-large`.
    """

    def __init__(
        self,
        files: CaseFiles,
        draft_id: str,
        writer: bytes,
        saved: bytes | None,
        on_merged: Listener | None,
    ) -> None:
        self.draft_id = draft_id
        self._files = files
        self.writer = writer
        self._saved = saved
        self._on_merged = on_merged
        self._view = View({}, {}, ())
        self._awaited: dict[bytes, bytes] = {}

    @property
    def saved(self) -> bytes:
        """The copy as bytes, for the store to seal and keep: those of the last edit that was answered."""
        return self._saved or b""

    @property
    def view(self) -> View:
        """What the copy says: fields, row keys and conflicts."""
        return self._view

    def edit(self, steps: Sequence[Step]) -> list[str]:
        """Take all steps or none; the keys of the rows that were added."""
        return self._files.edit(self, steps, ())

    def set(self, path: FieldPath, value: Value) -> None:
        """Set a field `(name,)`, or a field of a row `(field, row, name)`, whole. Ends a conflict there."""
        self.edit([set_field(path, value)])

    def clear(self, path: FieldPath) -> None:
        """The field, with its rows if it has some, holds nothing."""
        self.edit([clear_field(path)])

    def add_row(self, field: str, values: Mapping[str, Value]) -> str:
        """A new last row of a list; its key."""
        return self.edit([add_row(field, values)])[0]

    def remove_row(self, field: str, row: str) -> None:
        """Take a row out; it stays where somebody edited it without knowing of this."""
        self.edit([remove_row(field, row)])

    def merge(self, saved: bytes) -> None:
        """Take in a colleague's copy, after its signature was verified. Raises `casefile-damaged` too."""
        self._files.edit(self, [], [saved])

    def close(self) -> None:
        """The window is gone; the draft is as last saved."""
        self._files.forget(self)

    def exchange(self, worker: Worker, steps: Sequence[Step], merge: Sequence[bytes]) -> list[str]:
        """Ask the child for the next state, and take it whole or not at all. Called under the files' lock."""
        others = [*self._awaited.values(), *merge]
        request = {"writer": self.writer, "saved": self._saved, "merge": others, "steps": list(steps)}
        answer = worker.ask(request)
        match answer:
            case {"saved": bytes(saved), "view": view, "added": [*added]}:
                self._view = view_from_value(view)
                self._saved = saved
                self._awaited.clear()
                return [str(row) for row in added]
            case _:
                raise MunimentError("casefile-worker-died")

    def take_in(self, worker: Worker, other: "DraftSession") -> bool:
        """Merge another session's copy; whether this one now says something else."""
        before = self._view
        self._awaited[other.writer] = other.saved
        # The edit itself is kept whatever happens here: this copy takes it in at its next call.
        with suppress(MunimentError):
            self.exchange(worker, [], [])
        return self._view != before

    def announce(self) -> None:
        """Tell the window that its draft changed under it."""
        if self._on_merged is not None:
            self._on_merged(self._view)
