"""Finding possible duplicates in an office's copy: what takes part is declared by the law of each register.

Offline, on the encrypted replica. Keys are made of what acts changed since the last time, in portions, wherever the
acts came from: the counter, an import, a meeting. A pair is told with its reasons until somebody has looked at it.

To a person signed in only that is told which rests on what the person's roles may read: a field that they may not has
no part in it. What a purpose must be stated for has, and is shown where a record's fields are (people/showing.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from core.crypto.hashing import tagged_hash
from core.duplicates.comparing import compare
from core.duplicates.traits import Traits, traits_of
from core.laws.alike import SAME, alike_id, answer_of, decided_about
from core.laws.law import Register
from core.laws.visibility import mask_record
from core.ledger.encoding import Value, encode
from core.ledger.record import Record
from core.office import Office
from core.store.likeness import LikenessStore, PairRow
from core.store.working import WorkingState

PORTION = 500  # acts whose records are looked through in one transaction
MOST_SHARING = 200  # records of one key that are compared: a name that everybody has tells nothing


@dataclass(frozen=True)
class Pair:
    one: Record
    other: Record
    reasons: tuple[str, ...]


class Duplicates:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._store = LikenessStore(office.store.database)
        self._registers: Mapping[str, Register] = {
            register.full_name: register
            for law in office.laws.values()
            for register in law.registers.values()
            if register.duplicates
        }

    def catch_up(self) -> int:
        """Look through everything that changed since the last time; how many pairs wait for somebody to look."""
        for _ in self.catch_up_in_steps():
            pass
        return sum(1 for _ in self._open())

    def catch_up_in_steps(self) -> Iterator[None]:
        """As `catch_up`; each step is durable, and what is left after one is done the next time."""
        database = self._office.store.database
        with database.atomic():
            self._store.begin(self._declared(), sorted(self._registers))
        while self._store.behind():
            with database.atomic():
                self._look_through(self._store.changed(PORTION))
            yield

    def pairs(self, limit: int = 100) -> list[Pair]:
        """Those that nobody has decided about, the first so many in a fixed order."""
        found = []
        for row in islice(self._open(), limit):
            one, other = self._present(row.one), self._present(row.other)
            if one is None or other is None or one.register not in self._registers:
                continue
            reasons = self._told(one, other) if self._office.people.attended else row.reasons
            if reasons:
                found.append(Pair(one, other, reasons))
        return found

    def like(self, register: str, members: Mapping[str, Value]) -> list[tuple[Record, tuple[str, ...]]]:
        """What a record about to be made may be a duplicate of, before its act is signed. `members`: its keys and
        fields; `register`: "<law>.<register>".
        """
        self.catch_up()
        return self.entered_like(register, members)

    def entered_like(self, register: str, members: Mapping[str, Value]) -> list[tuple[Record, tuple[str, ...]]]:
        """As `like`, of what was looked through before."""
        declared = self._registers.get(register)
        if declared is None:
            return []
        found = self._each_once(self._alike(register, traits_of(declared.duplicates, members), None))
        if not self._office.people.attended:
            return found
        shown = self._shown(register, members)
        told = ((other, compare(shown, self._shown(register, {**other.key, **other.fields}))) for other, _ in found)
        return [(other, reasons) for other, reasons in told if reasons]

    def _open(self) -> Iterator[PairRow]:
        """Without those that an act has decided about, of whichever office."""
        return (row for row in self._store.pairs() if self._present(alike_id(row.one, row.other)) is None)

    def _each_once(self, found: Iterable[tuple[Record, tuple[str, ...]]]) -> list[tuple[Record, tuple[str, ...]]]:
        """Of records that were decided to be the same, the first."""
        state, told, kept = WorkingState(self._office.store.state, self._office.number), set[bytes](), []
        for record, reasons in found:
            if record.id not in told:
                kept.append((record, reasons))
            decisions = decided_about(state, record.id)
            told.update(side for one in decisions if answer_of(one) == SAME for side in one.key.values())
        return kept

    def _told(self, one: Record, other: Record) -> tuple[str, ...]:
        left, right = (self._shown(side.register, {**side.key, **side.fields}) for side in (one, other))
        return compare(left, right)

    def _shown(self, register: str, members: Mapping[str, Value]) -> Traits:
        """By what the roles of the person signed in may read."""
        declared = self._registers[register]
        reader = self._office.people.reader(stated=True)
        return traits_of(declared.duplicates, mask_record(members, declared, reader))

    def _look_through(self, records: Iterable[bytes]) -> None:
        for record_id in records:
            record = self._present(record_id)
            declared = self._registers.get(record.register) if record is not None else None
            if record is None or declared is None:
                continue
            traits = traits_of(declared.duplicates, {**record.key, **record.fields})
            self._store.put(record_id, traits.keys())
            alike = self._alike(record.register, traits, record_id)
            self._store.keep(record_id, [(other.id, reasons) for other, reasons in alike])

    def _alike(self, register: str, traits: Traits, own: bytes | None) -> list[tuple[Record, tuple[str, ...]]]:
        found = []
        for candidate in self._store.sharing(traits.keys(), MOST_SHARING):
            other = self._present(candidate) if candidate != own else None
            if other is None or other.register != register:
                continue
            declared = self._registers[register].duplicates
            reasons = compare(traits, traits_of(declared, {**other.key, **other.fields}))
            if reasons:
                found.append((other, reasons))
        return found

    def _present(self, record: bytes) -> Record | None:
        return self._office.store.state.present(record)

    def _declared(self) -> bytes:
        said = [[name, [[part, list(fields)] for part, fields in register.duplicates.items()]]
                for name, register in sorted(self._registers.items())]  # fmt: skip
        return tagged_hash("likeness-declared", encode(said))
