"""The sums of declared totals: of the agreed layer, and beside them what acts not yet executed add.

A row of the overlay is what the foreseen version of *one record* adds to a group beyond its agreed version. So acts may
be executed in another order than they arrived, or be judged otherwise: when the record is agreed, its rows are gone.
Sums are written as text, because they have no bound.
"""

from collections.abc import Iterable, Iterator, Mapping

from core.ledger.encoding import decode, encode
from core.ledger.record import TotalChange
from core.store.database import Database


def add_sums(held: dict[str, int], added: Mapping[str, int]) -> dict[str, int]:
    """`held`, with more; what comes to 0 is left out."""
    for name, amount in added.items():
        held[name] = held.get(name, 0) + amount
        if not held[name]:
            del held[name]
    return held


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
        """A record mostly adds the same to several groups, and for the first time."""
        last: Mapping[str, int] | None = None
        body = b""
        for change in changes:
            place = (change.total, change.group, change.record)
            if self._db.scalar("SELECT 1 FROM overlay_total WHERE name = ? AND grp = ? AND record = ?", place):
                self._add_to_overlay(change, 1)
                continue
            if change.added != last:
                last, body = change.added, _written(change.added)
            self._db.execute("INSERT INTO overlay_total VALUES (?,?,?,?)", (*place, body))

    def settle(self, changes: Iterable[TotalChange]) -> None:
        """What the agreed layer has taken is foreseen no more. After the overlay's records were settled."""
        if self._db.scalar("SELECT 1 FROM overlay_total LIMIT 1") is None and (
            self._db.scalar("SELECT 1 FROM overlay LIMIT 1") is None
        ):
            return
        for change in changes:
            if self._db.scalar("SELECT 1 FROM overlay WHERE id = ?", (change.record,)) is not None:
                self._add_to_overlay(change, -1)
            else:
                self._db.execute(
                    "DELETE FROM overlay_total WHERE name = ? AND grp = ? AND record = ?",
                    (change.total, change.group, change.record),
                )

    def _add_to_overlay(self, change: TotalChange, sign: int) -> None:
        place = (change.total, change.group, change.record)
        held = _read(
            self._db.scalar("SELECT added FROM overlay_total WHERE name = ? AND grp = ? AND record = ?", place)
        )
        add_sums(held, {name: sign * amount for name, amount in change.added.items()})
        if held:
            self._db.execute("INSERT OR REPLACE INTO overlay_total VALUES (?,?,?,?)", (*place, _written(held)))
        else:
            self._db.execute("DELETE FROM overlay_total WHERE name = ? AND grp = ? AND record = ?", place)

    def clear_foreseen(self) -> None:
        self._db.execute("DELETE FROM overlay_total")

    def clear(self, law: str) -> None:
        """Every total of one law."""
        self._db.execute("DELETE FROM total WHERE name >= ? AND name < ?", (f"{law}.", f"{law}/"))


def _written(sums: Mapping[str, int]) -> bytes:
    return encode({name: str(amount) for name, amount in sums.items()})


def _read(body: bytes | None) -> dict[str, int]:
    return {name: int(amount) for name, amount in decode(body).items()} if body else {}
