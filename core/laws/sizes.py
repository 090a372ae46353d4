"""How many bytes a value of a type can take at most: known from its bounds, so a record can be kept below
its limit.
"""

from collections.abc import Mapping

from core.laws.field_types import (
    ASKED_OF_DOCUMENTS,
    ChoiceType,
    DocumentType,
    Field,
    FieldType,
    GroupType,
    SealedType,
    TextType,
)
from core.ledger.sealed import MAX_OFFICES, MAX_SHARES

SEALED_EXTRA_BYTES = 240  # padding, nonce, tag, commitment, names
# Generous: key text, heads and numbers of the largest value of each kind in DAG-CBOR.
_FIXED = {
    "integer": 9,
    "fraction": 19,
    "money": 14,
    "boolean": 1,
    "day": 10,
    "period": 10,
    "party": 200 * 4 + 64 * 4 + 40,
    "office": 5,
    "document": 32 + 80 * 8 + 200 * 4 + 80,
    "act": 34,
    "record": 17,
    "entry_of": 5,
    "attestation": 80,
    "number": 62,
}


def worst_bytes(kind: FieldType) -> int:
    """Of one value; a list counts as empty."""
    if isinstance(kind, TextType):
        return 4 * (kind.max_chars or 0) + 3
    if isinstance(kind, ChoiceType):
        return max(len(word) for word in kind.words) + 3
    if isinstance(kind, SealedType):
        shares = MAX_SHARES * 40 if kind.until else 0
        return worst_bytes(kind.of) + SEALED_EXTRA_BYTES + MAX_OFFICES * 5 + shares
    if isinstance(kind, DocumentType):
        return _FIXED["document"] + sum(worst_bytes(ASKED_OF_DOCUMENTS[one]) + len(one) + 3 for one in kind.asks)
    if isinstance(kind, GroupType):
        return 16 + worst_fields(kind.fields)
    return _FIXED.get(kind.kind, 3)


def worst_fields(fields: Mapping[str, Field]) -> int:
    return sum(worst_bytes(field.type) + len(name) + 3 for name, field in fields.items())
