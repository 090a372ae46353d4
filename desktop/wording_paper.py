"""The words of papers, by language. What a language lacks is said in English, never left out.

Words follow 8-practice §4: none that has another legal meaning, never "valid" without "as of". The ladder's words
stand apart, because a verifier finds them again on a paper by trying each of them.
Changing a sentence changes every paper set again from its receipt: an old wording belongs to its template version,
so a new one needs a new template (desktop/printing/extract.py).
"""

import re
from collections.abc import Mapping

from core.ledger.encoding import Value

LANGUAGES = ("en", "be", "ru", "ro", "ka")

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "evidence-office": "Office",
        "evidence-place": "Number that it gave twice",
        "evidence-first": "First block",
        "evidence-second": "Second block",
        "evidence-network": "Number of the network",
        "act": "What was done",
        "signed-by": "Signed by",
        "kept": "Kept by",
        "kept-office": "{office}, as No. {number} of what this office has recorded",
        "record-register": "Register",
        "record-state": "State",
        "derived-yes": "yes, as of {day}",
        "derived-no": "no, as of {day}",
        "derived-open": "cannot be told as of {day}",
        "record-version": "Version",
        "register": "Common register",
        "register-state": "Register state No. {number}",
        "register-entry": "{state}, entry {entry}: {step}",
        "register-note": "Put in order on {day}, {time} UTC by the clocks of most offices; countersigned by {witnesses}"
        " of {offices} offices",
        # Told by a verifier; it stands on no paper.
        "adopted": "Adopted by vote",
        "adopted-note": "Since the founding the offices have voted changes of their rules, offices or keys. The file"
        " itself proves what it needs of them, up to change No. {number}.",
        "time": "Day and time",
        "time-claimed": "{day}, {time} UTC by this office’s clock",
        "printed-heading": "When this paper was printed, not part of the proof",
        "printed-number": "Number given by the competent office: {number}",
        "printed-day": "As the printing office knew it on {day}. Any office can tell from this same paper how far"
        " the act has come since: no new print is needed.",
        # Of the bracket stand numbers only: a verifier reads them back and sets the page again with them.
        "bracket-both": "Made after register state No. {state} and before entry No. {seq} of office No. {office}, which"
        " that office’s clock dates {day}, {time} UTC.",
        "bracket-after": "Made after register state No. {state}; no other office had seen it yet.",
        "bracket-before": "Made before entry No. {seq} of office No. {office}, which that office’s clock dates {day},"
        " {time} UTC.",
        "bracket-clock": "The clock of the computer that recorded it was wrong: the day and time of this act are its"
        " claim and nothing more.",
        "sealed": "Sealed: only officers whom the rules name read it, until it is erased by order. Offices that may"
        " have its key: {count}.",
        "sealed-until": "Sealed in parts, one for each of {count} offices. No office can read it alone. Each gives out"
        " its part once the event that the rules name is entered in the common register; any {threshold} parts open it."
        " {threshold} offices that broke the rules together could open it before.",
        "proves-heading": "What this paper proves",
        "proves": "Who signed this act, at which office, and that nothing in it has been altered since.",
        "open-heading": "What it does not prove",
        "open": "Whether the act is entered in the common register. Ask any office of the network: it reads the"
        " code and says how far the act has come.",
        "proves-final": "Who signed this act, at which office, that nothing in it has been altered since, and that"
        " it is entered in the common register: {witnesses} of {offices} offices have countersigned that state of it.",
        "open-final": "Whether a later act has changed the register since. Ask any office of the network: it reads the"
        " code and says.",
        "check-heading": "How to check it",
        "check": "Open this file, or a picture of the code, with Muniment: no connection and no office is needed."
        " Then compare the number of the network with the one that an office of the network has given you.",
        "check-rules": "Show this file, or a picture of the code, at an office of the network. Its offices have adopted"
        " the rules of this act so lately that the paper cannot prove them yet; a later print of the same act can be"
        " checked without any office.",
        "network-heading": "Number of the network",
        "symbol": "Code {number} of {count}",
        "technical": "Technical details",
        "act-id": "Act",
        "block-id": "Block",
        "rules-id": "Rules of the register",
        "scan-id": "Scan of “{name}”, SHA-256",
        "rules": "{title}, rules version {version}",
        "page": "Page {number} of {count}",
        "footer-act": "Act {act}",
        "origin": "as entered when it was registered; this act builds on version {version} of its record",
        "no-origin": "record {record}, version {version}",
        "request-title": "Request to another office",
        "request-to": "Competent office",
        "request-note": "This paper is no extract: only a decision of the competent office enters the act. Any office"
        " can tell from this paper what became of it.",
        "request-lodging": "Handed in here; no place in the queue yet. The competent office gives the place, and the"
        " number in its day book, when it enters this application.",
        "refusal-title": "Refusal of a request",
        "same-title": "Two entries are the same",
        "different-title": "Two entries are different",
        "refusal-reason": "Refused because",
        "requested-by": "Requested by",
        "yes": "Yes",
        "no": "No",
        "entry": "Entry {number}",
        "pages": "{count}\u00a0p.",
        "document-form-original": "original",
        "document-form-copy": "copy",
        "document-form-translation": "translation",
        "document-legalised-not_needed": "no legalisation needed",
        "document-legalised-apostille": "apostille",
        "document-legalised-legalised": "legalised",
        "document-kept": "kept at {kept}",
        "number": "No.\u00a0{number}",
        "attested": "{answer}, attested by {name}",
        "officer": "officer {officer} of office {office}",
        "office": "office {office}",
        "deputy": "{person}, deputising for {absent}",
        "deputy-number": "officer {officer}",
        "role-clerk": "Clerk",
        "role-node": "Entered by the office’s computer, as its rules order",
        "role-registrar": "Registrar",
        "role-notary": "Notary",
        "role-auditor": "Auditor",
        "role-administrator": "Administrator",
        "party-legal": "legal person",
        "party-group": "joint owners",
        "party-state": "State or municipality",
        "party-unknown": "not known",
        "day": "{day} {month} {year}",
        "month-day": "{month} {year}",
        "paper-title": "{title}, act {act}",
        # The paper for an office that joins (printing/joining_paper.py)
        "joining-title": "For an office that joins",
        "joining-about": "Printed by {office} on {day}",
        "joining-state": "Number of register state No. {number}",
        "joining-how": "In Muniment choose “Join an existing network”, open the copy of the register, and read this"
        " code or type both numbers. Everything in the copy is verified against them.",
        "joining-keep": "Take this paper only from somebody of the network whom you know. It holds no secret, but"
        " whoever exchanges it could show you another register. It fits copies of register state No. {number} and no"
        " others.",
    },
}

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
}  # fmt: skip

