"""Importing a table: judged whole, then written; what is not simply entered goes into a report, a line a row."""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from os import urandom
from pathlib import Path
from time import monotonic
from typing import Any

from core.errors import MunimentError
from core.folder import read_bounded
from core.importing import resuming
from core.importing.importer import MAX_REPORTED, Importer, ImportReport, Note, RowVerdict
from core.importing.map import ImportMap, parse_map
from core.importing.selecting import Selection
from core.importing.table import count_rows, read_table
from core.laws.law import Law
from core.laws.numbers import PERSON_DRAWN_BYTES, person_number
from core.laws.sentences import rule_sentence
from core.laws.verdict import Accepted
from core.ledger.transaction import Signer
from core.office import Office
from desktop.outcome import BAD_INPUT
from desktop.unlocking import Access, parse_signing_officer
from desktop.wording import say, sentence
from desktop.wording.refusal import refusal

REPORT_COLUMNS = ("row", "outcome", "code", "field", "article", "sentence")
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run instead of showing it
_TELL_EVERY_S = 2.0


def person_number_command(count: int) -> dict[str, Any]:
    """Numbers for people who have none, as the window gives them."""
    numbers = [person_number(urandom(PERSON_DRAWN_BYTES)) for _ in range(count)]
    return {"message": "\n".join(numbers), "numbers": numbers}


def import_command(
    access: Access,
    law: str,
    procedure: str,
    map_file: Path,
    table: Path,
    officers: Sequence[str],
    dry_run: bool,
    report_file: Path | None = None,
) -> dict[str, Any]:
    """Judge all rows; unless a row is refused or it is a dry run, sign and record all of them.

    Run again after it was cut short, it goes on; after it was finished, it writes nothing (`imported-before`).
    """
    map_bytes = read_bounded(map_file)
    import_map = parse_map(map_bytes)
    people = [parse_signing_officer(text) for text in officers]
    opened = access.open()
    office = opened.office
    try:
        signers = tuple(person.signer(office.number) for person in people)
        keys = [] if dry_run else [person.key(access.folder).sign for person in people]
        running = Running(office, law, procedure, import_map, signers, table, map_bytes)
        with _told(report_file, office.laws.get(law)) as lines:
            judged = running.judge(lines.add)
        facts = {**_counted(judged), "report": lines.rows}
        if judged.rows > judged.acts:
            first = lines.first_refused
            message = sentence("rows-refused", {**facts, "row": first["row"], "why": first["message"]})
            return {"message": message, "code": "rows-refused", "exit": BAD_INPUT, **facts}
        if dry_run:
            return {"message": _message("import-judged", facts), **facts}
        written = running.write(keys)
    finally:
        office.close()
    done = {**facts, "acts": written.acts, "blocks": written.blocks}
    return {"message": _message("import-written", done), **done}


class Running:
    """One import of one table, from judging to its end."""

    def __init__(
        self,
        office: Office,
        law: str,
        procedure: str,
        import_map: ImportMap,
        signers: tuple[Signer, ...],
        table: Path,
        map_bytes: bytes,
    ) -> None:
        self._office, self._table, self._map = office, table, import_map
        key = resuming.import_key(table, map_bytes, law, procedure)
        self._note = resuming.find_note(office, key)
        self._key = key
        if self._note is not None and self._note.finished:
            raise MunimentError("imported-before", path=str(table), acts=self._note.acts)
        self._importer = Importer(office, law, procedure, import_map, signers, self._done())
        self._judged = 0

    def _rows(self) -> Any:
        return read_table(self._table, self._map.columns)

    def _done(self) -> frozenset[int]:
        if self._note is None:
            return frozenset()
        numbers = [number for number, _ in Selection(self._map).of(self._rows())]
        return resuming.rows_done(self._office, self._note, numbers)

    def judge(self, note: Note) -> ImportReport:
        report = self._importer.judge(self._rows(), Progress("import.judging", count_rows(self._table)).at, note)
        self._judged = report.acts
        return report

    def write(self, keys: Sequence[Callable[[bytes], bytes]]) -> ImportReport:
        note = self._note or resuming.begin(self._office, self._key, self._judged, urandom)
        report = self._importer.write(self._rows(), keys, Progress("import.writing", self._judged).at, note)
        resuming.finish(self._office, note)
        return report


