"""What the stories of a law tell while they are played, and what can be wrong with them; for whoever writes laws."""

from desktop.wording.catalogue import Trouble

_PLAYED = "No office's data was touched: the offices of a story exist in memory only."
_WRITE = "Mend the story, or the rules, and run it again."

STORIES = {
    "stories-kept": "{law}: {count} stories went as they are told; every condition failed once with its own outcome, every key was taken once, every paper printed.",
    "stories-incomplete": "{law}: {count} stories went as they are told, but in none of them did these conditions fail, or were these keys taken, or these papers printed: {rules}.",
    "stories-broken": "{law}: of {count} stories {wrong} went otherwise than they are told.",
    "story-acted": "{office}: {title} {name} – {outcome} {codes} {says}",
    "story-not-drawn-up": "{office}: cannot be drawn up – {why}",
    "story-stands": "{name} at {office}: {outcome} {why}",
    "story-is": "{what} at {office}: {value}",
    "story-met": "{offices} meet",
    "story-keep-back": "{offices}: keep back their parts of what an event opens",
    "story-give-out": "{offices}: give out their parts of what an event has opened",
    "story-offline": "{offices}: not to be reached from now on",
    "story-online": "{offices}: to be reached again",
    "story-day": "It is {day} {office}",
    "story-joined": "{office} begins on a computer of its own, with the register as {giver} has it",
    "story-printed": "{name}: the extract was printed at {office}, read back and verified",
    "story-replayed": "{name}: {count} offices judged it again and came to the same, in {steps} steps",
    "story-same-state": "All offices hold the same state of the register",
    "story-same-outcomes": "Every act has the same outcome at every office",
    "story-same-verdicts": "Judged again from what was signed, every act comes to the same at every office, step by step",
    "story-indexes-right": "Every index and unique key, counted from scratch, is as it was kept",
    "story-totals-right": "Every total, added up from scratch, is as it was kept",
}
STORIES_TROUBLES = {
    "rules-fail-their-tests": Trouble(
        "The story {story} of the rules of {law} does not go as it is told: line {line}.",
        "Nothing is proposed.",
        "Mend the rules or the story (muniment law test tells line by line), and propose them again.",
    ),
    "no-stories": Trouble(
        "There is no story about {law} in {path}.", _PLAYED, "Put a story there, or name its folder with --stories."
    ),
    "bad-story": Trouble("The story cannot be read: line {line}, {what}.", _PLAYED, _WRITE),
    "story-other-outcome": Trouble("Expected {expected}; it came to {came}.", _PLAYED, _WRITE),
    "story-other-article": Trouble("Expected article {expected}; it was {came}.", _PLAYED, _WRITE),
    "story-other-sentence": Trouble("Expected the sentence “{expected}”; it was “{came}”.", _PLAYED, _WRITE),
    "story-other-value": Trouble("{what} at {office}: expected {expected}, found {found}.", _PLAYED, _WRITE),
    "story-not-heard": Trouble("{office} has not heard of {name}.", _PLAYED, "Let it meet the others before."),
    "story-not-recorded": Trouble("The act could not be recorded: {why}.", _PLAYED, _WRITE),
    "story-paper-invalid": Trouble("The extract of {name} printed at {office} is not valid: {why}.", _PLAYED, _WRITE),
    "story-paper-lacks": Trouble("The extract of {name} printed at {office} does not show {missing}.", _PLAYED, _WRITE),
    "story-replay-differs": Trouble("Judged again, {name} came to different things at two offices.", _PLAYED, _WRITE),
    "story-meeting-failed": Trouble("Two offices could not meet: {why}.", _PLAYED, _WRITE),
    "story-not-joined": Trouble("{office} could not join: {why}.", _PLAYED, _WRITE),
    "story-never-quiet": Trouble("After {rounds} rounds the offices still have something new.", _PLAYED, _WRITE),
    "story-same-state-not": Trouble("The offices do not hold the same state of the register.", _PLAYED, _WRITE),
    "story-same-outcomes-not": Trouble("An act has different outcomes at different offices.", _PLAYED, _WRITE),
    "story-same-verdicts-not": Trouble("Judged again, an act comes to different things.", _PLAYED, _WRITE),
    "story-totals-right-not": Trouble("A total is not as added up from scratch.", _PLAYED, _WRITE),
    "story-indexes-right-not": Trouble("An index or unique key is not as counted from scratch.", _PLAYED, _WRITE),
}
STORY_FAULTS = {
    "story-of-another-law": "the story's laws do not name the law it is kept with",
    "not-one-step": "exactly one step must stand here",
    "not-a-value-of": "this is no value of the type that the rules state",
    "unknown-name": "nothing of this name has come before",
    "not-recorded": "this act was refused, so nothing of it was recorded",
    "not-joined": "this office has not joined yet",
    "not-one-entry": "not exactly one entry of the list says this",
    "meeting-offline": "an office that meets is not to be reached",
}
