"""Inviting an office and being invited: an invitation, six digits from screen to keyboard, the register handed over."""

from desktop.wording.catalogue import Trouble

_NOT_PAIRED = "Nothing was handed over."
_ANEW = "Make a new invitation, and begin again with both people on the telephone."

PAIRING = {
    "invitation-unknown": Trouble(
        "The other office knows no such invitation.", _NOT_PAIRED, "Ask it for a new invitation."
    ),
    "invitation-over": Trouble(
        "This invitation is over: it was used once, was ended, or its time has passed.",
        _NOT_PAIRED,
        "Ask the office that invites for a new one.",
    ),
    "pairing-broken": Trouble(
        "What arrived is not what had been promised before: somebody may stand between the two computers.",
        _NOT_PAIRED,
        _ANEW,
    ),
    "wrong-code": Trouble(
        "The six digits that were typed are not those on the other screen. There is one try, and it is over.",
        _NOT_PAIRED,
        _ANEW,
    ),
    "not-six-digits": Trouble("A code has six digits.", "This was no try yet.", "Type it again."),
    "nobody-has-called": Trouble(
        "No office has called with this invitation yet.", _NOT_PAIRED, "Let the newcomer open the invitation first."
    ),
    "not-the-inviter": Trouble(
        "Another computer than the one that made the invitation answers at {address}.",
        _NOT_PAIRED,
        "Tell the office that invites; bring the invitation on a stick and call in its own building.",
    ),
    "not-an-invitation": Trouble(
        "This file is no invitation, or it is damaged.",
        _NOT_PAIRED,
        "Choose the file that the office of the network has given you, or a sharp picture of its code.",
    ),
    "not-paired": Trouble(
        "No office has let this one in with a code yet.", _NOT_PAIRED, "Begin with the invitation of an office."
    ),
    "unknown-newcomer": Trouble(
        "No office called {office} was invited here and waits for the register.",
        _NOT_PAIRED,
        "List who waits, or invite it.",
    ),
    "not-admitted-yet": Trouble(
        "The offices have not admitted this newcomer yet.",
        _NOT_PAIRED,
        "Propose to admit it, let the offices vote and meet, then hand the register over.",
    ),
    "not-a-provisioning-file": Trouble(
        "This file is no signed file that sets up an office, or it is damaged.",
        "Nothing was written.",
        "Let an administrator sign it again.",
    ),
    "provisioning-other-signer": Trouble(
        "This file was signed by somebody else than it had to be, or altered afterwards.",
        "Nothing was written.",
        "Compare the key of the signer with the administrator.",
    ),
    "provisioning-field": Trouble(
        "What shall set up an office is not as it has to be: {field}.",
        "Nothing was written.",
        "Mend it, and sign it again.",
    ),
    "provisioning-differs": Trouble(
        "Another office than the file says is set up here already ({field}).",
        "What is there was left as it is.",
        "Choose another data folder, or another file.",
    ),
    "copy-too-large": Trouble(
        "The register is too large to be handed over on the line ({bytes} bytes).",
        _NOT_PAIRED,
        "Write the copy on a stick, and print its two numbers.",
    ),
    "copy-differs": Trouble(
        "What came is not the copy of the register that was announced.",
        "It was dropped. Nothing was taken in.",
        "Fetch the register again. If it happens again, tell the office that has invited this one.",
    ),
}

PAIRING_DONE = {
    "invitation-written": "The invitation is {path}, open for {minutes} minutes. Give it to the new office; its computer"
    " shows six digits when it has called.",
    "code-wanted": "{office} has called. Let somebody there read the six digits on its screen to you, and type them:",
    "code-shown": "Read these digits to the office that invites: {digits}",
    "newcomer-paired": "The card of {office} is {path}. Propose to admit it; once the offices have voted, hand the register"
    " over.",
    "paired": "{office} has this office's card. Once the offices of {name} have voted, ask it to hand the register over, and"
    " join.",
    "provisioning-signed": "The signed file is {path}. The new computer is told whose signature counts: {signer}.",
    "provisioned": "The office is set up and in its network.",
    "provisioned-card": "The office is set up. Its card is {card}: the network has to admit it.",
    "handing-over": "Waiting for {office} to fetch the register… Should the line break, nothing is lost: it fetches"
    " the rest when it calls again.",
    "handed-over": "{office} has the register ({bytes} bytes).",
    "newcomers": "Waiting for the register: {names}.",
    "no-newcomers": "No invited office waits for the register.",
}

PAIRING_SCREEN: dict[str, str | tuple[str, ...]] = {
    "inviting.invite": "&Invite an office…",
    "inviting.title": "The invitation: a file, or a picture of a code (.png)",
    "inviting.name": "muniment.invitation",
    "inviting.waiting": "Waiting for the new office to open the invitation…",
    "inviting.code": "The six digits on the other screen",
    "inviting.confirm": "&Confirm",
    "inviting.paired": "{office} has proved itself, and its card lies here. Propose to admit it.",
    "inviting.awaited": "{office} waits for the register.",
    "inviting.propose": "&Propose its admission…",
    "inviting.propose.which": "Propose to admit {office}",
    "inviting.hand-over": "&Hand the register over",
    "inviting.hand-over.which": "Hand the register over to {office}",
    "inviting.reason": "Invited, and proved by its code",
    "inviting.reason.return": "Its computer is lost with the keys of its officers; invited, and proved by its code",
    "welcome.invited": "Join with an in&vitation…",
    "welcome.invited.about": "An office of a network invites this one. You make this office; then its computer calls the"
    " office that invites, with somebody there on the telephone.",
    "network.invited": "Join with an in&vitation…",
    "network.invited.about": "An office of the network has given you an invitation, and somebody there is on the telephone.",
    "invited.title": "Join with an invitation",
    "invited.about": "Open the invitation: this computer calls the office that invites and shows six digits. Read them to the"
    " person there.",
    "invited.path": "Invitation: the file, or a picture of its code",
    "invited.call": "&Call",
    "invited.calling": "Calling the office that invites…",
    "invited.digits": "Read these digits to the office that invites. It has one try.",
    "invited.paired": "The other office has this office's card. Once the offices have voted, ask it to hand the register over,"
    " and fetch it here; this computer may be switched off meanwhile.",
    "invited.fetch": "&Fetch the register and join",
    "invited.fetching": "The register is being fetched and verified… Should the line break, nothing is lost: fetching begins"
    " anew.",
}
