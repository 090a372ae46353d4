"""What acts of any office say of two records of one register: that they mean one person or thing, or two."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.laws.alike import ALIKE_REGISTER, SAME, answer_of, decided_about
from core.ledger.encoding import Value
from core.ledger.record import Record
from core.office import Office
from core.store.working import WorkingState


@dataclass(frozen=True, slots=True)
class Decided:
    """About two records, as the person signed in may see it."""

    sides: tuple[bytes, bytes]  # ids, in a fixed order
    labels: tuple[str, str]
    register: str  # "<law>.<register>"
    same: bool
    by: int  # the office that has decided
    claimed_ms: int  # when, by that office's clock
    reason: Value  # text; `Withheld` where the person may not read it, or has not said why
    act: bytes  # 32 bytes: what an act names that takes it back
    pending: bool  # the order has not executed it yet


def decisions_about(office: Office, record: bytes) -> list[Decided]:
    """What stands about one record, the newest first."""
    return _views(office, decided_about(WorkingState(office.store.state, office.number), record))


def decisions(office: Office, limit: int = 100) -> list[Decided]:
    """What stands about any two records, so many of them, the newest first."""
    return _views(office, (record for record, _ in office.store.pages.page(ALIKE_REGISTER, None, limit)))


def _views(office: Office, found: Iterable[Record]) -> list[Decided]:
    views = [_view(office, one) for one in found]
    return sorted(views, key=lambda view: (view.claimed_ms, view.act), reverse=True)


def _view(office: Office, decided: Record) -> Decided:
    fields, (one, other) = decided.fields, (decided.key["one"], decided.key["other"])
    record, labels = office.store.state.present(one), office.records.labels((one, other))
    assert record is not None  # the law has found both, and nothing is taken out of a register
    return Decided(
        (one, other),
        (labels[one], labels[other]),
        record.register,
        answer_of(decided) == SAME,
        fields["by"],
        fields["claimed_ms"],
        office.showing.reason_about(fields["reason"], one, other),
        fields["act"],
        office.store.state.overlaid(decided.id) is not None,
    )
