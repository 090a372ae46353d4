"""Scans on a stick: what this office asks for goes with its file, what the others have asked for comes with the answer.

A file tells one way, so nothing is guessed: after its blocks it says which scans its writer lacks (WANT), and gives of
those that a recipient asked for in its last file, from the chunk on that it lacked then, as many as fit (CHUNK). Who
reads it keeps what is asked for the file that it writes next. A chunk that is not the next one here was brought by
somebody else meanwhile, or will be: it is passed over.
"""

from collections.abc import Iterator, Sequence

from core.errors import MunimentError
from core.store.encounters import EncounterStore
from core.store.papers import CHUNK_BYTES, PaperStore, Wanted
from sync.messages import MAX_WISHES, Chunk, Message, PaperWish, Want

MAX_BYTES = 256 << 20  # of scans in one file
_PASSED_OVER = {"paper-not-wanted", "paper-chunk"}
_NOBODY = -2  # no member, nor this computer


class PapersToCarry:
    """What a file says of scans, for these recipients."""

    def __init__(self, papers: PaperStore, encounters: EncounterStore, recipients: Sequence[int]) -> None:
        self._papers = papers
        self._mine = tuple(map(self._wish, papers.wanted()))[:MAX_WISHES]
        self._theirs = dict[bytes, PaperWish]()
        for member in recipients:
            for wish in (PaperWish(*one) for one in encounters.wishes(member)):
                known = self._theirs.get(wish.digest)
                first = min(wish.first, known.first) if known else wish.first
                limit = max(wish.limit, known.limit) if known else wish.limit
                self._theirs[wish.digest] = PaperWish(wish.digest, first, limit)
        self.count = 0  # of messages said so far

    def _wish(self, wanted: Wanted) -> PaperWish:
        """After a mixture that failed whoever answers begins anew."""
        first = 0 if self._papers.starts_anew_with(_NOBODY, wanted.digest) else wanted.first
        return PaperWish(wanted.digest, first, wanted.limit)

    @property
    def bytes(self) -> int:
        """Of the scans that the file will carry."""
        size = 0
        for wish in self._theirs.values():
            if (found := self._papers.chunk(wish.digest, wish.first)) and found[0] <= wish.limit:
                size += CHUNK_BYTES * (found[0] - wish.first)
        return min(size, MAX_BYTES)

    def messages(self) -> Iterator[Message]:
        if self._mine:
            self.count += 1
            yield Want(self._mine)
        left = MAX_BYTES
        for wish in self._theirs.values():
            place = wish.first
            while left >= CHUNK_BYTES and (found := self._papers.chunk(wish.digest, place)) and found[0] <= wish.limit:
                self.count += 1
                left -= len(found[1])
                yield Chunk(wish.digest, found[0], place, found[1])
                place += 1


class PapersBrought:
    """What a file from a member brings of scans. Used once the whole file was found right."""

    def __init__(self, papers: PaperStore, encounters: EncounterStore, sender: int) -> None:
        self._papers, self._encounters, self._sender = papers, encounters, sender
        self.asked = self.new = self.bytes = 0  # scans that it asks for; that are whole now; bytes of scans that came
        self.refused: dict[bytes, str] = {}  # digest → code

    def take(self, message: Want | Chunk) -> None:
        """Raises `disk-full`, `disk-failed`."""
        if isinstance(message, Want):
            self.asked = len(message.papers)
            self._keep(message.papers)
            return
        if self._papers.was_false(self._sender, message.digest):
            return
        if message.place == 0 and self._papers.starts_anew_with(self._sender, message.digest):
            self._papers.drop_part(message.digest)
        try:
            whole = self._papers.take(self._sender, message.digest, message.size, message.place, message.body)
        except MunimentError as error:
            if error.code.startswith("disk"):
                raise
            if error.code not in _PASSED_OVER:
                self.refused[message.digest] = error.code
            return
        self.bytes += len(message.body)
        self.new += whole

    def finish(self) -> None:
        """All was read: who asked for nothing lacks nothing any more."""
        if not self.asked:
            self._keep(())

    def _keep(self, wishes: Sequence[PaperWish]) -> None:
        self._encounters.keep_wishes(self._sender, [(one.digest, one.first, one.limit) for one in wishes])
