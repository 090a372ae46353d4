"""Suspended and held acts: words of pages, and why an act that ends one was refused."""

from desktop.wording.catalogue import Trouble

_DRAFT = "Nothing was recorded."
_KEPT = "Nothing was lost: the act stays on record."

UNDECIDED_SCREEN = {
    "act.cure": "What was missing is brought",
    "act.confirm": "Decision: the act counts",
    "act.set_aside": "Decision: the act does not count",
    "act.withdraw": "Act withdrawn",
    "rejected.act-set-aside": "set aside by decision",
    "rejected.act-withdrawn": "withdrawn",
    # The page on which one is ended
    "resolve.title": "A suspended or held act",
    "resolve.open": "&Decide…",
    "resolve.lapsed": "The time to bring what was missing has passed.",
    "resolve.until": "What is missing may be brought until {day}.",
    "resolve.signer": "Signed by",
    "resolve.text": "What the act says",
    "resolve.standing": "{state}: {why}",
    "resolve.way": "What is to be done",
    "resolve.way.cure": "Bring what is missing, or look again whether it stands in the register now",
    "resolve.way.confirm": "It counts: enter it",
    "resolve.way.set_aside": "It does not count: set it aside",
    "resolve.way.withdraw": "Take it back",
    "resolve.reason": "Reason",
    "resolve.sign": "&Sign",
    "resolve.later": "&Later",
    "resolve.done": "Signed. The act is now: {outcome}.",
    "outcome.entered": "Entered",
    "outcome.set_aside": "Set aside",
    "outcome.withdrawn": "Withdrawn",
}

UNDECIDED_REFUSALS = {
    "no-such-undecided": Trouble(
        "No act that is suspended or held has this number here.",
        _DRAFT,
        "It may be on its way: meet the office that signed it.",
    ),
    "act-lapsed": Trouble(
        "The time to bring what was missing has passed.",
        _KEPT,
        "The act can be lodged again with the same documents; who decides may note here that it has ended.",
    ),
    "act-not-held": Trouble(
        "The act is suspended: something is missing, and no decision stands in for it.",
        _DRAFT,
        "Bring what is missing, or set the act aside.",
    ),
    "act-of-another-law": Trouble(
        "The act was signed under other rules ({law}).", _DRAFT, "Decide it under the rules of its own register."
    ),
    "act-of-another-office": Trouble(
        "Another office ({office}) has signed this act, and only it can take it back.",
        _DRAFT,
        "If the act must not count, let whoever decides set it aside.",
    ),
    "office-queue-full": Trouble(
        "Acts of this office wait already in {most} places on this record.",
        _DRAFT,
        "Complete, withdraw or set aside one of them; then this act can be signed.",
    ),
    "act-set-aside": Trouble(
        "{office} has decided that the act does not count: {reason}",
        _KEPT,
        "Tell the persons concerned; the decision and its remedy stand on its paper.",
    ),
    "act-withdrawn": Trouble("The act was withdrawn before it was decided.", _KEPT, "It can be lodged again."),
    "decided-by-signer": Trouble("Whoever signed the act does not decide it.", _DRAFT, "Let a second officer decide."),
    "fact-not-withdrawn": Trouble(
        "What has happened cannot be taken back ({procedure}).", _DRAFT, "Decide whether it counts, or correct it."
    ),
    "field-brought-before": Trouble(
        "The act says this already: {field}.", _DRAFT, "Bring only what is missing; all else takes a new act."
    ),
    "sealed-not-brought": Trouble(
        "What is readable by some only cannot be brought later: {field}.", _DRAFT, "Sign the act anew with it."
    ),
    "earlier-act": Trouble(
        "An earlier act on this record ({winner}) is suspended and keeps its place.",
        _KEPT,
        "It can be decided once the earlier one has ended.",
    ),
    "day-undecided": Trouble(
        "The day is not known precisely enough to reckon with ({day}).",
        _KEPT,
        "Lay the papers before an officer who may decide; until then the act waits on “Today”.",
    ),
    "calendar-missing": Trouble(
        "The working days of {calendar} have not been entered, and they are not guessed.",
        _KEPT,
        "Have the calendar of that year entered, then decide the act.",
    ),
}
