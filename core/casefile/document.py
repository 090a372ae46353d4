"""One copy of a case file: the only module that knows Automerge (0.2.0.dev4 exactly).

The Automerge document is one flat map of cells (core/casefile/cells.py), so that no two copies ever create
the same inner object apart. Setting writes under one's own name and deletes the names that one saw; what
two set apart therefore both stay. (The Python API shows only one of Automerge's own conflicting values.)
Removing a row deletes the cells of its existence, an edit in it renews them; Automerge lets a renewal win
over a removal that had not seen it, and the row's fields were not touched, so it comes back whole.

Known of this version: `Counter` panics; bytes with a right checksum and wrong content panic, which is no
`Exception`; it prints to stdout; a transaction never closed corrupts memory, hence always `with`.
A document did not always survive saving (automerge issue 1269): `save` reads back what it returns.
"""

from collections.abc import Mapping, Sequence

from automerge import core as automerge

from core.casefile.cells import MAX_CELLS, Cell, cell_bytes, cell_key, new_cell, rank, read_cell
from core.casefile.values import Value
from core.casefile.view import MAX_SAVED_BYTES, FieldPath, View
from core.errors import MunimentError

_Cells = dict[FieldPath, list[Cell]]


class CaseFile:
    """One writer's copy. `writer` is 8 bytes drawn anew for each window that opens it.

    Besides what each method names, all raise `casefile-value`, `casefile-path` and `casefile-too-large` for
    what a draft cannot hold, and then the copy is to be thrown away.
    """

    def __init__(self, writer: bytes, saved: bytes | None = None) -> None:
        """An empty copy, or one of saved bytes. Raises `casefile-damaged`; may panic."""
        self._writer = writer.hex()
        self._document = automerge.Document(writer) if saved is None else _load(saved)
        self._document.set_actor(writer)
        self._cells: _Cells = {}
        self._edit = 0
        self._take(_read_cells(self._document))

    @classmethod
    def create(cls, writer: bytes, fields: Mapping[str, Value]) -> "CaseFile":
        """A copy that holds these fields."""
        casefile = cls(writer)
        for name, value in fields.items():
            casefile.set((name,), value)
        return casefile

    def get(self) -> dict[str, Value]:
        """The field values, just as they were set."""
        return dict(self.view().fields)

    def set(self, path: FieldPath, value: Value) -> None:
        """Set a field or a field of a row, whole; a list of maps becomes rows.

        Raises `casefile-no-such-row`.
        """
        if len(path) not in (1, 3):
            raise MunimentError("casefile-path", path=list(path))
        if len(path) == 1:
            self._remove_rows(path[0])
        if len(path) == 1 and _is_rows(value):
            for row in value:
                self.add_row(path[0], row)
        elif not self._holds(path, value):
            if len(path) == 3:
                self._renew_row(path[0], path[1])
            self._put(path, value, self._cells.get(path, []))

    def clear(self, path: FieldPath) -> None:
        """The field, with its rows if it has some, holds nothing."""
        self._delete(path)
        if len(path) == 1:
            self._remove_rows(path[0])

    def add_row(self, field: str, values: Mapping[str, Value]) -> str:
        """A new last row; its key."""
        self._delete((field,))
        place = self._edit + 1
        row = f"{self._writer}.{place}"
        self._put((field, row), place)
        for name, value in values.items():
            self._put((field, row, name), value)
        return row

    def remove_row(self, field: str, row: str) -> None:
        """Take a row out. It stays where another edited it without knowing. Raises `casefile-no-such-row`."""
        self._row_place(field, row)
        self._delete((field, row))

    def merge(self, saved: bytes) -> None:
        """Take in what another copy has. Raises `casefile-damaged`; may panic."""
        other = _load(saved)
        try:
            self._document.merge(other)
        except Exception:  # noqa: BLE001 - all that Automerge raises; a panic is no Exception and passes
            raise MunimentError("casefile-damaged") from None
        self._take(_read_cells(self._document))

    def converse(self, history: Sequence[bytes | None]) -> bytes | None:
        """What to say next to another copy, in Automerge's sync protocol; None: it has all of this one.

        `history` is what has passed since this copy stood as it was opened: None where this side spoke, else what it
        heard. Hearing changes this copy. Raises `casefile-damaged`; may panic.
        """
        state = automerge.SyncState()
        try:
            for heard in history:
                if heard is None:
                    self._document.generate_sync_message(state)
                else:
                    self._document.receive_sync_message(state, automerge.Message.decode(heard))
            message = self._document.generate_sync_message(state)
        except Exception:  # noqa: BLE001 - all that Automerge raises; a panic is no Exception and passes
            raise MunimentError("casefile-damaged") from None
        self._take(_read_cells(self._document))
        return None if message is None else bytes(message.encode())

    def save(self) -> bytes:
        """All of it, with its history. Raises `casefile-not-kept` if it would not read back the same."""
        saved = bytes(self._document.save())
        if _read_cells(_load(saved)) != self._cells:
            raise MunimentError("casefile-not-kept")
        return saved

    def view(self) -> View:
        """Fields, rows and conflicts."""
        fields: dict[str, Value] = {}
        members: dict[tuple[str, str], dict[str, Value]] = {}
        conflicts: list[tuple[FieldPath, Sequence[Value]]] = []
        for path, cells in self._cells.items():
            if len(path) == 1:
                fields[path[0]] = cells[0].value
            elif len(path) == 3:
                members.setdefault((path[0], path[1]), {})[path[2]] = cells[0].value
            is_shown = len(path) == 1 or (len(path) == 3 and path[:2] in self._cells)
            if is_shown and len({cell.text for cell in cells}) > 1:
                conflicts.append((path, [cell.value for cell in cells]))
        rows = self._rows()
        for field, keys in rows.items():
            listed = [members.get((field, row), {}) for row in keys]
            if field in fields:  # one set the field whole while another gave it rows: the rows stand
                conflicts = [conflict for conflict in conflicts if conflict[0] != (field,)]
                conflicts.append(((field,), [listed, *(cell.value for cell in self._cells[field,])]))
            fields[field] = listed
        return View(fields, rows, sorted(conflicts, key=lambda conflict: conflict[0]))

    def _take(self, cells: _Cells) -> None:
        self._cells = cells
        self._edit = max((found[0].edit for found in cells.values()), default=0)

    def _holds(self, path: FieldPath, value: Value) -> bool:
        standing = self._cells.get(path, [])
        if len(path) == 3:
            self._row_place(path[0], path[1])
        return len(standing) == 1 and standing[0].text == new_cell(0, "", value).text

    def _rows(self) -> dict[str, list[str]]:
        """Row keys by field, in their order."""
        placed = [(cells[0].value, path) for path, cells in self._cells.items() if len(path) == 2]
        rows: dict[str, list[str]] = {}
        for _, (field, row) in sorted(placed):
            rows.setdefault(field, []).append(row)
        return rows

    def _row_place(self, field: str, row: str) -> int:
        cells = self._cells.get((field, row))
        if not cells:
            raise MunimentError("casefile-no-such-row", field=field, row=row)
        return int(cells[0].value)

    def _renew_row(self, field: str, row: str) -> None:
        """Under one's own name too, so that a removal which did not see this does not reach it."""
        self._put((field, row), self._row_place(field, row))

    def _remove_rows(self, field: str) -> None:
        for row in self._rows().get(field, []):
            self._delete((field, row))

    def _put(self, path: FieldPath, value: Value, replaced: Sequence[Cell] = ()) -> None:
        cell = new_cell(self._edit + 1, self._writer, value)
        kept = [old for old in self._cells.get(path, []) if old not in replaced and old.writer != self._writer]
        with self._document.transaction() as change:
            for old in replaced:
                if old.writer != self._writer:
                    change.delete(automerge.ROOT, cell_key(path, old.writer))
            key = cell_key(path, self._writer)
            change.put(automerge.ROOT, key, automerge.ScalarType.Bytes, cell_bytes(cell))
        self._edit = cell.edit
        self._cells[path] = sorted([*kept, cell], reverse=True, key=rank)

    def _delete(self, path: FieldPath) -> None:
        cells = self._cells.pop(path, [])
        if cells:
            with self._document.transaction() as change:
                for cell in cells:
                    change.delete(automerge.ROOT, cell_key(path, cell.writer))


def _is_rows(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _load(saved: bytes) -> automerge.Document:
    if len(saved) > MAX_SAVED_BYTES:
        raise MunimentError("casefile-too-large", bytes=len(saved), limit=MAX_SAVED_BYTES)
    try:
        return automerge.Document.load(saved)
    except Exception:  # noqa: BLE001 - all that Automerge raises; a panic is no Exception and passes
        raise MunimentError("casefile-damaged") from None


def _read_cells(document: automerge.Document) -> _Cells:
    """All cells by path, the standing one first. Strict: nothing but cells is in a case file."""
    keys = document.keys(automerge.ROOT)
    if len(keys) > MAX_CELLS:
        raise MunimentError("casefile-too-large", cells=len(keys), limit=MAX_CELLS)
    cells: _Cells = {}
    for key in keys:
        held = document.get(automerge.ROOT, key)
        path, cell = read_cell(key, held[0][1] if held and isinstance(held[0], tuple) else None)
        cells.setdefault(path, []).append(cell)
    for found in cells.values():
        found.sort(reverse=True, key=rank)
    return cells