# "shared": certified, but an act that only the common order decides
STEPS = ("recorded", "witnessed", "certified", "shared", "final", "rejected")
SIDE_STATES = ("suspended", "held", "warned", "without_effect", "requested", "lapsed")
WAITING = ("requested", "lapsed")  # of a request: its own step would say more than there is, so it is not told

# Steps of the ladder and side states that may stand on a paper. {seen} of {quorum}; {quorum} of {offices}.
LADDER: Mapping[str, Mapping[str, str]] = {
    "en": {
        "recorded": "Signed and kept at this office only",
        "witnessed": "Seen by {seen} of {quorum} offices",
        "certified": "Confirmed by the majority ({quorum} of {offices})",
        "shared": "Seen by the majority, waits for the common register",
        "final": "Entered in the common register",
        "rejected": "Not entered",
        "suspended": "Suspended, something is missing",
        "held": "Held, needs a decision",
        "warned": "with a warning",
        "without_effect": "recorded as presented, without effect",
        "requested": "Waiting for the competent office",
        "lapsed": "Not decided by the competent office in time",
    },
    "ru": {
        "certified": "Подтверждено большинством ({quorum} из {offices})",
        "final": "Внесено в общий реестр",
        "rejected": "Не внесено",
    },
    "be": {
        "certified": "Пацверджана большасцю ({quorum} з {offices})",
        "final": "Унесена ў агульны рэестр",
        "rejected": "Не ўнесена",
    },
    "ro": {
        "certified": "Confirmat de majoritate ({quorum} din {offices})",
        "final": "Înscris în registrul comun",
        "rejected": "Neînscris",
    },
    "ka": {
        "certified": "დადასტურებულია უმრავლესობით ({quorum}/{offices})",
        "final": "შეტანილია საერთო რეესტრში",
    },
}


