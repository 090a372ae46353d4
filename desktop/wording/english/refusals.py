"""Refusals by the rules of the register: the engine's own codes. Each law brings the words of its own conditions."""

from desktop.wording.catalogue import Trouble

DRAFT = "Nothing was recorded; the draft is kept."
LATER = "Nothing was lost: the act stays on record as not entered."
_IN_TERM = "Let an officer sign whose appointment covers the day, or have this one appointed for it first."

REFUSALS = {
    "rejected": Trouble(
        "The rules of the register do not allow this act.", DRAFT, "Correct the draft and review it again."
    ),
    "law-not-in-force": Trouble(
        "The act was made under version {version} of the rules, which is not in force.",
        DRAFT,
        "Start it anew under those in force.",
    ),
    "rule-undecided": Trouble(
        "A rule could not be decided on this act ({why}).",
        DRAFT,
        "Look at the fields it is about, or ask your administrator.",
    ),
    "records-differ": Trouble(
        "The act does not name the records that it changes.", DRAFT, "Choose each record that is asked for."
    ),
    "record-twice": Trouble("One record is named twice.", DRAFT, "Choose two different records."),
    "no-such-record": Trouble("There is no such record in this register.", DRAFT, "Choose the record again."),
    "other-law-differs": Trouble(
        "This act reads the register {register} of other rules, which are not in force here as these rules rely on them.",
        DRAFT,
        "Ask your administrator to have both rules voted on in versions that fit together; then review the act again.",
    ),
    "paper-once-final": Trouble(
        "No person signed this act: this office's computer entered it as its rules order.",
        "Nothing was lost.",
        "Print it once the act is final: from then on the common register vouches for it.",
    ),
    "paper-once-named": Trouble(
        "No state of the common register that the majority has signed names who signed this act yet: an office that"
        " joined lately, a new key, or a new officer or role. A paper could not prove it.",
        "Nothing was lost.",
        "Meet other offices and print it once the act is final.",
    ),
    "no-such-entry": Trouble(
        "The entry that is named is not in the record, or has ended.", DRAFT, "Choose one of the entries shown."
    ),
    "not-keeper": Trouble(
        "Another office is the competent one for this record: {office}.", DRAFT, "Hand the act in there."
    ),
    "overtaken": Trouble(
        "The record was changed meanwhile by another act.",
        DRAFT,
        "Look at the record as it stands now and review the act again.",
    ),
    "not-in-state": Trouble(
        "The record's state is {state}; this act needs: {of}.", DRAFT, "Look at the record: it may have ended."
    ),
    "signer-twice": Trouble("One person signs twice in the same role.", DRAFT, "Choose each signature once."),
    "role-not-asked": Trouble("The signature of a {role} is not asked for.", DRAFT, "Leave it out."),
    "role-missing": Trouble("The signature of a {role} is missing.", DRAFT, "Choose who signs as {role}."),
    "attestation-not-signed": Trouble(
        "Something is attested here by a {role} who does not sign this act.",
        DRAFT,
        "Let that officer sign, or name as attesting the {role} who signs.",
    ),
    "appointment-not-in-term": Trouble(
        "Officer No. {officer} is appointed as {role} from {since} until {until}, and this act is not of these days.",
        DRAFT,
        _IN_TERM,
    ),
    "appointment-not-in-term-since": Trouble(
        "Officer No. {officer} is appointed as {role} from {since} on, and this act is of a day before.",
        DRAFT,
        _IN_TERM,
    ),
    "appointment-not-in-term-until": Trouble(
        "Officer No. {officer} is appointed as {role} until {until}, and this act is of a day after.", DRAFT, _IN_TERM
    ),
    "wrong-territory": Trouble(
        "Officer No. {officer} acts as {role} only in the territory {territory}; {place} is not in it.",
        DRAFT,
        "Let the officer of that territory sign.",
    ),
    "role-not-held": Trouble("The officer does not have the role of {role}.", DRAFT, "Choose an officer who has."),
    "signer-of-another-office": Trouble(
        "An officer of another office cannot sign this act.", DRAFT, "Choose an officer of this office."
    ),
    "one-person-two-roles": Trouble(
        "One person cannot sign in two roles here.", DRAFT, "Choose two different persons."
    ),
    "signature-missing": Trouble("A signature is missing.", DRAFT, "Let each officer sign."),
    "group-of-different-signers": Trouble(
        "These acts are not signed by the same persons.", DRAFT, "Sign them separately."
    ),
    "enclosed-twice": Trouble("This act was already recorded.", LATER, "It counts once; there is nothing to do."),
    "written-twice": Trouble(
        "The computer that wrote this act is proven to have signed two different histories.",
        LATER,
        "Lodge the act again at another office with the same documents.",
    ),
    "entry-too-small": Trouble(
        "An entry holds less than is taken from it.", DRAFT, "Take less, or choose another entry."
    ),
    "fraction-too-fine": Trouble("A share has become too fine to be kept exactly.", DRAFT, "Use simpler shares."),
    "impossible-time": Trouble(
        "This computer's clock shows an impossible time.", DRAFT, "Set the clock and review again."
    ),
    "key-taken": Trouble(
        "This number is already taken in the register.", DRAFT, "Look at the number, or open that record."
    ),
    "index-full": Trouble("There are too many entries of this kind on the record.", DRAFT, "End some of them first."),
    "record-too-large": Trouble("The record would become too large.", DRAFT, "Shorten the texts or end old entries."),
    # Fields
    "field-missing": Trouble("A field is empty that must be filled: {field}.", DRAFT, "Fill it in."),
    "field-unknown": Trouble("The rules know no field {field}.", DRAFT, "Start the act anew."),
    "list-too-short": Trouble("There are too few rows in {field}.", DRAFT, "Add what is missing: at least {least}."),
    "list-too-long": Trouble("There are too many rows in {field}.", DRAFT, "Keep at most {most}."),
    "named-twice": Trouble("The same thing is named twice in {field}.", DRAFT, "Name it once."),
    "wrong-kind": Trouble("{field} does not hold what it should.", DRAFT, "Type it as the field's help says."),
    "text-too-long": Trouble("The text in {field} is too long.", DRAFT, "Shorten it to {most} letters."),
    "text-empty": Trouble("The text in {field} is empty.", DRAFT, "Fill it in."),
    "text-not-as-declared": Trouble("{field} is not written as it must be.", DRAFT, "Look at the field's help."),
    "control-character": Trouble(
        "{field} holds a character that cannot be printed.", DRAFT, "Type the text instead of pasting it."
    ),
    "out-of-bounds": Trouble("{field} is outside what the rules allow.", DRAFT, "Look at the field's help."),
    "fraction-not-reduced": Trouble(
        "The share in {field} is not written in its shortest form.", DRAFT, "Type it again."
    ),
    "not-a-currency": Trouble("The currency in {field} is not one of {of}.", DRAFT, "Choose one of them."),
    "not-a-choice": Trouble("{field} is not one of {of}.", DRAFT, "Choose one of them."),
    "no-such-day": Trouble("{field} is no day of the calendar.", DRAFT, "Type it like 2026-03-05."),
    "number-mistyped": Trouble(
        "{field} is mistyped: no office has given such a number.", DRAFT, "Read it again from the paper."
    ),
    "pool-used-up": Trouble(
        "This office has given all {most} numbers that it has for this year.",
        DRAFT,
        "Enter it next year, or at another office.",
    ),
    "day-not-precise": Trouble("{field} must be a whole day.", DRAFT, "Type year, month and day, like 2026-03-05."),
}
