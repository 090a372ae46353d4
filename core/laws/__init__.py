"""The laws: what each register allows, read from files, checked whole, executed the same way everywhere.
LAWS.md.
"""

from core.laws.applying import Context
from core.laws.conflicts import fits
from core.laws.execution import execute
from core.laws.form import FormField, extract_form, procedure_form, record_form, typed_text
from core.laws.indexing import key_group
from core.laws.law import Law
from core.laws.law_check import LawReport, check_law
from core.laws.law_reading import law_from_canonical, parse_law
from core.laws.placing import Order
from core.laws.problems import LawError
from core.laws.sentences import rule_sentence
from core.laws.verdict import Accepted, Finding, Rejected, TraceStep

__all__ = [
    "Accepted",
    "Context",
    "Finding",
    "FormField",
    "Law",
    "LawError",
    "LawReport",
    "Order",
    "Rejected",
    "TraceStep",
    "check_law",
    "execute",
    "extract_form",
    "fits",
    "key_group",
    "law_from_canonical",
    "parse_law",
    "procedure_form",
    "record_form",
    "rule_sentence",
    "typed_text",
]
