"""Words of sealed fields, of their erasure, and of when an act was made."""

from desktop.wording.catalogue import Trouble

KEPT = "Nothing was recorded; the draft is kept."

SEALING_SCREEN = {
    "value.sealed": "Sealed",
    "value.erased": "Erased by order",
    "value.opening": "What opens the sealed text",
    "form.opening": "Brought by this office when the act is drawn up.",
    "sealed.form.opens": "Once signed, the opened text stands in the register for every office.",
    "sealed.title": "Sealed fields",
    "sealed.form": "Sealed before it is signed; read by: {roles}. It can be erased by order.",
    "sealed.form.until": "Sealed until the act “{act}” is entered in the common register; then read by: {roles}. Nobody"
    " reads it before, this office included.",
    "sealed.for-roles": "Readable here by: {roles}. State why you look, or sign in as one of them.",
    "sealed.elsewhere": "Not for this office. Read by {roles} at {offices}.",
    "sealed.unreadable": "The office that recorded this field has sealed something that cannot be read. Ask it to record it again.",
    "sealed.key-missing": "This office may read it, but what opens it has not come yet. Meet one of: {offices}.",
    "sealed.until": "Sealed until “{act}” is entered in the common register. Then any {threshold} offices together open"
    " it; so could as many that break the rules before.",
    "sealed.shares-missing": "“{act}” is entered. {given} of the {threshold} parts that open it have come; meet more"
    " offices.",
    "sealed.withheld": "Have not given their part: {offices}.",
    "sealed.unusable": "Were given a part that does not fit: {offices}.",
    "sealed.erased": "Erased by order No. {seq} of {office}.",
    "sealed.erased-elsewhere": "Erased by order.",
    "register.sealed": "These words can be searched for in sealed fields that you may read. Say why: the words and the"
    " reason are kept before anything is opened.",
    "register.sealed.search": "Search &sealed fields",
    "page.erasures": "&Erasures",
    "erasures.title": "Erasures",
    "erasures.none": "No order of erasure has been entered in the common register.",
    "erasures.heading": "Order No. {seq} of {office}: {register} {label}",
    "erasures.heading.act": "Order No. {seq} of {office}, about an act that made no record",
    "erasures.ground": "Ground",
    "erasures.ordered-by": "Ordered by",
    "erasures.fields": "Sealed fields destroyed",
    "erasures.state": "Entered with",
    "erasures.state-number": "Register state No. {number}",
    "erasures.noted": (
        "One office has noted that it destroyed it: {offices}.",
        "{count} offices have noted that they destroyed it: {offices}.",
    ),
    "erasures.noted-alone": (
        "One office has noted the order: {offices}.",
        "{count} offices have noted the order: {offices}.",
    ),
    "erasures.missing": (
        "One office has not noted it yet: {offices}. Meet it, or ask it.",
        "{count} offices have not noted it yet: {offices}. Meet them, or ask them.",
    ),
    "erasures.of-an-office-that-left": "By this order alone nothing is destroyed: the office that sealed it has left the network,"
    " so as many offices must order it as decide a change. Ask the other offices to order it too.",
    "erasures.all": "Every office has noted it.",
    "erasures.backups": "Backups made before an order still hold what it destroyed: destroy them as well.",
    "bracket.after": "Made after register state No. {state} ({when})",
    "bracket.before": "Made before entry No. {seq} of {office} ({when} by its clock)",
    "bracket.entered": "Put in the common order at {when} by the clocks of most offices",
    "bracket.behind": "The clock of the computer that recorded it was wrong: it said {when}, before that register"
    " state stood.",
    "bracket.ahead": "The clock of the computer that recorded it was wrong: it said {when}, after other offices had it.",
}

SEALING_REFUSALS = {
    "not-sealed": Trouble(
        "A field that the rules keep sealed is not sealed, or another office has sealed it.",
        KEPT,
        "Enter the act by hand at this office: it is sealed then. Tables cannot bring sealed fields.",
    ),
    "nothing-to-erase": Trouble(
        "This record holds nothing sealed any more.", KEPT, "Look at its history: an order may have erased it already."
    ),
    "nothing-sealed-in-act": Trouble(
        "An order can erase an act only if this office signed it, or one that has left the network, if it ended without a"
        " record, and if something sealed is still in it. This act is not so.",
        KEPT,
        "Look at the act: it may not be decided yet. What stands in a record is erased by an order about that record.",
    ),
    "nothing-to-open": Trouble(
        "There is nothing sealed in this record that the act could open.",
        KEPT,
        "Look at the record: its text may have been erased, or was never sealed.",
    ),
    "opening-differs": Trouble(
        "What the act brings does not open the sealed text of this record.",
        KEPT,
        "Draw the act up anew at an office that has the text open.",
    ),
    "not-opened-yet": Trouble(
        "The sealed text of this record is not open at this office.",
        KEPT,
        "Meet more offices until their parts have come: the record tells who has given theirs. Only persons for whom it"
        " was sealed open it.",
    ),
}

SEALING_TROUBLES = {
    "too-few-witnesses": Trouble(
        "What is sealed until an event needs two offices at least, and there are {witnesses}.",
        KEPT,
        "Record it once another office has joined the network.",
    ),
    "search-too-short": Trouble(
        "Sealed fields are searched for {least} letters at least.",
        "Nothing was opened.",
        "Type the name or its beginning as it was written.",
    ),
    "sealed-key-differs": Trouble(
        "What should open this field does not fit it.",
        "The field is as it was signed.",
        "Meet the office that recorded it, and look again.",
    ),
    "sealed-differs": Trouble(
        "The office that recorded this field has sealed something that cannot be read.",
        "The field is as it was signed; nobody can read it.",
        "Ask that office to record it again.",
    ),
    "draft-erased": Trouble(
        "An order of erasure was entered for the record that this draft is about; the draft went with it.",
        "What you typed since is not kept.",
        "Begin a new draft, if the act is still to be made.",
    ),
    "malformed-envelope": Trouble(
        "Another office sent something instead of what opens a sealed field.",
        "Nothing of it was kept and nothing was lost.",
        "Meet again; if it happens again, tell your administrator.",
    ),
}

SEALING_DONE = {
    "erasures-listed": "{count} orders of erasure; {missing} of them not noted by every office.",
    "record-shown": "{register} {label}: {state}.",
}

SEALING_FAULTS = {
    "sealed-not-read": "a sealed field is never read by a condition; have a named role attest what the rule needs",
    "sealed-differently": "a sealed field is set from a field of the act that is sealed in the same way, and from nothing"
    " else",
    "cannot-be-sealed": "this kind of field cannot be sealed",
    "sealed-of-whom": "this is neither author, keeper or all, nor a field of the act that names an office",
    "sealed-until-what": "this is no procedure on that record",
    "retention-since-what": "the period of retention must begin on a whole day that the record always has",
    "retention-of-an-act": "a period of retention belongs to the field of the record",
    "retention-not-asked": "a condition must ask surely_after(add_months(…)) for the period of retention",
    "erase-without-order": "only an order or a decision erases",
    "erase-without-ground": "ground and ordered_by must be open fields of the act that are always there",
    "erase-without-act": "what is erased must be a field of type act that is always there",
    "nothing-sealed-there": "this record has no sealed field",
    "opens-nothing-sealed": "this is no sealed field of a record that the procedure changes or reads",
    "too-few-witnesses": "what is sealed until an event needs two witnesses at least",
}
