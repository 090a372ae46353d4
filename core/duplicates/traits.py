"""What of a record takes part in looking for duplicates, and the keys under which possible ones meet.

Whoever is entered twice is seldom wrong in two places at once. So each key leaves something out: the name (its day, or
all that goes with it), the day (name and year, name and each companion), a companion (the rest). Two records that share
none are never compared; what shares one is (comparing.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.crypto.hashing import tagged_hash
from core.duplicates.spelling import common, spelt
from core.ledger.encoding import Value
from core.ledger.sealed import erased_by, is_sealed

KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Traits:
    """`name`: in one text; `days`: [y], [y, m] or [y, m, d]; `numbers`; `also`: companions by field."""

    name: str
    days: tuple[tuple[int, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()

    def keys(self) -> frozenset[bytes]:
        """8 bytes each; at most about ten."""
        return frozenset(tagged_hash("likeness", "\0".join(parts).encode())[:KEY_BYTES] for parts in self._keys())

    def _keys(self) -> Iterator[tuple[str, ...]]:
        for number in self.numbers:
            yield "number", plain(number)
        name = " ".join(sorted(word.folded for word in spelt(self.name)))
        if not name:
            return
        companions = [(field, common(text)) for field, text in self.also]
        for day in self.days:
            yield "year", name, str(day[0])
            if len(day) == 3:
                yield "day", *map(str, day)
        for field, text in companions:
            yield "with", name, field, text
        if companions:
            yield "all", *(part for pair in companions for part in pair)
        if not companions and not self.days:
            yield "name", name


def plain(number: str) -> str:
    """A number without what is written differently each time."""
    return "".join(one for one in number.casefold() if one.isalnum())


def traits_of(declared: Mapping[str, Iterable[str]], members: Mapping[str, Value]) -> Traits:
    """`declared`: the register's `duplicates`; `members`: keys and fields of the record. What is sealed has no part."""

    def texts(part: str) -> Iterator[tuple[str, str]]:
        for field in declared.get(part, ()):
            text = _text(members.get(field))
            if text:
                yield field, text

    days = (members.get(field) for field in declared.get("day", ()))
    return Traits(
        " ".join(text for _, text in texts("name")),
        tuple(tuple(day) for day in days if isinstance(day, list)),
        tuple(text for _, text in texts("number") if plain(text)),
        tuple(texts("also")),
    )


def _text(value: Value) -> str:
    if value is None or is_sealed(value) or erased_by(value) is not None:
        return ""
    if isinstance(value, dict):
        return str(value.get("name", ""))
    return str(value) if isinstance(value, (str, int)) else ""
