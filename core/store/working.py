"""A working copy of the state while acts run one after another: reads through, writes at the end.

Acts of one batch see each other's effects without a round trip to the disk; `changes` holds each record once, from
the version on the disk to the last one made here. With an author it reads and later writes that author's overlay.
"""

from core.ledger.record import Change, GroupChange, IndexChange, Record, TotalChange, encode_record
from core.store.state import StateStore, beginning_of
from core.store.totals import add_sums


class WorkingState:
    """Satisfies core.ledger.record.State."""

    def __init__(self, store: StateStore, overlay_author: int | None) -> None:
        self._store = store
        self._author = overlay_author
        self._first: dict[bytes, Record | None] = {}
        self._present: dict[bytes, Record | None] = {}
        self._between: list[Record] = []
        self._encoded: dict[bytes, tuple[Record, bytes]] = {}
        self._groups: dict[tuple[str, bytes], dict[bytes, bool]] = {}
        self._added: dict[tuple[str, bytes], dict[bytes, dict[str, int]]] = {}  # to totals, by record
        self._sums: dict[tuple[str, bytes], dict[str, int]] = {}
        self._used: dict[str, bool] = {}  # registers, whether they hold a record
        self._holders: dict[tuple[str, bytes], bytes | None] = {}
        # By index and beginning of a group: the records on the disk of each group that begins so; None: they are many.
        self._near: dict[tuple[str, bytes], dict[bytes, set[bytes]] | None] = {}

    # -- State --------------------------------------------------------------------------------------------------

    def record(self, record_id: bytes) -> Record | None:
        if record_id not in self._present:
            read = self._store.agreed if self._author is None else self._store.present
            self._first[record_id] = self._present[record_id] = read(record_id)
        return self._present[record_id]

    def find(self, index: str, group: bytes, limit: int) -> list[bytes]:
        own = self._groups.get((index, group), {})
        room = limit + sum(not added for added in own.values())
        if self._author is None:
            found, changed = self._store.find(index, group, room), own
        else:
            found, overlaid = self._store.find_with_overlay(index, group, room)
            changed = overlaid | own
        if not changed:
            return found
        held = set(found)
        held.update(record for record, added in changed.items() if added)
        held.difference_update(record for record, added in changed.items() if not added)
        return sorted(held)[:limit]

    def count(self, index: str, group: bytes) -> int:
        own = self._groups.get((index, group), {})
        near = self._groups_near(index, group)
        if near is not None:
            there = near.get(group, set())
            if own:
                there = there | {record for record, added in own.items() if added}
                there -= {record for record, added in own.items() if not added}
            return len(there)
        agreed_only = self._author is None
        count = self._store.count(index, group, agreed_only)
        # A change may repeat what the layers below say already, so only real differences count.
        for record, added in own.items():
            count += int(added) - int(self._store.holds(index, group, record, agreed_only))
        return count

    def _groups_near(self, index: str, group: bytes) -> dict[bytes, set[bytes]] | None:
        """The groups of an index that begin with the same record: conditions count one after the other of them."""
        beginning = beginning_of(group)
        if beginning is None:
            return None
        place = (index, beginning)
        if place not in self._near:
            self._near[place] = self._store.groups_near(index, beginning, agreed_only=self._author is None)
        return self._near[place]

    def total(self, total: str, group: bytes) -> dict[str, int]:
        """The sums of a group; the disk is asked once."""
        place = (total, group)
        if place not in self._sums:
            stored = self._store.total if self._author is None else self._store.present_total
            held = stored(total, group)
            for added in self._added.get(place, {}).values():
                add_sums(held, added)
            self._sums[place] = held
        return self._sums[place]

    def has_any(self, register: str) -> bool:
        """Whether the register has a record; the disk is asked once."""
        if register not in self._used:
            made_here = any(record is not None and record.register == register for record in self._present.values())
            self._used[register] = made_here or self._store.uses(register, agreed_only=self._author is None)
        return self._used[register]

    def holder(self, index: str, group: bytes) -> bytes | None:
        """The id of the record in a group of one, such as that of a unique key; the disk is asked once."""
        place = (index, group)
        if place not in self._holders:
            found = self.find(index, group, 1)
            self._holders[place] = found[0] if found else None
        return self._holders[place]

    # -- collecting ---------------------------------------------------------------------------------------------

    def apply(self, changes: tuple[Change, ...], groups: tuple[GroupChange, ...]) -> None:
        """Take the effect of one accepted act."""
        for change in changes:
            record_id = change.new.id
            if record_id not in self._first:
                self._first[record_id] = change.old
            elif change.old is not None and not _is_same_version(change.old, self._first[record_id]):
                self._between.append(change.old)
            self._present[record_id] = change.new
            if change.old is None and change.new.register in self._used:
                self._used[change.new.register] = True
        for group in groups:
            if isinstance(group, TotalChange):
                place = (group.total, group.group)
                add_sums(self._added.setdefault(place, {}).setdefault(group.record, {}), group.added)
                if place in self._sums:
                    self._sums[place] = add_sums(dict(self._sums[place]), group.added)
                continue
            self._groups.setdefault((group.index, group.group), {})[group.record] = group.add
            if self._holders:
                self._holders.pop((group.index, group.group), None)

    def encoded(self, record: Record) -> bytes:
        """The encoding of a version; that of the newest of each record asked for is kept: an anchor needs it thrice."""
        kept = self._encoded.get(record.id)
        if kept is None or kept[0] is not record:
            kept = self._encoded[record.id] = record, encode_record(record)
        return kept[1]

    @property
    def changes(self) -> list[Change]:
        return [
            Change(self._first[record_id], new)
            for record_id, new in self._present.items()
            if new is not None and new is not self._first[record_id]
        ]

    @property
    def index_changes(self) -> list[IndexChange]:
        return [
            IndexChange(name, group, record, added)
            for (name, group), records in self._groups.items()
            for record, added in records.items()
        ]

    @property
    def total_changes(self) -> list[TotalChange]:
        return [
            TotalChange(total, group, record, added)
            for (total, group), records in self._added.items()
            for record, added in records.items()
            if any(added.values())
        ]

    @property
    def between(self) -> list[Record]:
        """Versions that were made and replaced within this batch."""
        return self._between


def _is_same_version(record: Record, stored: Record | None) -> bool:
    """A verdict that was kept holds what was read from the disk when it was given: another object, the same version."""
    if record is stored or stored is None:
        return record is stored
    return (record.version, record.last_act) == (stored.version, stored.last_act)