def say(language: str, key: str, **facts: Value) -> str:
    """The sentence `key` in a language, with its facts put in."""
    return _text(WORDS, language, key).format(**facts)


def knows(key: str) -> bool:
    return key in WORDS["en"]


def day_text(language: str, day: list[int]) -> str:
    """[year], [year, month] or [year, month, day] in words."""
    if len(day) == 1:
        return str(day[0])
    months = MONTHS.get(language, MONTHS["en"])
    facts = {"year": day[0], "month": months[day[1] - 1], "day": day[-1]}
    return say(language, "day" if len(day) == 3 else "month-day", **facts)


def ladder_text(language: str, step: str, outcome: str, seen: int, quorum: int, offices: int) -> str:
    """How far an act has climbed; a side state follows after a dash."""
    if outcome in WAITING and step != "rejected":
        return _text(LADDER, language, outcome)
    text = _text(LADDER, language, step).format(seen=seen, quorum=quorum, offices=offices)
    if outcome in SIDE_STATES and step != "rejected":
        return f"{text} – {_text(LADDER, language, outcome)}"
    return text


def parse_day(language: str, text: str) -> list[int] | None:
    """The day that `day_text` wrote, or None."""
    months = MONTHS.get(language, MONTHS["en"])
    pattern = _as_pattern(_text(WORDS, language, "day"), day=r"\d{1,2}", month=r"[^\W\d]+", year=r"\d{4}")
    found = re.fullmatch(pattern, text)
    if found is None or found["month"] not in months:
        return None
    return [int(found["year"]), months.index(found["month"]) + 1, int(found["day"])]


def printed_day_pattern(language: str) -> str:
    """Matches `printed-day`; the group `day` holds the words of the day."""
    return _as_pattern(_text(WORDS, language, "printed-day"), day=r".{4,40}?")


def parse_number(language: str, text: str) -> tuple[str, str]:
    """The number that `printed-number` names at the beginning of the text, and what stands behind it."""
    number = r"\d{1,10}/\d{4}/\d{6,12}-\d\d"
    found = re.match(_as_pattern(_text(WORDS, language, "printed-number"), number=number), text, re.ASCII)
    return (found["number"], text[found.end() :].lstrip()) if found else ("", text)


def bracket_text(
    language: str, state: int | None, office: int | None, seq: int | None, moment: tuple[list[int], str] | None
) -> str:
    """Between what the act was made; empty where nothing is known. `moment`: what the other office's clock said."""
    key = ("both" if office is not None else "after") if state is not None else "before"
    if state is None and office is None:
        return ""
    day = day_text(language, moment[0]) if moment else ""
    facts = {"state": state, "seq": seq, "office": office, "day": day, "time": moment[1] if moment else ""}
    return say(language, f"bracket-{key}", **facts)


def parse_bracket(
    language: str, text: str
) -> tuple[int | None, int | None, int | None, tuple[list[int], str] | None] | None:
    """(state, office, seq, moment) of the words that `bracket_text` wrote at the beginning of the text, or None."""
    for key in ("both", "before", "after"):
        groups = {
            "state": r"\d{1,9}",
            "seq": r"\d{1,9}",
            "office": r"\d{1,9}",
            "day": r".{4,40}?",
            "time": r"\d\d:\d\d",
        }
        found = re.match(_as_pattern(_text(WORDS, language, f"bracket-{key}"), **groups), text)
        if found is None:
            continue
        told = found.groupdict()
        day = parse_day(language, told["day"]) if "day" in told else None
        if "day" in told and day is None:
            return None
        numbers = [int(told[name]) if name in told else None for name in ("state", "office", "seq")]
        return numbers[0], numbers[1], numbers[2], (day, told["time"]) if day else None
    return None


def _as_pattern(template: str, **groups: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(f"(?P<{part}>{groups[part]})" if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _text(table: Mapping[str, Mapping[str, str]], language: str, key: str) -> str:
    return table.get(language, {}).get(key) or table["en"][key]
