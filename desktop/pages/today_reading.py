"""What waits for this office, read together on the office's thread."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from core.backup import LastBackup, last_backup
from core.errors import MunimentError
from core.laws.resolving import RESOLVING
from core.ledger.transaction import Transaction
from core.linking import AskedView
from core.office import Office
from core.views import ActView, Draft, RequestView, Today
from desktop.widgets.status import Shape

SHOWN = 8
GROUPS = (
    ("void", Shape.REJECTED),
    ("needs_decision", Shape.HELD),
    ("refused", Shape.REJECTED),
    ("not_yet_seen", Shape.RECORDED),
    ("not_yet_certified", Shape.WITNESSED),
)


class Waiting(NamedTuple):
    today: Today
    to_decide: Sequence[RequestView]
    asked: Sequence[RequestView]
    links: Sequence[AskedView]  # the oldest
    links_count: int  # of all
    drafts: Sequence[Draft]
    labels: Mapping[bytes, str]  # of the records of the acts that are shown
    resolved: Mapping[bytes, Transaction]  # by the act that decides of it or takes it back: that other act
    backup: LastBackup | None


def read_waiting(office: Office, links_shown: int) -> Waiting:
    """`links_shown`: how many of what other registers ask, the oldest."""
    today = office.standing.today()
    acts = [act for name, _ in GROUPS for act in getattr(today, name)[:SHOWN]]
    records = {act.records[0] for act in acts if act.records}
    to_decide, asked = office.requests.for_me(), office.requests.made(SHOWN)
    links, links_count = office.linking.asked_of_us(links_shown), office.linking.count_asked()
    records |= {one.called.record for one in links}
    labels = {record: office.records.view(record).label for record in records}
    resolved = {act.id: other for act in acts if (other := _resolved_by(office, act)) is not None}
    drafts, backup = office.drafts.all(), last_backup(office)
    return Waiting(today, to_decide, asked, links, links_count, drafts, labels, resolved, backup)


def _resolved_by(office: Office, act: ActView) -> Transaction | None:
    """What an act decides of or takes back. One that was refused may name what nobody knows."""
    named = act.transaction.act.get("act") if act.text_is_held else None
    if act.transaction.procedure not in RESOLVING or type(named) is not bytes:
        return None
    with suppress(MunimentError):
        return office.acts.view(named).transaction
    return None
