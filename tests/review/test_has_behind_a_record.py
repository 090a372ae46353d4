"""`has(…)` behind a record that a record names asks that record; it once raised where an act was executed."""

import pytest

from core.laws import Accepted, Rejected, parse_law
from tests.laws.counter import LIBRARY, Counter, document, party

LAND = (LIBRARY / "land.yaml").read_text("utf-8")
CANCELLING = "      - code: cancel-without-authority\n"
ASKING = """\
      - {code: nowhere, article: "25", outcome: refuse, rule: "has(entry.parcel.address) && size(entry.parcel.address) > 3",
         says: {en: The parcel has no address.}}
"""
REGISTRAR = [("registrar", 0)]


@pytest.mark.parametrize(
    ("address", "code"), [({"address": "1 Street"}, ""), ({"address": "X"}, "nowhere"), ({}, "nowhere")]
)
def test_what_the_named_record_lacks_is_seen(address: dict[str, str], code: str) -> None:
    counter = Counter(parse_law(LAND.replace(CANCELLING, ASKING + CANCELLING)))
    right = {"kind": "ownership", "holder": party("ana"), "part": [1, 1]}
    entry = {"cadastral": "0000000001", "basis": "systematic", "area_m2": 9, "rights": [right], **address}
    parcel = counter.enter("first_registration", entry, signers=REGISTRAR)
    note = {"kind": "litigation_note", "effect": "warns", "holder": party("bob"), "basis": document()}
    standing = counter.enter("encumber", note, {"parcel": parcel}, REGISTRAR)
    verdict = counter.put(
        counter.transaction(
            "cancel_encumbrance", {"ground": "court_order", "basis": document()}, {"entry": standing}, REGISTRAR
        )
    )
    assert isinstance(verdict, Rejected if code else Accepted), verdict
    assert getattr(verdict, "code", "") == code
