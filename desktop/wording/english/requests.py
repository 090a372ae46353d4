"""Requests: words of pages, and why one was refused. The competent office is the keeper of a record (8-practice §4)."""

from desktop.wording.catalogue import Trouble

_DRAFT = "Nothing was recorded; the draft is kept."
_KEPT = "Nothing was recorded."

REQUEST_SCREEN = {
    "outcome.requested": "Waiting for the competent office ({office})",
    "outcome.lapsed": "Not decided by the competent office ({office}) in time",
    "short.requested": "waits for another office",
    "short.lapsed": "not decided in time",
    "act.request": "Request: {act}",
    "act.refusal": "Refusal: {act}",
    "request.decided": "Decided by {office}",
    "rejected.request-refused": "refused by the competent office",
    "rejected.request-overtaken": "overtaken by another act",
    "rejected.request-withdrawn": "taken back by the office that asked",
    "rejected.already-requested": "another request came first",
    # Asking
    "review.requested": "{office} is the competent office. The act will be requested from it and changes nothing until"
    " that office decides.",
    "review.other-office": "{office} is the competent office for this record. You can sign the act here and request it"
    " from there.",
    "review.request": "&Request it from {office}",
    "review.sign-request": "&Sign the request",
    "review.request-to": "Requested from",
    "recorded.next-request": "It is on this computer's disk. Meet {office}, or take a file there: it changes nothing"
    " until that office has decided. The paper printed now is a slip; any office can tell from it what became of it.",
    "recorded.print-slip": "&Print slip…",
    # Today
    "today.requests_to_decide": ("One request waits for this office", "{count} requests wait for this office"),
    "today.requests_made": ("One request to another office", "{count} requests to other offices"),
    "today.links_to_answer": (
        "An act of another register asks something of this office",
        "Acts of other registers ask {count} things of this office",
    ),
    "today.link": "Because of: {act}, {office}, {day}",
    "today.answer": "Prepare the act…",
    "today.answer.which": "Prepare: {act}",
    "today.leave": "Leave it…",
    "today.leave.which": "Leave: {act}",
    "dismiss.title": "Leave what another register asks",
    "dismiss.means": "Nothing is changed by it. The reason stands on record, here and at the office whose act asks.",
    "dismiss.reason": "Reason",
    "dismiss.sign": "&Sign",
    "dismiss.done": "Left, as No. {seq} of this office. The office whose act asks learns of it, with the reason, at the"
    " next meeting or from a file.",
    "act.dismiss": "What another register asks is left",
    "record.requests": "Requests that wait",
    "record.request": "{act} · {label}: asked by {by}, {day}; waits for {office}.",
    "record.questions": "Between registers",
    "question.waits": "{procedure} · {label}, because of {act} ({by}, {day}): waits for {office}.",
    "question.answered": "{procedure} · {label}, because of {act} ({by}, {day}): answered by {office}, {answered}.",
    "question.dismissed": "{procedure} · {label}, because of {act} ({by}, {day}): left by {office}, {answered}. Reason:"
    " {reason}",
    "today.request": "{act} · from {office}",
    "today.asked": "{act} · to {office}",
    "today.request-lapsed": "Its term has ended: it can only be refused now.",
    "today.decide": "De&cide…",
    # Deciding
    "decide.title": "A request from {office}",
    "decide.asked-by": "Signed by",
    "decide.asked-when": "Day and time by that office's clock",
    "decide.text": "This is what they ask for",
    "decide.signer": "Decides as {role}:",
    "decide.refuse": "&Refuse it…",
    "decide.reason": "Reason, as the other office and its client will read it",
    "decide.reason-needed": "Give a reason, of at most {most} letters. Nothing was signed.",
    "decide.later": "&Later",
    "decide.back": "&Back",
    "decide.sign-entry": "&Sign and enter",
    "decide.sign-refusal": "&Sign the refusal",
    "decide.cannot": "This request cannot be entered. {why}",
    "decide.cannot.next": "Nothing has changed. Refuse it: the office that asked learns of it, with your reason, and can ask"
    " anew.",
    "decide.entered": "The request is entered as No. {seq} of this office. {office} learns of it at the next meeting or from"
    " a file.",
    "decide.ended": "The request is decided as No. {seq} of this office: {outcome}. Nothing in the register has changed.",
    "decide.refused": "The request is refused as No. {seq} of this office. {office} learns of it, with the reason, at the"
    " next meeting or from a file.",
    "decide.close": "&Close",
    "decide.kept-by": "{record}, kept by {office}",
    # Taking one back
    "withdraw.title": "Take a request back",
    "withdraw.begin": "&Take back…",
    "withdraw.which": "Take back: {act}",
    "withdraw.means": "Until it is decided, what this office does to its record waits for the other offices too. Taken"
    " back, the request cannot be entered any more, unless {office} has entered it already: the offices' common order"
    " says which came first.",
    "withdraw.sign": "&Sign and take it back",
    "withdraw.done": "Taken back, as No. {seq} of this office, if {office} has not entered it before. That shows here after"
    " the next meetings.",
}

