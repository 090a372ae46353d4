"""Possible duplicates: reasons and what a person may do about them."""

from desktop.wording.catalogue import Trouble

DUPLICATES_DONE = {
    "duplicates-none": "No possible duplicates are known here.",
    "duplicates-listed": "Possible duplicates that nobody has looked at: {count}. Look at both; the register itself changes"
    " only by an act.",
    "duplicate-line": "{register} – {why}",
    "duplicates-different": "Noted: these two are not the same. Left to look at: {count}.",
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
}
