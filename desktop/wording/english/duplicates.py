"""Possible duplicates: reasons and what a person may do about them."""

from desktop.wording.catalogue import Trouble

DUPLICATES_DONE = {
    "duplicates-none": "No possible duplicates are known here.",
    "duplicates-listed": "Possible duplicates that nobody has looked at: {count}. Look at both; the register itself changes"
    " only by an act.",
    "duplicate-line": "{register} – {why}",
    "duplicates-different": "Noted: these two are not the same. Left to look at: {count}.",
    "duplicates-same": "Noted: these two are the same, and it is dealt with. Left to look at: {count}.",
}
DUPLICATES_TROUBLES = {
    "no-such-pair": Trouble(
        "These two are not among the possible duplicates.",
        "Nothing was changed.",
        "Give both numbers as the list shows them.",
    ),
}
DUPLICATES_SCREEN = {
    "duplicates.why.same_number": "the same number",
    "duplicates.why.same_name": "the same name",
    "duplicates.why.other_spelling": "the same name, spelt otherwise",
    "duplicates.why.letters_swapped": "nearly the same name: letters changed places",
    "duplicates.why.misspelt": "nearly the same name: a letter differs",
    "duplicates.why.abbreviated": "the same name, abbreviated",
    "duplicates.why.name_missing": "the same name but for a part that is missing",
    "duplicates.why.same_day": "the same day",
    "duplicates.why.day_near": "days that follow each other",
    "duplicates.why.day_swapped": "day and month changed places",
    "duplicates.why.day_imprecise": "a day that is not known precisely but fits",
    "duplicates.why.also_agrees": "what goes with it agrees",
    "page.duplicates": "Twi&ce?",
    "duplicates.title": "Perhaps entered twice",
    "duplicates.none": "No possible duplicates are known here. New ones are looked for after every import and meeting.",
    "duplicates.more": "There may be more; the next ones follow when these have been looked at.",
    "duplicates.same": (
        "Look at both. If they are the same, nothing is removed by itself: open the one that should not stand, correct or"
        " end it there by an act of its rules, and then note here that it is dealt with."
    ),
    "duplicates.different": "They are different",
    "duplicates.different.which": "{one} and {other} are different",
    "duplicates.dealt": "The same, dealt with",
    "duplicates.dealt.which": "{one} and {other} are the same, and it is dealt with",
    "duplicates.noted-same": "Noted on this computer: {one} and {other} are the same, and it is dealt with.",
    "duplicates.noted": "Noted on this computer: {one} and {other} are not the same. The register was not changed.",
    "duplicates.open": "Open {label}",
    "duplicates.state": "State",
    "duplicates.heading": "{register}: {why}",
    "review.perhaps": "Perhaps already entered: {register} {label}, because of {why}.",
    "review.perhaps.show": "Show",
    "review.perhaps.show.which": "Show {label}",
    "review.perhaps.more": "{count} more are alike.",
    "review.perhaps.sign": "You may sign all the same: two persons can have one name.",
}