REQUEST_REFUSALS = {
    "requests-not-known": Trouble(
        "The rules of this register know no requests to another office.",
        _DRAFT,
        "Hand the papers in at the competent office.",
    ),
    "request-to-oneself": Trouble(
        "This office is the competent one itself.", _DRAFT, "Sign the act here instead of requesting it."
    ),
    "request-not-needed": Trouble(
        "No single office is the competent one for this record.", _DRAFT, "Sign the act here instead of requesting it."
    ),
    "third-keeper": Trouble(
        "One of these records is kept by a third office: {office}. One act can change records of two offices at most.",
        _DRAFT,
        "Have one of the records released to another of the offices first, so that two of them keep all.",
    ),
    "request-not-placed": Trouble(
        "The request would change a record of the office that asks, and is not entered at that office yet, or was"
        " refused there.",
        "Nothing was recorded, and neither record has changed.",
        "Meet the office that asks, and look at the request again.",
    ),
    "request-withdrawn": Trouble(
        "The office that asked has taken its request back ({winner}).",
        "Nothing was lost: the request stays on record and cannot be entered any more.",
        "If the act is wanted after all, ask the office to request it anew.",
    ),
    "already-requested": Trouble(
        "Another request on this record as it stands now came first ({winner}) and is not decided yet.",
        "The act was not requested a second time.",
        "Wait for the competent office's decision on the first, or ask that office.",
    ),
    "queue-full": Trouble(
        "Too many requests wait on this record already.", _DRAFT, "Wait until the competent office has decided some."
    ),
    "unknown-office-asked": Trouble(
        "The request names an office that does not belong to this network.", _DRAFT, "Choose the competent office."
    ),
    "request-in-a-batch": Trouble(
        "A request was signed together with other acts.", _KEPT, "Sign each request by itself."
    ),
    "malformed-request": Trouble(
        "A request is damaged or too long to be passed on.", _KEPT, "Shorten its texts, or ask the office for it again."
    ),
    "one-request-each": Trouble("A decision must decide exactly one request.", _KEPT, "Decide each one by itself."),
    "requests-not-asked": Trouble(
        "The act carries a request although it decides none.", _KEPT, "Decide the request by itself."
    ),
    "request-of-another-law": Trouble(
        "The request belongs to another register.", _KEPT, "Decide it under the rules it was made for."
    ),
    "request-to-another-office": Trouble(
        "The request is addressed to another office: {office}.", _KEPT, "Leave the decision to that office."
    ),
    "already-decided": Trouble(
        "This request was decided before, by another act ({winner}).", _KEPT, "There is nothing left to do."
    ),
    "nobody-asked": Trouble(
        "This is entered only where an act of another register asks for it, and no such act waits here for just this.",
        _KEPT,
        "Look on “Today” at what is asked of this office. Where the office that asks was not met yet, meet it first.",
    ),
    "no-such-question": Trouble(
        "The act of another register that this one answers is not entered ({act}).",
        _KEPT,
        "Meet the office that asks, and try again.",
    ),
    "not-so-asked": Trouble(
        "The act that this one answers asks for something else, or asks another office ({act}).",
        _KEPT,
        "Look on “Today” at what is asked, and prepare the act from there.",
    ),
    "already-answered": Trouble(
        "What the other register asks was answered before, by another act ({winner}).",
        _KEPT,
        "There is nothing left to do.",
    ),
    "asked-enough": Trouble(
        "The other register asks about {most} entries at most, and so many were answered.",
        _KEPT,
        "If the act is due all the same, sign it without naming what asks for it.",
    ),
    "unknown-question": Trouble(
        "Nothing with this reference waits for an answer of this office ({text}).",
        _KEPT,
        "List what is asked with “muniment asked”.",
    ),
    "question-not-left": Trouble("What another register asks was not left: {why}", _KEPT, "Look at the reason above."),
    "earlier-request": Trouble(
        "An earlier request on this record waits for its decision ({winner}).", _KEPT, "Decide the earlier one first."
    ),
    "request-expired": Trouble(
        "The term of {term_days} days in which this request could be entered has ended.",
        _KEPT,
        "Refuse it with this reason, so that a new request can be made.",
    ),
    "fact-not-refused": Trouble(
        "What has happened cannot be refused.", _KEPT, "Enter it, and decide afterwards on what follows."
    ),
    "unknown-request": Trouble(
        "This office's copy holds no such request.", _KEPT, "Meet the office that made it, or read its file."
    ),
    "request-refused": Trouble(
        "The competent office has refused the request: {reason}.",
        "Nothing was lost: the request stays on record.",
        "Bring what was missing and request it anew, or complain to that office.",
    ),
    "request-overtaken": Trouble(
        "The record was changed by another act before the request was decided.",
        "Nothing was lost: the request stays on record and cannot be entered any more.",
        "Look at the record as it stands now and request the act anew.",
    ),
    "request-lapsed": Trouble(
        "The competent office did not decide the request within its term.",
        "Nothing was lost: the request stays on record and cannot be entered any more.",
        "Request the act anew, or ask that office.",
    ),
    "waiting-for-keeper": Trouble(
        "The act waits for the competent office ({office}).",
        "It changes nothing until that office decides.",
        "Meet that office, or send it a file.",
    ),
}
