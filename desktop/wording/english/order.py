"""Where acts meet in the common order, and records that are held or pass to another office.

Of two offices that had not seen each other none was "earlier" (8-practice §4): one was placed first.
"""

from desktop.wording.catalogue import Trouble

_KEPT = "Nothing was lost: the act stays on record."
_DRAFT = "Nothing was recorded; the draft is kept."

ORDER_REFUSALS = {
    "overtaken-unseen": Trouble(
        "Another act on this record ({winner}) was placed first in the common order; neither office had seen the other.",
        "Nothing was lost: the act stays on record as not entered.",
        "Look at the record as it stands now; the act can be lodged again with the same documents.",
    ),
    "key-taken-unseen": Trouble(
        "Another act took this number ({winner}) and was placed first in the common order; neither office had seen the"
        " other.",
        "Nothing was lost: the act stays on record as not entered.",
        "Look at that record; the act can be lodged again under another number.",
    ),
    "held-together": Trouble(
        "Another act on the same record ({winner}) was placed first in the common order; neither office had seen the"
        " other. Both are held, and nothing more is entered on the record.",
        _KEPT,
        "Tell the persons concerned; an act that decides between the two ends it.",
    ),
    "equal-rank": Trouble(
        "Another act on the same record ({winner}) was placed first in the common order; neither office had seen the"
        " other. Both are entered and have equal rank.",
        _KEPT,
        "Tell the persons concerned.",
    ),
    "time-undecided": Trouble(
        "Whether this was in time cannot be said for sure: the clocks or the meetings of the offices leave it open.",
        _KEPT,
        "Lay the papers before an officer who may decide; until then the act waits on “Today”.",
    ),
    "record-held": Trouble(
        "The record is held: acts of offices that had not seen each other met on it ({acts}).",
        _DRAFT,
        "Wait until it is decided between them.",
    ),
    "not-held": Trouble("The record is not held: there is nothing to decide.", _DRAFT, "Choose an act that fits."),
    "record-released": Trouble(
        "The record is passing to another competent office ({office}), which has not accepted it yet.",
        _DRAFT,
        "Wait for that office, or let the competent office take the record back.",
    ),
    "not-released": Trouble(
        "The record was not released to this office.", _DRAFT, "Ask the competent office to release it."
    ),
    "release-not-final": Trouble(
        "The release of this record was not yet entered in the common register when this act was signed.",
        _DRAFT,
        "Accept it again once the release is entered there.",
    ),
    "kept-by-all": Trouble(
        "All offices keep this register together: there is no competent office to change.",
        _DRAFT,
        "There is nothing to do.",
    ),
    "already-keeper": Trouble("The record stays with the same office: {office}.", _DRAFT, "Choose another office."),
}
