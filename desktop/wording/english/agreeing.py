"""Troubles of the offices together: changes they vote for, states of the register, proofs that rest on them."""

from desktop.wording.catalogue import Trouble
from desktop.wording.english.keeping import KEPT, SAFE, UNWRITTEN

_ALTERED = Trouble("What the other office sent was damaged or altered.", KEPT, "Tell the other office, and meet again.")
_UNREADABLE = Trouble(
    "The proof on the paper or in the file cannot be read: it was damaged or altered.",
    "The record itself is untouched.",
    "Ask the office for a new extract.",
)
_UNPROVEN = Trouble(
    "The proof does not hold: what it says of the common register was not signed so.",
    "The record itself is untouched.",
    "Do not rely on it: ask the office.",
)
_TOO_NEW = Trouble("The proof was made by a newer Muniment.", SAFE, "Install the newer Muniment.")

AGREEING = {
    # Changes of who belongs to the network and under which rules
    "already-in-force": Trouble(
        "What is proposed holds already.", UNWRITTEN, "There is nothing to do; withdraw the proposal."
    ),
    "last-witness": Trouble(
        "Without this office nobody would be left to confirm anything.", UNWRITTEN, "Propose another change."
    ),
    "unknown-member": Trouble("The network has no office No. {number}.", UNWRITTEN, "Choose one of its offices."),
    "member-removed": Trouble(
        "{office} has left the network.",
        UNWRITTEN,
        "Choose another office, or propose a new key for it: so it comes back.",
    ),
    "too-many-officers": Trouble(
        "{office} would have had more than {limit} officers on its cards.",
        UNWRITTEN,
        "Let it come back with fewer officers on its card; it appoints the others itself.",
    ),
    "card-key-taken": Trouble(
        "The card of {office} holds a key that the network knows already.",
        UNWRITTEN,
        "Let the office make a new card; if its officers still have their keys, propose only a new key for its computer.",
    ),
    "too-many-members": Trouble("A network has at most {limit} offices.", UNWRITTEN, "Found a second network."),
    "name-taken": Trouble("Another office is named {office} already.", UNWRITTEN, "Give the new office another name."),
    "name-differs": Trouble(
        "The card is of {card}, not of {office}.", UNWRITTEN, "Choose the card that this office has made."
    ),
    "not-a-new-key": Trouble(
        "The card of {office} holds a key that was used before.", UNWRITTEN, "Let the office make a new card."
    ),
    "law-version-differs": Trouble(
        "The rules {law} are proposed as version {version}, but the next one is {expected}.",
        UNWRITTEN,
        "Number the rules anew and propose them again.",
    ),
    "unknown-change": Trouble("This version cannot make such a change.", UNWRITTEN, "Install the newer Muniment."),
    "content-damaged": Trouble(
        "What this proposal would change cannot be read: its content was cut or mixed up.",
        UNWRITTEN,
        "Drop it and propose it again.",
    ),
    "not-a-constitution": Trouble(
        "What this office's copy says of the members of the network cannot be read.",
        "What other offices hold is safe, and so are your backups.",
        "Restore the newest backup and meet another office.",
    ),
    "closed-without-change": Trouble(
        "The other offices have ended a period without a change that this office's copy knows of.",
        "Nothing recorded was lost.",
        "Do not delete anything; tell your administrator.",
    ),
    "removed": Trouble(
        "This office has left the network: the other offices have voted so, and nothing that it signs counts any more.",
        "What was entered before stays entered.",
        "Ask the other offices; they can vote to take it in again.",
    ),
    "superseded": Trouble(
        "This office goes on with a new key on another computer, so this one may read and pass on but not sign.",
        "Nothing was lost.",
        "Work on the other computer.",
    ),
    "renewed": Trouble(
        "The other offices have put this office's new key into force; with the old one nothing is signed any more.",
        "Nothing was lost.",
        "Wait a moment: Muniment opens this office again with its new key by itself, as soon as nothing is under way.",
    ),
    "not-opened-again": Trouble(
        "This office's new key is in force, but the office could not be opened with it: {why}",
        SAFE,
        "Close Muniment and open it again.",
    ),
    "awaiting-incarnation": Trouble(
        "This office has a new key that the other offices have not put into force yet, so it may read and pass on but not"
        " sign.",
        "Nothing was lost.",
        "Meet the other offices until they have voted and you hold their votes.",
    ),
    "epoch-goes-back": _ALTERED,
    "wrong-closing-anchor": _ALTERED,
    # States of the register and their proofs
    "malformed-checkpoint": _UNREADABLE,
    "malformed-cosignature": _UNREADABLE,
    "malformed-entry": _UNREADABLE,
    "malformed-final-proof": _UNREADABLE,
    "malformed-epoch-proof": _UNREADABLE,
    "malformed-record-receipt": _UNREADABLE,
    "malformed-state-proof": _UNREADABLE,
    "unknown-witness": _UNPROVEN,
    "bad-cosignature": _UNPROVEN,
    "cosignature-of-another-checkpoint": _UNPROVEN,
    "certificate-below-quorum": _UNPROVEN,
    "bad-final-path": _UNPROVEN,
    "bad-epoch-proof": _UNPROVEN,
    "bad-constitution-proof": _UNPROVEN,
    "bad-state-proof": _UNPROVEN,
    "cosignature-too-new": _TOO_NEW,
    "final-proof-too-new": _TOO_NEW,
    "state-proof-too-new": _TOO_NEW,
    "register-not-certified": Trouble(
        "The majority has not yet signed the newest state of the register, from which the proof would be made.",
        "The record itself is kept.",
        "Meet other offices, then try again.",
    ),
    "entry-not-held": Trouble(
        "This office's copy does not hold entry No. {entry} of the common register.",
        SAFE,
        "Meet an office that does.",
    ),
}
