"""Possible duplicates: reasons and what a person may do about them."""

from desktop.wording.catalogue import Trouble

DUPLICATES_DONE = {
    "duplicates-none": "No possible duplicates are known here.",
    "duplicates-listed": "Possible duplicates that nobody has decided about: {count}. Look at both, and say by a signed act"
    " whether they are the same (--same, --different). Nothing is merged by it.",
    "duplicates-decided": "Decided: {count}.",
    "duplicate-decided-line": "  {act}  {one}: {words}",
    "duplicate-line": "{register} – {why}",
    "duplicate-told": "Recorded, as No. {seq} of this office. Every office learns of it at the next meeting.",
}
DUPLICATES_TROUBLES = {
    "no-such-pair": Trouble(
        "There are no two such records here.", "Nothing was changed.", "Give both numbers as the list shows them."
    ),
    "pair-not-decided": Trouble("It was not recorded: {why}", "Nothing was changed.", "Look at the reason above."),
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
    "page.duplicates": "Entered twi&ce?",
    "duplicates.title": "Perhaps entered twice",
    "duplicates.none": "No possible duplicates are known here. New ones are looked for after every import and meeting.",
    "duplicates.more": "There may be more; the next ones follow when these have been looked at.",
    "duplicates.same": (
        "Look at both, and say by a signed act whether they are the same; all offices learn of it. Nothing is merged or"
        " removed by it: open the one that should not stand, and correct or end it there by an act of its rules."
    ),
    "duplicates.answer.same": "The same…",
    "duplicates.answer.same.which": "{one} and {other} are the same",
    "duplicates.answer.different": "Different…",
    "duplicates.answer.different.which": "{one} and {other} are different",
    "alike.same": "{register}: {one} and {other} are the same",
    "alike.different": "{register}: {one} and {other} are different",
    "alike.means.same": "Nothing is merged or removed by it. Both stay as they are, and show from now on that they are the"
    " same.",
    "alike.means.different": "Both stay as they are, show that they are different, and are not told as possible duplicates"
    " any more.",
    "alike.back.means": "What was decided before is taken back by this.",
    "alike.reason": "Reason",
    "alike.sign": "&Sign",
    "alike.done": "Recorded, as No. {seq} of this office. All offices learn of it, with the reason, at the next meeting or"
    " from a file.",
    "alike.heading": "The same or not",
    "alike.told.same": "The same as {other} ({office}, {day}). Reason: {reason}",
    "alike.told.different": "Different from {other} ({office}, {day}). Reason: {reason}",
    "alike.pending": "(Not final yet.)",
    "alike.back": "Take back…",
    "alike.back.which": "Take back what was decided about this and {label}",
    "act.same": "Two entries are the same",
    "act.different": "Two entries are different",
    "duplicates.open": "Open {label}",
    "duplicates.state": "State",
    "duplicates.heading": "{register}: {why}",
    "review.perhaps": "Perhaps already entered: {register} {label}, because of {why}.",
    "review.perhaps.show": "Show",
    "review.perhaps.show.which": "Show {label}",
    "review.perhaps.more": "{count} more are alike.",
    "review.perhaps.sign": "You may sign all the same: two persons can have one name.",
}
DUPLICATES_REFUSALS = {
    "not-comparable": Trouble(
        "These two are not of one register whose rules tell how possible duplicates are found.",
        "Nothing was recorded.",
        "Choose two records of one such register.",
    ),
    "already-so": Trouble(
        "This was decided before, by another act ({winner}).", "Nothing was recorded.", "There is nothing left to do."
    ),
    "decided-meanwhile": Trouble(
        "About these two something else was decided than was known when this act was prepared.",
        "Nothing was changed: what was decided before stands.",
        "Look on the page of either record at what was decided; take it back there if it is wrong.",
    ),
}
