"""What the offices vote on, drawn up from an office's card: a new key for a member, or a new member."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.crypto.signing import verify
from core.folder import read_bounded
from core.ledger.charter import OfficeCard, decode_card
from core.ledger.encoding import Value
from core.voting import pack_content

PROPOSE = "charter.propose"


def read_card(path: Path) -> OfficeCard:
    """Raises `not-an-office-card`, `bad-card-signature` and the refusals of `read_bounded`."""
    return decode_card(read_bounded(path), verify)


def proposal_of(card: OfficeCard, offices: Sequence[str]) -> Mapping[str, Value]:
    """The fields of the act that proposes it, as far as the card tells them."""
    number = int.from_bytes(card.node_key[:4], "big") % 1_000_000  # the same for whoever proposes this card
    content: Mapping[str, Value] = {"content": pack_content(card.encoded)}
    if card.name in offices:
        member = list(offices).index(card.name)
        return {"reference": f"KEY-{number:06}", "kind": "incarnation", "member": member, **content}
    return {"reference": f"NEW-{number:06}", "kind": "admit", **content}
