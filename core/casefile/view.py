"""What a case file says, and what may be done to it: the words that cross from child to application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.casefile.values import Value
from core.errors import MunimentError

MAX_SAVED_BYTES = 4 << 20
WRITER_BYTES = 8

SUBJECT_PREFIX = "record:"  # before the name of a record that the act changes
MAX_SUBJECT_BYTES = 64

# (field,) · (field, row, name of a field of the row)
FieldPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Field values as the law names them, the row keys of each field that has rows, and who disagreed.

    A conflict is a path and its different values, the one that stands first.
    """

    fields: Mapping[str, Value]
    rows: Mapping[str, Sequence[str]]
    conflicts: Sequence[tuple[FieldPath, Sequence[Value]]]

    def as_value(self) -> Value:
        """The view as one value, for the way out of the child."""
        conflicts = [[list(path), list(values)] for path, values in self.conflicts]
        return {"fields": self.fields, "rows": self.rows, "conflicts": conflicts}


def view_from_value(value: Value) -> View:
    """The view that `as_value` gave. Raises `casefile-damaged` for anything else."""
    try:
        conflicts = [(tuple(path), tuple(values)) for path, values in value["conflicts"]]
        rows = {field: tuple(keys) for field, keys in value["rows"].items()}
        return View(dict(value["fields"]), rows, tuple(conflicts))
    except (TypeError, ValueError, KeyError, AttributeError):
        raise MunimentError("casefile-damaged") from None


def subjects_in(fields: Mapping[str, Value]) -> tuple[bytes, ...]:
    """The records that a draft is about: an order that erases one takes the draft too."""
    named = (value for name, value in fields.items() if name.startswith(SUBJECT_PREFIX))
    return tuple(value for value in named if isinstance(value, bytes) and len(value) <= MAX_SUBJECT_BYTES)


# One step of an edit, as `set_field` and the others below make it.
Step = list[Any]


def set_field(path: FieldPath, value: Value) -> Step:
    """Set a field, or a field of a row, whole. A list of maps becomes rows."""
    return ["set", list(path), value]


def clear_field(path: FieldPath) -> Step:
    """The field, with its rows if it has some, holds nothing."""
    return ["clear", list(path)]


def add_row(field: str, values: Mapping[str, Value]) -> Step:
    """A new last row."""
    return ["add-row", field, dict(values)]


def remove_row(field: str, row: str) -> Step:
    """Take a row out."""
    return ["remove-row", field, row]
