"""From checked facts to the PDF of an extract, and the rules that ride along in it.

The rules of the register are attached to the file: their digest stands in the receipt, in the charter's head or in
the constitution that a vote has made, so a verifier who has never seen this law still knows its titles and labels,
and proves them. On the paper alone they are missing; there the labels come from the laws that the verifier knows,
else the law's own names.
"""

from collections.abc import Sequence

from core.laws.law import Law
from core.ledger.receipt import ReceiptFacts
from core.ledger.receipt_making import TEMPLATE
from desktop.printing.code import draw_symbols
from desktop.printing.drawing import draw_pdf
from desktop.printing.extract import PrintedStep, set_extract
from desktop.printing.facts import DEPUTIES, SHOWN, make_content
from desktop.wording_paper import say

BRACKETED = 2  # the box of what is not proved says between what the act was made
NUMBERED = 3  # and which number the competent office gave
FOLLOWING = 4  # and what follows from the record on the day of printing
TEMPLATES = (TEMPLATE, BRACKETED, NUMBERED, FOLLOWING, SHOWN, DEPUTIES)  # what was ever printed can be set again
NEWEST = DEPUTIES
RULES_FILE = "rules.cbor"


def make_pdf(facts: ReceiptFacts, law: Law, symbols: Sequence[bytes], printed: PrintedStep) -> bytes:
    """The PDF of an extract; `symbols`: contents of the QR symbols, from `pack` or as they were read."""
    content = make_content(facts, law)
    pages = set_extract(content, draw_symbols(symbols), printed, facts.quorum, facts.offices)
    title = say(facts.language, "paper-title", title=content.title, act=content.act_short)
    # Rules that the receipt does not prove, because no state of the register names them yet, could be anybody's.
    attached = [(RULES_FILE, law.canonical)] if law.digest in facts.law_digests else []
    return draw_pdf(pages, title, attached)
