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
    "bad-lock-time": Trouble(
        "The window locks by itself after {least} to {most} seconds.", KEPT, "Choose a time between."
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
        "An extract or a proof holds every field of the act or the record, and some are not for your role.",
        "Nothing was printed.",
        "Ask an officer who may read all of it.",
    ),
}

PEOPLE_DONE = {
    "looks-listed": "Looks on this computer, newest first: {count}.",
    "look-line": "{when}  {name}: {why} ({note}); {what}",
    "looks-exported": "{count} looks were written to {path}. Whoever reads that file reads who looked at what.",
}

PEOPLE_SCREEN = {
    "value.withheld.role": "not for your role",
    "value.withheld.purpose": "not shown yet: say why you look",
    "value.withheld.unknown-law": "not shown: the rules that say who may read it are not known here",
    "review.signed": "has signed",
    "review.waits": "signs next",
    "review.hand-over": "Now {name} takes this place, reads the text and signs as {role}.",
    "review.open-for": "Open the text for {name}",
    "review.read-now": "{name}: this is what you sign. Read all of it, then sign.",
    "look.about": "Part of this record is not public. It is shown once you say why you look; that is kept.",
    "look.purpose": "Why do you &look?",
    "look.note": "Who asks, or number of the file",
    "look.show": "&Show all",
    "look.who": "&Who looked",
    "looks.title": "Who looked at {label}",
    "looks.about": "On this computer, as of its own clock. Other offices keep their own list.",
    "looks.export": "&Write all looks to a file…",
    "looks.export.title": "All looks on this computer",
    "looks.close": "&Close",
    "looks.none": "Nobody has looked yet.",
    "looks.when": "When",
    "looks.person": "Who",
    "looks.roles": "Signed in as",
    "looks.purpose": "Why",
    "looks.note": "In words",
    "purpose.application": "An application is being handled",
    "purpose.holder": "The holder, or whoever stands in for the holder, asks",
    "purpose.check": "Own work is checked or corrected",
    "purpose.audit": "Supervision or audit",
    "purpose.authority": "A court or another authority asks",
    "purpose.other": "Another reason, in words",
    "purpose.preparing": "An entry on it was prepared",
    "purpose.deciding": "A request about it was decided",
    "purpose.second-officer": "The second officer read the text that is to be signed",
    "purpose.extract": "An extract was printed",
    "purpose.again": "A void entry was prepared again",
    "sign-in.title": "Sign in",
    "sign-in.locked": "Locked",
    "sign-in.why.start": "{office} is open on this computer. Who works here now?",
    "sign-in.why.idle": "Nobody has used this window for a while.",
    "sign-in.why.sleep": "This computer was asleep.",
    "sign-in.why.session": "The session of this computer was locked.",
    "sign-in.why.asked": "You have locked this window.",
    "sign-in.why.ended": "The powers of the person who was signed in have ended.",
    "sign-in.draft-kept": "Your draft is kept, encrypted, as you left it.",
    "sign-in.meetings": "Meetings with other offices go on meanwhile.",
    "sign-in.officer": "&Officer",
    "sign-in.passphrase": "Own &passphrase",
    "sign-in.person": "{name} ({roles})",
    "sign-in.go": "&Sign in",
    "sign-in.busy": "The key is being opened…",
    "sign-in.bring": "Bring a &key file…",
    "sign-in.bring.title": "Key file of an officer",
    "sign-in.bring.files": "Key files (*.key)",
    "sign-in.no-keys": "No officer's key is on this computer. Bring the key file from the stick or the backup where it is.",
    "who.name": "{name}",
    "who.menu": "Signed in",
    "who.lock": "&Lock or change officer (Ctrl+L)",
    "who.lock-after": "Lock by itself after",
    "who.minutes": ("{count} minute", "{count} minutes"),
}
