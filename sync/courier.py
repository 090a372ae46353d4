"""Writing and reading courier files: a meeting one way (4-sync "Courier files").

Written for members by number, with every block that any recipient may lack: what a recipient's own blocks
refer to it has, and what both held when they last met. Whoever carries the stick need be none of them. The
return file is the same thing, written by the recipient. Reading first checks the whole file (cut, altered,
other network, not for us, nothing new, needs an earlier one) and then rehearses it, block by block: until
then nothing is written, so a wrong block at its end, signed by a member, leaves nothing of it behind. Then
blocks are committed as in a meeting; a power cut keeps what was committed, and the same file read again
brings the rest. The conversation itself is sync/session.py, one way.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from core.crypto.signing import SigningKey
from core.errors import MunimentError
from core.ledger.block import decode_header
from core.rehearsing import Rehearsal
from core.store.files import file_error, sync_file, sync_folder
from sync import courier_file
from sync.comparing import remembered
from sync.courier_cases import CasesBrought, CasesToCarry
from sync.courier_file import CHUNK_BYTES, Index, Range, Scanned
from sync.courier_papers import PapersBrought, PapersToCarry
from sync.messages import CarriedCase, Chunk, Want
from sync.progress import Progress
from sync.replica import Replica, StoredBlock
from sync.session import Session

REHEARSED_AT_ONCE = 20_000  # blocks, and those of the chunk in which they end: some 1.5 KB each
GATHERED_BYTES = 32 << 10  # of messages whose blocks are committed together: a tenth of a second, with small ones

# What a conversation is refused for, and a file as one that nobody wrote in earnest.
_NOT_WHAT_WAS_WRITTEN = {"unexpected-message", "peer-said-bye", "blocks-lost", "parts-out-of-order"}


@dataclass(frozen=True, slots=True)
class Carried:
    """What a courier file carried or brought."""

    sender: int
    recipients: tuple[int, ...]
    blocks: int  # in the file
    blocks_new: int  # committed here by reading it; 0 for a file that was written
    ranges: tuple[Range, ...]
    bytes: int  # of the file
    papers_new: int = 0  # scans that are whole now by reading it
    paper_bytes: int = 0  # of scans, that came
    papers_refused: tuple[str, ...] = ()  # codes


class Far(NamedTuple):
    """How far a file is. Bytes are those of messages with their length prefix, as in sync/progress.py."""

    acts: int  # in the file
    size: int
    done: int  # of `whole`, which for a file that is read is all of it twice: looked through, and taken in
    whole: int


class CourierWriter:
    """One file in the making: write all of `frames`, in order, and `finish`; then `carried` says what it holds."""

    def __init__(self, replica: Replica, seed: bytes, recipients: Sequence[int], whole: bool = False) -> None:
        """`whole`: every block, for one that has lost some. Raises `unknown-office`, `no-recipient`."""
        self._replica = replica
        self._key = SigningKey(seed)
        self._recipients = sorted(set(recipients) - {replica.number})
        if not self._recipients:
            raise MunimentError("no-recipient")
        for number in self._recipients:
            if replica.roll.member(number) is None:
                raise MunimentError("unknown-office", office=number)
        self._papers = PapersToCarry(replica.papers, replica.encounters, self._recipients)
        self._cases = CasesToCarry(replica.sharing, replica.number, self._members)
        self._vector = tuple(replica.vector())
        self._blocks = self._select(whole)
        self._inside = frozenset(self._blocks)
        self._progress = Progress()
        self._needs: set[bytes] = set()
        self._brings: dict[tuple[int, int], list[Range]] = {}
        self._bytes = 0

    @property
    def carried(self) -> Carried:
        ranges = self._ranges
        count = len(self._blocks)
        return Carried(self._replica.number, tuple(self._recipients), count, 0, ranges, self._bytes)

    def finish(self) -> None:
        """All frames are on their medium."""
        self._cases.finish()

    def far(self) -> Far:
        """How far `frames` is."""
        whole = self._progress.bytes_planned + self._papers.bytes
        return Far(self._progress.acts_planned, whole, min(self._progress.bytes_sent, whole), whole)

    def frames(self) -> Iterator[bytes]:
        """The bytes of the file, piece by piece, the index last."""
        file_key, salt = os.urandom(32), os.urandom(courier_file.SALT_BYTES)
        envelope = courier_file.make_envelope(self._replica.network, file_key, salt, self._members)
        digests: list[bytes] = []
        yield self._count(courier_file.MAGIC + courier_file.frame(courier_file.ENVELOPE, envelope.body))
        for messages in self._chunks():
            box = courier_file.seal_chunk(file_key, envelope, len(digests), messages)
            digests.append(courier_file.chunk_digest(box))
            yield self._count(courier_file.frame(courier_file.CHUNK, box))
        box = courier_file.seal_index(file_key, envelope, self._index(digests), self._key)
        yield self._count(courier_file.frame(courier_file.INDEX, box))

    @property
    def _members(self) -> list[tuple[int, bytes]]:
        """Numbers and node keys of those whom it is for."""
        return [(number, self._replica.roll.members[number].key) for number in self._recipients]

    def _select(self, whole: bool) -> list[bytes]:
        if whole:
            return self._replica.newer_than(())
        lacking = [self._replica.newer_than(self._held_by(number)) for number in self._recipients]
        if len(lacking) == 1:
            return lacking[0]
        wanted = {block for part in lacking for block in part}
        return [block for block in self._replica.newer_than(()) if block in wanted]

    def _held_by(self, number: int) -> list[bytes]:
        """What a recipient's own blocks refer to, and what both held when they last parted."""
        parted = [
            block
            for tip in remembered(self._replica, number) or ()
            for block in self._replica.at(tip.author, tip.incarnation, tip.seq)
            if block.startswith(tip.prefix)
        ]
        return [*self._replica.seen_by(number), *parted]

    def _chunks(self) -> Iterator[list[bytes]]:
        """Messages, enough for a chunk at a time."""
        messages: list[bytes] = []
        size = 0
        for message in self._messages():
            if size + len(message) > CHUNK_BYTES and messages:
                yield messages
                messages, size = [], 0
            messages.append(message)
            size += len(message)
        yield messages

    def _messages(self) -> Iterator[bytes]:
        """One side of a meeting, with nobody to answer."""
        beside = chain(self._cases.messages(), self._papers.messages())
        session = Session.to_file(self._replica, self._blocks, self._note, beside)
        self._progress = session.progress
        session.start()
        yield from session.outgoing()

    def _note(self, block: StoredBlock) -> None:
        header = decode_header(block.header)
        parents = {reference.id for reference in header.refs} | ({header.prev} if header.prev else set())
        self._needs |= parents - self._inside
        self._bring(header.author, header.incarnation, header.seq)

    def _bring(self, author: int, incarnation: int, seq: int) -> None:
        """Siblings of a fork are named once."""
        ranges = self._brings.setdefault((author, incarnation), [])
        if any(one.first <= seq <= one.last for one in ranges):
            return
        if ranges and ranges[-1].last + 1 == seq:
            ranges[-1] = ranges[-1]._replace(last=seq)
        else:
            ranges.append(Range(author, incarnation, seq, seq))

    @property
    def _ranges(self) -> tuple[Range, ...]:
        return tuple(sorted(one for ranges in self._brings.values() for one in ranges))

    def _index(self, digests: Sequence[bytes]) -> Index:
        return Index(
            self._replica.network,
            self._replica.number,
            tuple(sorted(self._needs)),
            self._ranges,
            self._vector,
            len(self._blocks),
            tuple(digests),
            self._papers.count + self._cases.count,
        )

    def _count(self, data: bytes) -> bytes:
        self._bytes += len(data)
        return data


