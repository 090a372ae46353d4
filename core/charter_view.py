"""The records of the network's own rules as they stood after each anchor, without any other state.

Whoever joins with a snapshot executes nothing that is settled; but which change passed at which anchor follows from
proposals and votes. Their versions are named by the entries that the anchors made, so they are put back one after
another, and the real rule (core/epochs.py) looks at them.
"""

from collections.abc import Mapping

from core.errors import MunimentError
from core.laws.indexing import groups_of
from core.laws.law import Law
from core.ledger.encoding import encode
from core.ledger.record import Record


class CharterView:
    """Satisfies core.ledger.record.State."""

    def __init__(self, law: Law | None) -> None:
        self._law = law
        self._groups: dict[tuple[str, bytes], set[bytes]] = {}
        self.records: dict[bytes, Record] = {}

    def record(self, record_id: bytes) -> Record | None:
        return self.records.get(record_id)

    def has_any(self, register: str) -> bool:
        return any(record.register == register for record in self.records.values())

    def find(self, index: str, group: bytes, limit: int) -> list[bytes]:
        return sorted(self._groups.get((index, group), ()))[:limit]

    def count(self, index: str, group: bytes) -> int:
        return len(self._groups.get((index, group), ()))

    def total(self, total: str, group: bytes) -> Mapping[str, int]:  # noqa: ARG002  # the State protocol has them
        """The rules of the network add nothing up."""
        return {}

    def put(self, version: Record) -> None:
        """The next version of a record. Raises `snapshot-differs` where one is left out."""
        before = self.records.get(version.id)
        if version.version != (before.version + 1 if before else 1):
            raise MunimentError("snapshot-differs", part="versions")
        if before is not None:
            self._regroup(before, add=False)
        self.records[version.id] = version
        self._regroup(version, add=True)

    def begin_epoch(self, laws: Mapping[str, Law], name: str) -> None:
        """Group the records as the law in force says."""
        self._law, self._groups = laws.get(name), {}
        for record in self.records.values():
            self._regroup(record, add=True)

    def _regroup(self, record: Record, *, add: bool) -> None:
        register = self._law.by_full_name.get(record.register) if self._law else None
        for index, group in groups_of(register, record) if register else ():
            members = self._groups.setdefault((index, encode(group)), set())
            (members.add if add else members.discard)(record.id)
