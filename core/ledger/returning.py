"""An office that comes back without the key of any officer: whom the vote lets sign for it from then on (3-ledger §7).

The quorum vouches for the card, as at an admission: it was compared in person. Officers' numbers are never given again,
for acts name their signers by them. So the card's officers follow those who were there, who keep number, name and key,
by which all that they signed verifies, and have no role any more. What the office itself had recorded of its officers
before is of no force either (core/officers.py): a key that was lost is nobody's. Who still has one is appointed anew by
the office's own administrator. FORMAT.md §10.
"""

from dataclasses import replace

from core.errors import MunimentError
from core.ledger.charter import MAX_CARD_BYTES, MAX_OFFICERS, OfficeCard
from core.ledger.encoding import decode, encode
from core.ledger.roll import Member, Officer

_MARK = "muniment-returning-office"
_HEAD_BYTES = 64  # what the mark and the lengths take, and more


def returning(card: bytes) -> bytes:
    """What a change of the kind `incarnation` encloses where the card's officers come in place of those before."""
    return encode([_MARK, card])


def card_returning(content: bytes) -> bytes | None:
    """The card in such content; None where the content is none."""
    if not content.startswith(encode([_MARK, b""])[:-1]):
        return None
    match decode(content, MAX_CARD_BYTES + _HEAD_BYTES):
        case [_, bytes(card)]:
            return card
    return None


def with_officers_of(member: Member, card: OfficeCard) -> Member:
    """The member, under the incarnation that it has here, with the card's officers in place of those before.

    Raises `too-many-officers`.
    """
    former = tuple(Officer(one.name, one.key, frozenset()) for one in member.officers)
    if len(former) + len(card.officers) > MAX_OFFICERS:
        raise MunimentError("too-many-officers", office=member.office, limit=MAX_OFFICERS)
    return replace(member, officers=(*former, *card.officers), officers_since=member.incarnation)


def first_number(member: Member, card: OfficeCard) -> int:
    """The number of the card's first officer in the roll; the others follow. 0 where the roll has other officers."""
    keys = [officer.key for officer in member.officers]
    first = card.officers[0].key
    return keys.index(first) if first in keys else 0
