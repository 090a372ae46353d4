"""Words about scans, about case files that two offices share, and about what travels between offices."""

from desktop.wording.catalogue import Trouble

KEPT = "Nothing was lost and nothing was changed."
ARRIVED = "What had arrived before is kept."

PAPERS_SCREEN = {
    "paper.here": "The scan is on this computer ({size}).",
    "paper.not-here": "The scan is not on this computer.",
    "paper.wanted": "Asked for: it comes from an office that has it, at the next meeting.",
    "paper.coming": "On its way: {held} of {size} are here.",
    "paper.open": "Open",
    "paper.save": "Save a copy…",
    "paper.save.title": "Save the scan",
    "paper.want": "Ask other offices",
    "paper.forget": "Ask no longer",
    "draft.share": "Share with an office…",
    "draft.shared": "{offices} can fill in this draft too. What is typed here or there goes with the next meeting or"
    " file.",
    "offices.progress.planned": (
        "{office}: one act comes ({size}).",
        "{office}: {count} acts come ({size}).",
    ),
    "offices.progress.scans": "{office}: the acts are exchanged; scans come ({size}).",
    "offices.progress.minutes": ("About one minute.", "About {count} minutes."),
    "sticks.progress": ("One act is in the file ({size}).", "{count} acts are in the file ({size})."),
    "sticks.title": "Files on a stick",
    "sticks.writing": "Write a file",
    "sticks.writing.about": "It brings every act that one of the chosen offices may lack. Only they can read it, whoever"
    " carries it.",
    "sticks.whole": "Everything from the beginning, for an office that has lost its copy",
    "sticks.write": "&Write a file…",
    "sticks.reading": "Read a file",
    "sticks.reading.about": "The file is checked as a whole first. Read twice, or read late, it does no harm.",
    "sticks.read": "Rea&d a file…",
    "sticks.scans": "Scans that came whole with it: {count}.",
    "sticks.scans-refused": "A scan on it was not the one that the act names, or had no room here. It is still asked for.",
    "sticks.drafts": "Shared drafts of which something came with it: {count}.",
    "sticks.answer": "Write the answer for {office}…",
    "line.title": "Slow or paid connection",
    "line.caption": "This office sends",
    "line.0": "as fast as it can, scans too",
    "line.1": "at most 256 kbit/s, scans too",
    "line.2": "at most 64 kbit/s, acts and drafts only",
    "document.kept": "The scan is kept in this office's copy; any change of it would show.",
}

PAPERS_TROUBLES = {
    "paper-too-large": Trouble(
        "The scan has {bytes} bytes; at most {limit} are allowed, and it must not be empty.",
        KEPT,
        "Scan it anew with fewer colours or a lower resolution.",
    ),
    "papers-full": Trouble(
        "This office's copy has no room for more scans (at most {limit} bytes).",
        "The acts are all here; only the scan was not kept.",
        "Ask your administrator.",
    ),
    "too-many-papers-wanted": Trouble(
        "This office is waiting for {limit} scans already.",
        KEPT,
        "Wait until some have come, or ask for them no longer.",
    ),
    "paper-not-held": Trouble(
        "The scan is not on this computer.", "The act itself is here.", "Ask the other offices for it."
    ),
    "paper-damaged": Trouble(
        "The scan that was kept here has changed and is not shown.",
        "The act itself is here and unchanged.",
        "It is asked for again at the next meeting; any office that has it can give it.",
    ),
    "paper-differs": Trouble(
        "Office {office} gave another file than the one that the act names.",
        "It was not kept; the act itself is unchanged.",
        "Another office is asked at the next meeting.",
    ),
    "paper-not-named": Trouble(
        "No scan of this act may be seen here.", KEPT, "Ask an officer who may read it, or state why you look."
    ),
    "paper-of-unknown-kind": Trouble(
        "The scan is of a kind that is not opened from here.", KEPT, "Save a copy and look at it with care."
    ),
    "paper-not-wanted": Trouble(
        "The other office sent a scan that nobody here asked for.", ARRIVED, "Tell the other office's administrator."
    ),
    "paper-chunk": Trouble(
        "The other office sent a piece of a scan that does not fit.",
        ARRIVED,
        "Meet again; if it happens again, tell the other office's administrator.",
    ),
    "parts-out-of-order": Trouble(
        "The other office sent pieces of an act that do not go together.",
        ARRIVED,
        "Meet again; if it happens again, tell the other office's administrator.",
    ),
}

PAPERS_DONE = {
    "courier-written-for": "The file {path} is written ({size}). Carry it to {offices}.",
    "courier-read-from": "The file from {office} was read. New batches of acts in it: {blocks}.",
    "line-kept": "From now on this office sends so; what was sent before stays sent.",
    "scans-wanted": "Scans asked for: {count}. They come with the next meetings.",
    "paper-saved": "The scan is saved as {path}.",
}
