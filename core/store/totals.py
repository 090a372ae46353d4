"""The sums of declared totals: of the agreed layer, and beside them what acts not yet executed add.

A row of the overlay is what the foreseen version of *one record* adds to a group beyond its agreed version. So acts may
be executed in another order than they arrived, or be judged otherwise: when the record is agreed, its rows are gone.
Sums are written as text, because they have no bound.
"""

from collections.abc import Iterable, Iterator, Mapping

from core.ledger.encoding import decode_known, encode_known
from core.ledger.record import TotalChange
from core.store.database import Database

_DROP = "DELETE FROM overlay_total WHERE name = ? AND grp = ? AND record = ?"


def add_sums(held: dict[str, int], added: Mapping[str, int]) -> dict[str, int]:
    """`held`, with more; what comes to 0 is left out."""
    for name, amount in added.items():
        held[name] = held.get(name, 0) + amount
        if not held[name]:
            del held[name]
    return held


def _place(change: TotalChange) -> tuple[str, bytes, bytes]:
    return change.total, change.group, change.record


class TotalStore:
    """Writes are inside `atomic`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def agreed(self, total: str, group: bytes) -> dict[str, int]:
        return _read(self._db.scalar("SELECT sums FROM total WHERE name = ? AND grp = ?", (total, group)))

    def present(self, total: str, group: bytes) -> dict[str, int]:
        """With what is foreseen."""
        rows = self._db.rows(
            "SELECT sums FROM total WHERE name = ?1 AND grp = ?2"
            " UNION ALL SELECT added FROM overlay_total WHERE name = ?1 AND grp = ?2",
            (total, group),
        )
        sums: dict[str, int] = {}
        for (body,) in rows:
            add_sums(sums, _read(body))
        return sums

    def all_agreed(self) -> Iterator[tuple[str, bytes, dict[str, int]]]:
        """Every group whose sums are not all 0, in the order of names and groups."""
        for name, group, body in self._db.each("SELECT name, grp, sums FROM total ORDER BY name, grp"):
            yield name, group, _read(body)

    def add_agreed(self, changes: Iterable[TotalChange]) -> None:
        touched: dict[tuple[str, bytes], dict[str, int]] = {}
        for change in changes:
            place = (change.total, change.group)
            if place not in touched:
                touched[place] = self.agreed(*place)
            add_sums(touched[place], change.added)
        rows = [(name, group, _written(sums)) for (name, group), sums in sorted(touched.items()) if sums]
        self._db.executemany("INSERT OR REPLACE INTO total VALUES (?,?,?)", rows)
        emptied = [place for place, sums in touched.items() if not sums]
        self._db.executemany("DELETE FROM total WHERE name = ? AND grp = ?", emptied)

    def add_foreseen(self, changes: Iterable[TotalChange]) -> None:
        self._add_to_overlay(changes, 1)

    def settle(self, changes: Iterable[TotalChange]) -> None:
        """What the agreed layer has taken is foreseen no more. After the overlay's records were settled."""
        if self._db.scalar("SELECT 1 FROM overlay_total LIMIT 1") is None and (
            self._db.scalar("SELECT 1 FROM overlay LIMIT 1") is None
        ):
            return
        stays, gone = list[TotalChange](), list[TotalChange]()
        for change in changes:
            overlaid = self._db.scalar("SELECT 1 FROM overlay WHERE id = ?", (change.record,)) is not None
            (stays if overlaid else gone).append(change)
        self._db.executemany(_DROP, [_place(change) for change in gone])
        self._add_to_overlay(stays, -1)

    def _add_to_overlay(self, changes: Iterable[TotalChange], sign: int) -> None:
        """What stands at a place is asked once; a record mostly adds the same to several groups."""
        held: dict[tuple[str, bytes, bytes], dict[str, int]] = {}
        for change in changes:
            place = _place(change)
            if place not in held:
                query = "SELECT added FROM overlay_total WHERE name = ? AND grp = ? AND record = ?"
                held[place] = _read(self._db.scalar(query, place))
            added = change.added if sign > 0 else {name: -amount for name, amount in change.added.items()}
            add_sums(held[place], added)
        rows, last, body = [], dict[str, int](), b""
        for place, sums in held.items():
            if sums and sums != last:
                last, body = sums, _written(sums)
            if sums:
                rows.append((*place, body))
        self._db.executemany("INSERT OR REPLACE INTO overlay_total VALUES (?,?,?,?)", rows)
        self._db.executemany(_DROP, [place for place, sums in held.items() if not sums])

    def clear_foreseen(self) -> None:
        self._db.execute("DELETE FROM overlay_total")

    def clear(self, law: str) -> None:
        """Every total of one law."""
        self._db.execute("DELETE FROM total WHERE name >= ? AND name < ?", (f"{law}.", f"{law}/"))


def _written(sums: Mapping[str, int]) -> bytes:
    return encode_known({name: str(amount) for name, amount in sums.items()})


def _read(body: bytes | None) -> dict[str, int]:
    return {name: int(amount) for name, amount in decode_known(body).items()} if body else {}