class Progress:
    """A line on a terminal's stderr every two seconds: how far, and how long it still takes at this pace."""

    def __init__(self, words: str, total: int) -> None:
        self._words, self._total = words, total
        self._started_s = self._told_s = monotonic()

    def at(self, count: int) -> None:
        now_s = monotonic()
        if now_s - self._told_s < _TELL_EVERY_S or sys.stderr is None or not sys.stderr.isatty():
            return
        self._told_s = now_s
        left_s = (now_s - self._started_s) * max(self._total - count, 0) / max(count, 1)
        left = f"{left_s // 60:.0f}:{left_s % 60:02.0f}"
        print(say(self._words, done=f"{count:,}", total=f"{self._total:,}", left=left), file=sys.stderr)


class ReportLines:
    """The rows to tell of: the first thousand as facts, all of them in the file where one is asked for."""

    def __init__(self, law: Law | None, write: Callable[[Sequence[str]], object] | None) -> None:
        self._law, self._write = law, write
        self.rows: list[dict[str, Any]] = []
        self.first_refused: dict[str, Any] = {}

    def add(self, told: RowVerdict) -> None:
        line = _line(self._law, told)
        if not self.first_refused and told.outcome == "refused":
            self.first_refused = line
        if len(self.rows) < MAX_REPORTED:
            self.rows.append(line)
        if self._write is not None:
            cells = (line["row"], line["outcome"], line["code"], line["field"], line["article"], line["message"])
            self._write([_harmless(str(cell)) for cell in cells])


@contextmanager
def _told(report_file: Path | None, law: Law | None) -> Iterator[ReportLines]:
    """Raises `file-exists`, `file-not-written`."""
    if report_file is None:
        yield ReportLines(law, None)
        return
    try:
        out = report_file.open("x", encoding="utf-8-sig", newline="")
    except FileExistsError:
        raise MunimentError("file-exists", path=str(report_file)) from None
    except OSError:
        raise MunimentError("file-not-written", path=str(report_file)) from None
    with out:
        writer = csv.writer(out)
        writer.writerow(REPORT_COLUMNS)
        lines = ReportLines(law, writer.writerow)
        yield lines
    if not lines.rows:  # nothing to tell: no empty file stays behind
        with suppress(OSError):
            report_file.unlink()


def _line(law: Law | None, told: RowVerdict) -> dict[str, Any]:
    verdict = told.verdict
    if isinstance(verdict, Accepted):
        worst = next((one for one in verdict.findings if one.outcome != "warn"), verdict.findings[0])
        told_all = " ".join(filter(None, ((rule_sentence(law, one) if law else None) for one in verdict.findings)))
        return {
            "row": told.row, "outcome": told.outcome, "code": worst.code, "field": "",
            "article": worst.article, "message": told_all or sentence(worst.code, worst.facts),
        }  # fmt: skip
    field = verdict.facts.get("field", "")
    return {
        "row": told.row, "outcome": told.outcome, "code": verdict.code, "field": str(field or ""),
        "article": verdict.article, "message": refusal(law, verdict),
    }  # fmt: skip


def _counted(report: ImportReport) -> dict[str, Any]:
    """`refused` counts all refused rows; `report` tells at most 1,000 of all that are not simply entered."""
    return {
        "rows": report.rows,
        "acts": report.acts,
        "refused": report.rows - report.acts,
        "outcomes": dict(sorted(report.outcomes.items())),
        "left_out": report.left_out,
        "done_before": report.done_before,
    }


def _message(code: str, facts: dict[str, Any]) -> str:
    lines = [sentence(code, facts)]
    if facts["done_before"]:
        lines.append(sentence("import-went-on", facts))
    unusual = [say(f"import.outcome.{name}", count=n) for name, n in facts["outcomes"].items() if name != "entered"]
    if unusual:
        lines.append(sentence("import-unusual", {"what": ", ".join(unusual)}))
    return "\n".join(lines)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RUNS) else cell
