"""Reads what a law says of one sealed field: who may read it, until when nobody may, how long it is kept."""

from core.laws.field_types import FieldType, GroupType, Retention, SealedType
from core.laws.reading import Part
from core.ledger.charter import ROLES

MAX_MONTHS = 2400
THRESHOLDS = ("least", "majority")
# What has rows, or a name of its own in the ledger: a sealed field is one value that stands for itself. A document
# names a scan, which is kept under its digest beside the ledger: no order would erase it.
UNSEALABLE = frozenset({"list", "record", "entry_of", "act", "office", "attestation", "number", "document", "opening"})


def read_sealed(part: Part, kind: FieldType) -> SealedType:
    """`sealed: {for: [roles], of: [offices]}` or `sealed: {until: PROCEDURE, for: [roles]}`, and `retention`."""
    parts = [field.type for field in kind.fields.values()] if isinstance(kind, GroupType) else []
    if any(one.kind in UNSEALABLE for one in (kind, *parts)):
        part.fail("cannot-be-sealed", f"{part.where}: {kind.kind}", part.line_of("sealed"))
    with part.part("sealed").whole() as below:
        roles = below.words("for")
        for role in roles:
            if role not in ROLES:
                below.fail("unknown-role", role, below.line_of("for"))
        until = below.text("until", "")
        offices = below.words("of", optional=True) or (("all",) if until else ("author",))
        on = below.text("on", "")
        threshold = below.choice("threshold", THRESHOLDS, "least")
        if not until and (below.has("on") or below.has("threshold")):
            below.fail("key-missing", f"{below.where}: until")
    return SealedType(kind, roles, offices, until, on, threshold, _read_retention(part))


def _read_retention(part: Part) -> Retention | None:
    if not part.has("retention"):
        return None
    with part.part("retention").whole() as below:
        return Retention(below.integer("months", low=1, high=MAX_MONTHS), below.text("since"))