class CourierReader:
    """One file to be read: `check` it, then exhaust `blocks`; `carried` says what it brought."""

    def __init__(self, file: BinaryIO, scanned: Scanned) -> None:
        """`scanned`: from `courier_file.scan`, which needs no replica and may run on another thread."""
        self._file, self._scanned = file, scanned
        self._index: Index | None = None
        self._file_key = b""
        self.blocks_new = 0
        self._papers: PapersBrought | None = None
        self.cases: CasesBrought  # known after `check`

    @property
    def carried(self) -> Carried:
        assert self._index is not None
        recipients = tuple(sorted(self._scanned.envelope.keys))
        index = self._index
        size, papers = self._scanned.file_bytes, self._papers
        carried = Carried(index.sender, recipients, index.block_count, self.blocks_new, index.brings, size)
        if papers is None:
            return carried
        refused = tuple(sorted(set(papers.refused.values())))
        return replace(carried, papers_new=papers.new, paper_bytes=papers.bytes, papers_refused=refused)

    def check(self, replica: Replica, *seeds: bytes) -> None:
        """Everything that can be said before the first block; `seeds`: of this node's keys, old and new. Raises

        `other-network`, `not-for-us`, `courier-altered`, `unknown-author`; `courier-repeated`: nothing new,
        and the sender has written nothing since; `courier-older`: nothing new, and newer blocks of the
        sender are held (both only where nothing is said of scans or case files); `courier-needs-earlier`: it goes on
        from blocks that are not held.
        """
        envelope = self._scanned.envelope
        if not envelope.is_of(replica.network):
            raise MunimentError("other-network")
        self._file_key = envelope.open_key(replica.number, *seeds)
        index = courier_file.open_index(self._scanned, self._file_key, replica.network, replica.roll)
        known = all(tip.id in replica.at(tip.author, tip.incarnation, tip.seq) for tip in index.vector)
        if known and not index.beside:  # else it may bring scans that were asked for
            raise MunimentError(self._nothing_new(replica, index), sender=index.sender)
        missing = [block for block in index.needs if not replica.holds(block)]
        if missing:
            raise MunimentError("courier-needs-earlier", sender=index.sender, missing=len(missing))
        self._index = index
        self.cases = CasesBrought(index.sender, replica.number, seeds)

    def blocks(self, replica: Replica) -> Iterator[Far]:
        """Rehearse the file, then commit block after block, both in portions; yields how far it is.

        Raises `courier-altered` and refusals' codes; in the rehearsal, so that nothing was written of that portion.
        """
        assert self._index is not None
        rehearsal = Rehearsal(replica)
        rehearsed = Session.from_file(cast(Replica, rehearsal), lambda _beside: None)
        self._papers = PapersBrought(replica.papers, replica.encounters, self._index.sender)
        session = Session.from_file(replica, self._hear_beside)
        first, count = 0, len(self._scanned.chunks)

        def far() -> Far:
            size, heard = self._scanned.chunk_bytes, rehearsed.progress
            done = min(heard.bytes_received + session.progress.bytes_received, 2 * size)
            return Far(heard.acts_expected, size, done, 2 * size)

        while first < count:
            after = first
            while after < count and rehearsal.taken < REHEARSED_AT_ONCE:
                for _ in self._converse(rehearsed, after, after + 1, nullcontext):
                    yield far()
                after += 1
            if after == count:
                self._check_end(rehearsed)
            for _ in self._converse(session, first, after, replica.gathering):
                self.blocks_new = session.progress.blocks_new
                yield far()
            rehearsal.begin_anew()
            first = after
        self._check_end(session)
        self._papers.finish()

    def _hear_beside(self, message: Want | Chunk | CarriedCase) -> None:
        if isinstance(message, CarriedCase):
            self.cases.take(message)
        elif self._papers is not None:
            self._papers.take(message)

    def _check_end(self, session: Session) -> None:
        assert self._index is not None
        if not session.finished or session.progress.blocks_received != self._index.block_count:
            raise MunimentError("courier-altered", part="messages")

    def _converse(
        self, session: Session, first: int, after: int, gathering: Callable[[], AbstractContextManager[None]]
    ) -> Iterator[None]:
        """Let a session hear what these chunks of the file say, some messages at once."""
        for messages in self._said(first, after):
            with gathering():
                self._hear(session, messages)
            yield

    def _said(self, first: int, after: int) -> Iterator[list[bytes]]:
        """As many messages as are to be committed together."""
        some, size = list[bytes](), 0
        for number in range(first, after):
            for data in courier_file.open_chunk(self._file, self._scanned, self._file_key, number):
                some.append(data)
                size += len(data)
                if size >= GATHERED_BYTES:
                    yield some
                    some, size = [], 0
        yield some

    def _hear(self, session: Session, messages: Sequence[bytes]) -> None:
        for data in messages:
            try:
                session.receive(data)
            except MunimentError as error:
                if error.code in _NOT_WHAT_WAS_WRITTEN:
                    raise MunimentError("courier-altered", part="messages") from None
                raise

    def _nothing_new(self, replica: Replica, index: Index) -> str:
        newest = max((tip.seq for tip in index.vector if tip.author == index.sender), default=0)
        held = max((tip.seq for tip in replica.vector() if tip.author == index.sender), default=0)
        return "courier-older" if held > newest else "courier-repeated"


class DurableFile:
    """A file on a stick that appears under its name only when it is whole and on the medium."""

    def __init__(self, path: Path) -> None:
        """Raises `disk-full` or `file-not-written`."""
        self._path = path
        self._beside = path.with_name(f".{path.name}.part")
        try:
            self._file = self._beside.open("wb")
        except OSError as error:
            raise file_error(error, path) from None

    def write(self, data: bytes) -> None:
        """Raises `disk-full` or `file-not-written`."""
        try:
            self._file.write(data)
        except OSError as error:
            raise file_error(error, self._path) from None

    def finish(self) -> None:
        """Durable on return. Raises `disk-full` or `file-not-written`."""
        try:
            self._file.flush()
            sync_file(self._file.fileno())
            self._file.close()
            os.replace(self._beside, self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise file_error(error, self._path) from None

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._beside.unlink()
