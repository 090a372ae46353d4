"""What may be certified and still end void: the one exception of I5 (3-ledger §6, §7, §10).

The promise speaks of authors outside E(closing anchor). A forker's block can be certified by approvals that never come
into the closing anchor's past: in blocks of another forker, which nobody may refer to, or of an office that slept
while the others closed the epoch. Below that anchor it is then an uncertified block of a proven forker, hence void.
Nothing else that was certified may be lost, and nothing at all of which q witnesses have confirmed the certificate.
"""

from core.ledger.approvals import certified_within, has_second_level
from core.ledger.blocklace import Blocklace
from core.ledger.vertex import Vertex


def may_end_void(lace: Blocklace, vertex: Vertex) -> bool:
    """Whether the epoch in which a block was certified has closed above it with its author proven a forker, too few of
    its approvals and no second level. Of a block that no anchor has executed.
    """
    epoch = vertex.counted_in
    if epoch >= len(lace.closings):
        return False
    closing, roll = lace.closings[epoch], lace.rolls[epoch]
    if not lace.in_past(vertex, closing) or not closing.forkers >> vertex.author & 1:
        return False
    if certified_within(vertex, closing, roll.quorum, lace.in_past):
        return False
    of_epoch = (one for one in lace.vertices.values() if one.epoch == epoch and roll.members[one.author].witness)
    return not has_second_level(vertex, of_epoch, roll.quorum, lace.in_past)
