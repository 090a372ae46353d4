"""What is checked on every record after an act, besides the law's own rules: declared bounds, and the size in bytes.

Only what the effects have touched is checked: the rest was checked when it was written.
"""

from core.laws.drafts import Draft
from core.laws.field_checks import FieldFault, check_unique
from core.laws.field_types import ListType
from core.laws.law import Register
from core.laws.verdict import Refused
from core.ledger.encoding import Value
from core.ledger.record import MAX_RECORD_BYTES, Record, encode_record

HOLD_BYTES = 512  # a record can always come to be held


def check_bounds(name: str, register: Register, draft: Draft) -> None:
    """Refuses with the fault's code and the fact `field`, as "<record>.<field>"."""
    try:
        if draft.old is None:
            for key, value in draft.key.items():
                _check_value(register, key, value)
        for column in draft.touched:
            kind = register.fields[column].type
            if isinstance(kind, ListType):
                _check_list(kind, register, draft, column)
            else:
                _check_value(register, column, draft.fields[column])
    except FieldFault as fault:
        raise Refused(fault.code, field=f"{name}.{fault.field}", **fault.facts) from None


def check_size(register: Register, record: Record) -> None:
    """Refuses `record-too-large`. Encodes only a record that its bounds would let grow over the limit."""
    worst = register.worst_bytes[""]
    for column, row_bytes in register.worst_bytes.items():
        if column:
            worst += row_bytes * len(record.fields.get(column, ()))
    most = MAX_RECORD_BYTES - HOLD_BYTES
    if worst > most and len(encode_record(record)) > most:
        raise Refused("record-too-large", most=most)


def _check_value(register: Register, column: str, value: Value) -> None:
    try:
        register.checks[column](value)
    except FieldFault as fault:
        raise fault.within(column) from None


def _check_list(kind: ListType, register: Register, draft: Draft, column: str) -> None:
    rows = draft.fields[column]
    if not kind.min_items <= len(rows) <= kind.max_items:
        code = "list-too-long" if len(rows) > kind.max_items else "list-too-short"
        raise FieldFault(code, least=kind.min_items, most=kind.max_items).within(column)
    check_row = register.row_checks[column]
    try:
        for row in draft.rows.get(column, ()):
            check_row(row)
        if kind.unique_by is not None:
            check_unique(rows, kind.unique_by)
    except FieldFault as fault:
        raise fault.within(column) from None
