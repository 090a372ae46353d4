"""Importing a table into an office: judge every row first, write all of it or nothing.

The first pass judges all rows one after another on a working copy that is thrown away. Only if the law accepts each
of them does the second pass sign and write, a batch (one block) at a time; a crash in between leaves whole batches.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from core.batch import MAX_ACTS, Batch
from core.errors import MunimentError
from core.importing.map import ImportMap, Row, fill
from core.laws.indexing import key_group
from core.laws.law import Procedure
from core.laws.verdict import Accepted, Rejected
from core.ledger.transaction import Signer
from core.office import Office

Sign = Callable[[bytes], bytes]
Progress = Callable[[int], None]


def _no_progress(_count: int) -> None:
    """Nobody watches."""


MAX_REPORTED = 1_000


@dataclass(frozen=True)
class RefusedRow:
    """`verdict`: the law's, or one with no rule where the row could not even be read."""

    row: int  # as a spreadsheet numbers it
    verdict: Rejected


@dataclass(frozen=True)
class ImportReport:
    rows: int
    acts: int
    refused: tuple[RefusedRow, ...]  # at most 1,000
    blocks: int = 0


@dataclass(frozen=True)
class Importer:
    office: Office
    law: str
    procedure: str
    map: ImportMap
    signers: tuple[Signer, ...]

    def __post_init__(self) -> None:
        law = self.office.laws.get(self.law)
        if law is None:
            raise MunimentError("unknown-law", law=self.law)
        if self.procedure not in law.procedures:
            raise MunimentError("unknown-procedure", law=self.law, procedure=self.procedure)
        roles = tuple(signer.role for signer in self.signers)
        if roles != self.map.signers:
            raise MunimentError("signers-differ-from-map", wanted=list(self.map.signers), given=list(roles))

    @property
    def _procedure(self) -> Procedure:
        return self.office.laws[self.law].procedures[self.procedure]

    def judge(self, rows: Iterable[tuple[int, Row]], progress: Progress = _no_progress) -> ImportReport:
        """Judge every row; nothing is written."""
        read = acts = 0
        refused: list[RefusedRow] = []
        batch = self.office.batch(self.signers)
        for number, row in self._chosen(rows):
            read += 1
            found, batch = self._judge_row(batch, number, row)
            if found is None:
                acts += 1
            elif len(refused) < MAX_REPORTED:
                refused.append(found)
            if read % 500 == 0:
                progress(read)
        return ImportReport(read, acts, tuple(refused))

    def _judge_row(self, batch: Batch, number: int, row: Row) -> tuple[RefusedRow | None, Batch]:
        """The refusal, if any, and the batch to go on with: a full one is followed by another on the same copy."""
        for _ in range(2):
            try:
                return self._add(batch, number, row), batch
            except MunimentError as error:
                if error.code != "batch-full":
                    raise
                batch = Batch(
                    batch.fold,
                    batch.working,
                    batch.author,
                    batch.signers,
                    batch.claimed_ms,
                    batch.random,
                    batch.waiting,
                )
        return RefusedRow(number, Rejected("row-too-large")), batch

    def write(
        self,
        rows: Iterable[tuple[int, Row]],
        sign: Sequence[Sign],
        progress: Progress = _no_progress,
    ) -> ImportReport:
        """Write what `judge` has accepted, a block at a time. Raises `rows-refused` if it accepts it no longer."""
        with self.office.store.database.bulk():
            return self._write(rows, sign, progress)

    def _write(self, rows: Iterable[tuple[int, Row]], sign: Sequence[Sign], progress: Progress) -> ImportReport:
        acts = blocks = 0
        pending = self._chosen(rows)
        rest: list[tuple[int, Row]] = []
        while True:
            batch = self.office.batch(self.signers)
            rest = self._fill(batch, [*rest, *islice(pending, MAX_ACTS - len(rest))])
            if not batch.encoded:
                return ImportReport(acts, acts, (), blocks)
            self.office.record_batch(batch, [one(batch.signing_message) for one in sign])
            acts, blocks = acts + len(batch.encoded), blocks + 1
            progress(acts)

    def _fill(self, batch: Batch, rows: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
        """Add rows until the batch is full; those that are left."""
        for place, (number, row) in enumerate(rows):
            try:
                refused = self._add(batch, number, row)
            except MunimentError as error:
                if error.code != "batch-full" or not batch.encoded:
                    raise
                return rows[place:]
            if refused is not None:
                raise MunimentError("rows-refused", refused=1, row=refused.row, why=refused.verdict.code)
        return []

    def _add(self, batch: Batch, number: int, row: Row) -> RefusedRow | None:
        """Add a row to the batch, or say why not. Raises `batch-full`."""
        try:
            act = self.map.values(self._procedure.fields, row)
            records = {name: self._find(batch, name, row) for name in self.map.records}
            verdict = batch.add(self.law, self.procedure, records, act)
        except MunimentError as error:
            if error.code == "batch-full":
                raise
            return RefusedRow(number, Rejected(error.code, facts=error.facts))
        return None if isinstance(verdict, Accepted) else RefusedRow(number, verdict)

    def _find(self, batch: Batch, name: str, row: Row) -> bytes:
        pick = self.map.records[name]
        value = fill(pick.template, row)
        group = key_group(self.office.number, value)
        found = batch.working.find(f"{pick.register}.{pick.key}", group, 2)
        if len(found) != 1:
            raise MunimentError("record-not-found", register=pick.register, key=value)
        return found[0]

    def _chosen(self, rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        """The rows that the map wants: all, the first of each different value, or those after it."""
        columns = self.map.first_of or self.map.later_of
        seen: set[tuple[str, ...]] = set()
        for number, row in rows:
            value = tuple(row[column] for column in columns)
            if not columns or (value in seen) == bool(self.map.later_of):
                yield number, row
            seen.add(value)
