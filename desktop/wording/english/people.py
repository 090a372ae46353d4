"""Signing in, roles, two officers, locking, and who looked at what."""

from desktop.wording.catalogue import Trouble

KEPT = "Nothing was lost."

PEOPLE_TROUBLES = {
    "nobody-signed-in": Trouble("Nobody is signed in here.", KEPT, "Sign in with your own passphrase."),
    "not-for-role": Trouble(
        "Your role does not allow this.", KEPT, "It may be done by: {roles}. Ask one of them to sign in here."
    ),
    "not-this-officer": Trouble(
        "This key is not the one of officer {officer} of this office.", KEPT, "Choose the officer whose key it is."
    ),
    "officer-ended": Trouble(
        "The powers of {name} at this office have ended.",
        "What {name} signed before stands.",
        "Sign in as another officer, or ask the administrator.",
    ),
    "not-a-signer": Trouble(
        "This officer is not among those who sign this act.", KEPT, "Go back and choose who signs."
    ),
    "one-key-two-persons": Trouble(
        "Two of those who sign have one and the same key ({name}).",
        "Nothing was recorded.",
        "Two officers sign with two keys: choose another person.",
    ),
    "review-not-opened": Trouble(
        "{name} has not opened the text that is to be signed, or it has changed since.",
        "Nothing was recorded; the draft is kept.",
        "Let {name} open and read the text, then sign.",
    ),
    "purpose-missing": Trouble("No purpose was stated.", "Nothing was shown.", "Choose why you look."),
    "purpose-in-words": Trouble(
        "This purpose has to be told in words.", "Nothing was shown.", "Write who asks, or the number of the file."
    ),
    "looks-full": Trouble(
        "The list of who looked at what is full ({looks} entries).",
        "Nothing was lost; nothing was shown.",
        "Ask an auditor to write it to a file; then there is room again.",
    ),
    "looks-damaged": Trouble(
        "The list of who looked at what was altered: entry {number} does not follow from the one before it.",
        "The register is not concerned.",
        "Keep this computer as it is and tell the administrator.",
    ),
    "extract-not-for-role": Trouble(
        "The proof on an extract holds every field of the act, and some are not for your role.",
        "Nothing was printed.",
        "Ask an officer who may read all of it.",
    ),
}

PEOPLE_DONE = {
    "looks-listed": "{count} looks.",
    "looks-exported": "{count} looks were written to {path}. Whoever reads that file reads who looked at what.",
    "officers-listed": "{count} officers.",
}
