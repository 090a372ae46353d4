"""Who may read a field: what a law's `visible` means, as a pure function of roles, office and rule (LAWS.md §3).

A rule is asked twice: whether this person may ever read the value here (`may_read`), and whether a purpose must be
stated and stored before it is shown (`needs_purpose`). What may not be read is replaced, never left out: whoever reads
shall see that there is something. A part of a list or group is stricter than the whole only where the law says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from core.laws.field_types import Field, GroupType, ListType
from core.laws.law import Procedure, Register
from core.ledger.encoding import Value

PUBLIC, BY_OBJECT, INTEREST_SHOWN, ROLES = "public", "by_object", "interest_shown", "roles"
# Who handles the register. An administrator keeps the computers and reads what is public, as everybody does.
READERS = frozenset({"auditor", "clerk", "notary", "registrar"})


class Withheld(Enum):
    """Stands where a value stands that is not shown; `record.fields` may hold it wherever a view was masked."""

    ROLE = "role"  # not for the roles of who asks
    PURPOSE = "purpose"  # to be shown once a purpose is stated
    UNKNOWN_LAW = "unknown-law"  # nobody can say who may read it


@dataclass(frozen=True, slots=True)
class Visible:
    """A field's rule. `roles`: with "roles", who reads it; `offices`: numbers of the only offices that may, or None."""

    kind: str
    roles: frozenset[str] = frozenset()
    offices: frozenset[int] | None = None


def visible_of(field: Field) -> Visible:
    return Visible(field.visible, frozenset(field.roles))


def may_read(roles: frozenset[str], office: int, visible: Visible) -> bool:
    """Whether somebody with these roles at the office of that number may read such a field at all."""
    if visible.offices is not None and office not in visible.offices:
        return False
    if visible.kind == PUBLIC:
        return True
    return bool(roles & (visible.roles if visible.kind == ROLES else READERS))


def needs_purpose(visible: Visible) -> bool:
    """Whether a look must be stored before the value is shown."""
    return visible.kind != PUBLIC


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. `stated`: a purpose was stored for the record or act that is read."""

    roles: frozenset[str]
    office: int
    stated: bool

    def withholds(self, field: Field) -> Withheld | None:
        visible = visible_of(field)
        if not may_read(self.roles, self.office, visible):
            return Withheld.ROLE
        return Withheld.PURPOSE if needs_purpose(visible) and not self.stated else None


def hides(register: Register | None, state: str, reader: Reader) -> bool:
    """Whether the state that a record is in now keeps from this reader what it says, and what it said in any other."""
    allowed = register.withheld.get(state) if register is not None else None
    return allowed is not None and not reader.roles & allowed


def mask_record(values: Mapping[str, Value], register: Register | None, reader: Reader) -> dict[str, Value]:
    """Keys or fields of a record as this reader is shown them; None: of a law that this replica does not know."""
    if register is None:
        return dict.fromkeys(values, Withheld.UNKNOWN_LAW)
    return _mask(values, register.subject.members.get, reader)


def mask_act(values: Mapping[str, Value], procedure: Procedure | None, reader: Reader) -> dict[str, Value]:
    """The fields of an act as this reader is shown them."""
    if procedure is None:
        return dict.fromkeys(values, Withheld.UNKNOWN_LAW)
    return _mask(values, procedure.fields.get, reader)


def is_public(register: Register) -> bool:
    """Whether everything of its records may be read by everybody: nobody has to say why."""
    return not any(needs_purpose(visible_of(field)) for field in register.subject.members.values())


def asks_interest(register: Register) -> bool:
    """Whether a record has a field that is shown only to whom an interest was shown: who, has to be told in words."""
    return any(field.visible == INTEREST_SHOWN for field in register.subject.members.values())


def _mask(values: Mapping[str, Value], stated: Callable[[str], Field | None], reader: Reader) -> dict[str, Value]:
    shown: dict[str, Value] = {}
    for name, value in values.items():
        field = stated(name)
        withheld = reader.withholds(field) if field is not None else Withheld.UNKNOWN_LAW
        shown[name] = _mask_parts(value, field, reader) if field is not None and withheld is None else withheld
    return shown


def _mask_parts(value: Value, field: Field, reader: Reader) -> Value:
    """Columns of rows that their own rule withholds; what states nothing is shown as the whole is."""
    of = field.type.of if isinstance(field.type, ListType) else field.type
    if not isinstance(of, GroupType):
        return value
    hidden = {
        name: withheld
        for name, column in of.fields.items()
        if column.visible in (ROLES, INTEREST_SHOWN) and (withheld := reader.withholds(column)) is not None
    }
    if not hidden:
        return value
    rows = value if isinstance(value, list) else [value]
    masked = [{name: hidden.get(name, part) for name, part in row.items()} for row in rows]
    return masked if isinstance(value, list) else masked[0]
