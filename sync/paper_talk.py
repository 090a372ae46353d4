"""Scans, after acts and case files: asked for, and given in chunks, few in a turn.

Whoever wants some asks in its turn for all of them, each from the chunk that it lacks first; in its next turn the other
side gives some chunks of the first that it has, and is asked again. New acts go before in every turn, so no scan keeps
one waiting for longer than those few chunks. A peer that has none gives nothing, and is not asked again this time.
"""

from collections.abc import Iterator
from typing import Any

from core.errors import MunimentError
from core.store.papers import CHUNK_BYTES, PaperStore
from sync.messages import MAX_WISHES, Chunk, Message, PaperWish, Want
from sync.progress import Progress

TURN_CHUNKS = 4
_KEPT_FROM_ASKING = {"papers-full", "paper-differs", "disk-full", "disk-failed"}  # no fault of the conversation


class PaperTalk:
    """One side's part. `peer`: the member one talks with, whose chunks these are."""

    accepts: tuple[type, ...] = (Want, Chunk)

    def __init__(self, papers: PaperStore, peer: int, progress: Progress) -> None:
        self._papers, self._peer, self._progress = papers, peer, progress
        self._asked: list[bytes] = []  # by me in my last turn, in their order
        self._given: bytes | None = None  # what chunks came for since
        self._given_up: set[bytes] = set()
        self._counted: set[bytes] = set()  # of which is known how much will come
        self._wishes: tuple[PaperWish, ...] = ()  # of the peer

    @property
    def has_something(self) -> bool:
        return bool(self._mine())

    def turn(self) -> Iterator[Message]:
        """What the peer asked for, and what I ask for."""
        yield from self._answers()
        self._note_lacking()
        wishes = self._mine()
        self._asked, self._given = [wish.digest for wish in wishes], None
        if wishes:
            yield Want(wishes)

    def take(self, message: Message) -> None:
        """Raises `unexpected-message`, and for chunks `paper-not-wanted`, `paper-too-large`, `paper-chunk`."""
        if isinstance(message, Want):
            self._wishes = message.papers
        elif isinstance(message, Chunk):
            self._take_chunk(message)

    def errand(self) -> None:
        """Nothing of this takes long."""

    def errand_done(self, result: Any) -> None:
        """There is none."""

    def _answers(self) -> Iterator[Chunk]:
        wishes, self._wishes = self._wishes, ()
        for wish in wishes:
            for place in range(wish.first, wish.first + TURN_CHUNKS):
                found = self._papers.chunk(wish.digest, place)
                if found is None or found[0] > wish.limit:
                    break
                yield Chunk(wish.digest, found[0], place, found[1])
            else:
                return
            if found is None and place > wish.first:  # the end of this one
                return

    def _note_lacking(self) -> None:
        """What stood before the one of which chunks came, the peer does not have."""
        before = self._asked if self._given is None else self._asked[: self._asked.index(self._given)]
        self._given_up.update(before)

    def _mine(self) -> tuple[PaperWish, ...]:
        wishes = []
        for wanted in self._papers.wanted():
            if wanted.digest in self._given_up or self._papers.was_false(self._peer, wanted.digest):
                continue
            first = wanted.first
            if self._papers.starts_anew_with(self._peer, wanted.digest):
                self._papers.drop_part(wanted.digest)
                first = 0
            wishes.append(PaperWish(wanted.digest, first, wanted.limit))
        return tuple(wishes[:MAX_WISHES])

    def _take_chunk(self, chunk: Chunk) -> None:
        if chunk.digest not in self._asked or (self._given not in (None, chunk.digest)):
            raise MunimentError("unexpected-message", kind="Chunk")
        if chunk.digest in self._given_up:
            return  # of a paper that was just given up here; the rest of its turn was under way
        self._given = chunk.digest
        try:
            whole = self._papers.take(self._peer, chunk.digest, chunk.size, chunk.place, chunk.body)
        except MunimentError as error:
            if error.code not in _KEPT_FROM_ASKING:
                raise
            self._given_up.add(chunk.digest)
            self._progress.papers_refused[chunk.digest] = error.code
            return
        if chunk.digest not in self._counted:
            self._counted.add(chunk.digest)
            self._progress.paper_bytes_expected += chunk.size - chunk.place * CHUNK_BYTES
        self._progress.paper_bytes += len(chunk.body)
        self._progress.papers_new += whole
