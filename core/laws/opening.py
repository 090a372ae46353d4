"""What a rule reads of an opened field: the text that the signed value commits to, the same on every node.

An act carries the opening (core/ledger/opening.py) in a field of type `opening`. What does not open the field refuses
the act. What its author sealed wrongly, or something else than a value of its type, is opened all the same: then there
is no value, `has(act.x.value)` is false, and the law says what becomes of it.
"""

from dataclasses import replace

from core.errors import MunimentError
from core.laws.field_checks import FieldFault, make_check
from core.laws.field_types import Field, GroupType, OpeningType, SealedType
from core.laws.law import Register
from core.laws.reading import Part
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.opening import open_with, read_opening
from core.ledger.sealed import read_sealed_value

VALUE = "value"


def resolve_opening(part: Part, field: Field, kind: OpeningType, register: Register | None) -> OpeningType:
    """With the sealed field that it opens. `register`: of the record that it names. Fails as `opens-nothing-sealed`."""
    opened = register.fields.get(kind.column) if register else None
    if opened is None or not isinstance(opened.type, SealedType):
        part.fail("opens-nothing-sealed", f"{field.name}: {kind.record}.{kind.column}", field.line)
    return replace(kind, sealed=opened.type)


def as_read(field: Field) -> Field:
    """What an expression finds in a field of the act: of an opening the text, where it is one of its type."""
    if not isinstance(field.type, OpeningType):
        return field
    return replace(field, type=GroupType({VALUE: Field(VALUE, field.type.sealed.of, optional=True)}))


def open_for_rules(network: bytes, name: str, kind: OpeningType, stored: Value, opening: Value) -> dict[str, Value]:
    """`{"value": …}` or `{}`. `stored`: the record's field. Refuses `nothing-to-open`, `opening-differs`."""
    sealed, brought = read_sealed_value(stored), read_opening(opening)
    if sealed is None or brought is None:
        raise Refused("nothing-to-open", field=name)
    try:
        value = open_with(network, sealed, brought)
        make_check(kind.sealed.of)(value)
    except MunimentError as error:
        if error.code == "sealed-key-differs":
            raise Refused("opening-differs", field=name) from None
        return {}
    except FieldFault:
        return {}
    return {VALUE: value}


def nothing_sealed(name: str) -> FieldFault:
    """Where an order is drawn up about an act in which nothing is to be erased."""
    return FieldFault("nothing-sealed-in-act").within(name)


def not_opened(name: str) -> FieldFault:
    """Where the act is drawn up: nobody can bring yet what opens the field."""
    return FieldFault("not-opened-yet").within(name)
