"""What records and acts are called that an act's fields name: people read names, never inner numbers."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from core.errors import MunimentError
from core.ledger.encoding import Value
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.transaction import ACT_ID_BYTES
from core.office import Office
from desktop.desk import Desk
from desktop.wording.values import claimed_text


def names_in(desk: Desk, office: Office, values: Iterable[Value]) -> Mapping[bytes, str]:
    """By id. Asked on the office's thread; what this copy does not hold has no name."""
    ids = set(_ids(values))
    names = office.records.labels(one for one in ids if len(one) == RECORD_ID_BYTES)
    for one in ids:
        if len(one) == ACT_ID_BYTES:
            with suppress(MunimentError):  # the digest of a scan is as long
                view = office.acts.view(one)
                full_name = f"{view.transaction.law}.{view.transaction.procedure}"
                names[one] = act_name(desk, full_name, view.transaction.claimed_ms, view.author)
    return names


def act_name(desk: Desk, full_name: str, claimed_ms: int, author: int) -> str:
    """What was done, by "<law>.<procedure>", when and where."""
    return f"{desk.procedure_title(full_name)} · {claimed_text(claimed_ms)} · {desk.offices[author]}"


def _ids(values: Iterable[Value]) -> Iterator[bytes]:
    for value in values:
        if isinstance(value, bytes):
            yield value
        elif isinstance(value, list):
            yield from _ids(value)
        elif isinstance(value, dict):
            yield from _ids(value.values())
