"""Declared indexes and totals put together anew from the agreed records and the rules in force.

While rules hold, they follow each change (core/laws/indexing.py). When a vote changes the rules of a register, its
records belong to the groups of the new rules from the first act of the new epoch on, at every office alike: indexes and
totals stay a function of the records and the rules in force, so that whoever joins later finds the same ones.
"""

from collections.abc import Iterable, Iterator, Mapping

from core.laws.alike import groups_of_alike
from core.laws.indexing import groups_from_nothing
from core.laws.law import Law
from core.laws.questions import ASKED_OF, ASKED_REGISTER, groups_of_answers, groups_of_asked
from core.laws.undecided import groups_of_undecided
from core.ledger.encoding import encode
from core.ledger.record import GroupChange, IndexChange, Record, decode_record
from core.store.replica import ReplicaStore

_RECORDS_A_STEP = 2_000
_OF_THE_ENGINE = (groups_of_undecided, groups_of_asked, groups_of_answers, groups_of_alike)


def groups_in(laws: Mapping[str, Law], records: Iterable[Record]) -> Iterator[GroupChange]:
    """Every group that each record belongs to, and what it adds to totals."""
    for record in records:
        law = laws.get(record.register.partition(".")[0])
        register = law.by_full_name.get(record.register) if law else None
        if register is not None:
            yield from groups_from_nothing(register, record)
        else:
            own = (groups(record) for groups in _OF_THE_ENGINE)
            yield from (IndexChange(index, encode(group), record.id, True) for one in own for index, group in one)


def rebuild_indexes(store: ReplicaStore, laws: Mapping[str, Law], changed: Iterable[str]) -> None:
    """Of these laws, by name. Inside `atomic`."""
    for name in changed:
        store.state.clear_indexes(name)
        _add_groups(store, laws, f"{name}.")


def complete_indexes(store: ReplicaStore) -> None:
    """What acts ask is found by its groups, also in a replica of a version that did not know that index yet."""
    if store.state.uses(ASKED_REGISTER, agreed_only=True) and store.state.is_bare(ASKED_OF, agreed_only=True):
        with store.database.atomic():
            _add_groups(store, {}, ASKED_REGISTER)


def _add_groups(store: ReplicaStore, laws: Mapping[str, Law], beginning: str) -> None:
    """Of the agreed records of registers whose names begin so."""
    after = 0
    while rows := store.state.agreed_of(beginning, after, _RECORDS_A_STEP):
        store.state.add_to_indexes(groups_in(laws, (decode_record(body) for _, body in rows)))
        after = rows[-1][0]
