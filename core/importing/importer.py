"""Importing a table into an office: judge every row first, write all of it or nothing.

The first pass judges all rows one after another on a working copy that is thrown away. Only if the law accepts each
of them does the second pass sign and write, a batch (one block) at a time. A computer that stops in between leaves
whole batches; run again, the import goes on after them (resuming.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice

from core.batch import MAX_ACTS, Batch
from core.errors import MunimentError
from core.importing.cells import Text, text_of
from core.importing.filling import Filling, field_reader
from core.importing.map import ImportMap, RecordPick
from core.importing.resuming import ImportNote
from core.importing.selecting import Selection
from core.importing.table import Cells, Row, formula_in
from core.laws.indexing import key_group
from core.laws.verdict import Accepted, Rejected
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from core.office import Office

Sign = Callable[[bytes], bytes]
Progress = Callable[[int], None]
MAX_REPORTED = 1_000
PROGRESS_ROWS = 500


@dataclass(frozen=True)
class RowVerdict:
    """What became of a row that is not simply entered: refused, held, suspended, warned, without effect.

    A row that could not even be read is refused by a verdict with no rule.
    """

    row: int  # as a spreadsheet numbers it
    verdict: Accepted | Rejected

    @property
    def outcome(self) -> str:
        return self.verdict.outcome if isinstance(self.verdict, Accepted) else "refused"


Note = Callable[[RowVerdict], None]


def _nobody(_: object) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class ImportReport:
    """`rows` = `acts` + refused. `outcomes`: how many acts are entered, held, …; `acts` counts all of them."""

    rows: int
    acts: int
    refused: tuple[RowVerdict, ...]  # at most 1,000
    blocks: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0  # rows that the map does not want
    done_before: int = 0  # rows that an earlier run, cut short, has recorded; not among `rows`


@dataclass(frozen=True)
class Importer:
    office: Office
    law: str
    procedure: str
    map: ImportMap
    signers: tuple[Signer, ...]
    done: frozenset[int] = frozenset()  # rows that an earlier run has recorded

    def __post_init__(self) -> None:
        law = self.office.laws.get(self.law)
        if law is None:
            raise MunimentError("unknown-law", law=self.law)
        if self.procedure not in law.procedures:
            raise MunimentError("unknown-procedure", law=self.law, procedure=self.procedure)
        roles = tuple(signer.role for signer in self.signers)
        if roles != self.map.signers:
            raise MunimentError("signers-differ-from-map", wanted=list(self.map.signers), given=list(roles))

    @cached_property
    def _filling(self) -> Filling:
        return Filling(self.map, self.office.laws[self.law].procedures[self.procedure].fields)

    @cached_property
    def _picked(self) -> dict[RecordPick, tuple[Text, Callable[[str], Value]]]:
        """What a pick's key says in a row, and how the register reads it: as the act did that made the record."""
        return {}

    def judge(
        self, rows: Iterable[tuple[int, Cells]], progress: Progress = _nobody, note: Note = _nobody
    ) -> ImportReport:
        """Judge every row; nothing is written. `note` is told of each row that is not simply entered."""
        selection = Selection(self.map, self.done)
        read, outcomes, refused = 0, Counter[str](), list[RowVerdict]()
        batch = self.office.batch(self.signers)
        for number, row in selection.of(rows):
            read += 1
            verdict, batch = self._judge_row(batch, row)
            if isinstance(verdict, Accepted):
                outcomes[verdict.outcome] += 1
            elif len(refused) < MAX_REPORTED:
                refused.append(RowVerdict(number, verdict))
            if not isinstance(verdict, Accepted) or verdict.outcome != "entered":
                note(RowVerdict(number, verdict))
            if read % PROGRESS_ROWS == 0:
                progress(read)
        acts = outcomes.total()
        return ImportReport(read, acts, tuple(refused), 0, outcomes, selection.left_out, selection.done_before)

    def _judge_row(self, batch: Batch, row: Cells) -> tuple[Accepted | Rejected, Batch]:
        """The verdict, and the batch to go on with: a full one is followed by another on the same copy."""
        for _ in range(2):
            try:
                return self._add(batch, row), batch
            except MunimentError as error:
                if error.code != "batch-full":
                    raise
                batch = replace(batch, encoded=[], ids=[], verdicts=[], size_bytes=0)
        return Rejected("row-too-large"), batch

    def write(
        self,
        rows: Iterable[tuple[int, Cells]],
        sign: Sequence[Sign],
        progress: Progress = _nobody,
        note: ImportNote | None = None,
    ) -> ImportReport:
        """Write what `judge` has accepted, a block at a time. Raises `rows-refused` if it accepts it no longer.

        With a note each act has the nonce by which a later run knows its row again.
        """
        with self.office.store.database.bulk():
            return self._write(rows, sign, progress, note)

    def _write(
        self, rows: Iterable[tuple[int, Cells]], sign: Sequence[Sign], progress: Progress, note: ImportNote | None
    ) -> ImportReport:
        blocks, outcomes = 0, Counter[str]()
        pending = Selection(self.map, self.done).of(rows)
        rest: list[tuple[int, Cells]] = []
        while True:
            batch = self.office.batch(self.signers)
            rest = self._fill(batch, [*rest, *islice(pending, MAX_ACTS - len(rest))], note)
            if not batch.encoded:
                return ImportReport(outcomes.total(), outcomes.total(), (), blocks, outcomes)
            self.office.record_batch(batch, [one(batch.signing_message) for one in sign])
            outcomes.update(verdict.outcome for verdict in batch.verdicts)
            blocks += 1
            progress(outcomes.total())

    def _fill(self, batch: Batch, rows: list[tuple[int, Cells]], note: ImportNote | None) -> list[tuple[int, Cells]]:
        """Add rows until the batch is full; those that are left."""
        for place, (number, row) in enumerate(rows):
            if note is not None:
                batch.random = partial(_nonce, note, number)
            try:
                verdict = self._add(batch, row)
            except MunimentError as error:
                if error.code != "batch-full" or not batch.encoded:
                    raise
                return rows[place:]
            if isinstance(verdict, Rejected):
                raise MunimentError("rows-refused", refused=1, row=number, why=verdict.code)
        return []

    def _add(self, batch: Batch, row: Cells) -> Accepted | Rejected:
        """Add a row to the batch, or say why not. Raises `batch-full`."""
        try:
            if isinstance(row, MunimentError):
                raise row
            row = self.map.read(row)  # what says nothing, by the map, runs nothing either
            formula = formula_in(row, self.map.guarded_columns)
            if formula is not None:
                raise MunimentError("formula-cell", field=formula, text=row[formula])
            find = partial(self._find, batch, row)
            act = self._filling.act(row, find)
            records = {name: find(pick) for name, pick in self.map.records.items()}
            return batch.add(self.law, self.procedure, records, act)
        except MunimentError as error:
            if error.code == "batch-full":
                raise
            return Rejected(error.code, facts=error.facts)

    def _find(self, batch: Batch, row: Row, pick: RecordPick) -> bytes:
        if pick not in self._picked:
            self._picked[pick] = text_of(pick.template, self.map, pick.key), self._key_reader(pick)
        text, read = self._picked[pick]
        said = text(row)
        value, index = read(said), f"{pick.register}.{pick.key}"
        found = batch.working.find(index, key_group(self.office.number, value), 2)
        found = found or batch.working.find(index, key_group(None, value), 2)  # what all offices keep together
        if len(found) != 1:
            raise MunimentError("record-not-found", register=pick.register, key=said)
        return found[0]

    def _key_reader(self, pick: RecordPick) -> Callable[[str], Value]:
        law = self.office.laws.get(pick.register.partition(".")[0])
        register = law.by_full_name.get(pick.register) if law is not None else None
        key = register.key.get(pick.key) if register is not None else None
        if key is None:
            raise MunimentError("record-not-found", register=pick.register, key=pick.key)
        return field_reader(key.type, pick.key)


def _nonce(note: ImportNote, row: int, _size: int) -> bytes:
    return note.nonce(row)
