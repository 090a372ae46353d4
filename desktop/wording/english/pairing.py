"""Inviting an office and being invited: an invitation, six digits from screen to keyboard, the register handed over."""

from desktop.wording.catalogue import Trouble

_NOT_PAIRED = "Nothing was handed over."
_ANEW = "Make a new invitation, and begin again with both people on the telephone."

PAIRING = {
    "invitation-unknown": Trouble(
        "The other office knows no such invitation.", _NOT_PAIRED, "Ask it for a new invitation."
    ),
    "invitation-over": Trouble(
        "This invitation is over: it was used once, was ended, or its time has passed.",
        _NOT_PAIRED,
        "Ask the office that invites for a new one.",
    ),
    "pairing-broken": Trouble(
        "What arrived is not what had been promised before: somebody may stand between the two computers.",
        _NOT_PAIRED,
        _ANEW,
    ),
    "wrong-code": Trouble(
        "The six digits that were typed are not those on the other screen. There is one try, and it is over.",
        _NOT_PAIRED,
        _ANEW,
    ),
}
