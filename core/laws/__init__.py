"""The laws: what each register allows, read from files, checked whole, executed the same way everywhere. LAWS.md."""

from core.laws.execution import Context, execute
from core.laws.indexing import key_group
from core.laws.law import Law
from core.laws.law_reading import law_from_canonical, parse_law
from core.laws.problems import LawError
from core.laws.verdict import Accepted, Finding, Rejected, TraceStep

__all__ = [
    "Accepted",
    "Context",
    "Finding",
    "Law",
    "LawError",
    "Rejected",
    "TraceStep",
    "execute",
    "key_group",
    "law_from_canonical",
    "new_record_id",
    "parse_law",
]
