"""Words for changes of the network and of officers: proposals, votes, powers, a new key."""

from desktop.wording.catalogue import Trouble
from desktop.wording.english.keeping import UNWRITTEN

CHANGES_DONE = {
    "change-proposed": "Proposed as {reference}: {change}. {standing}",
    "lost-reported": "Reported as {reference}: {change}. {heard} {standing}",
    "vote-recorded": "The vote is recorded. {reference}: {change}. {standing}",
    "change-line": "{reference}: {change}. {standing}",
    "no-changes": "No change of the network is proposed.",
    "officer-appointed": "{name} is appointed as officer No. {number}: {roles}.",
    "officer-changed": "Officer No. {number} now signs as: {roles}.",
    "officer-ended": "The powers of officer No. {number} have ended. What the officer signed before stands.",
    "renewal-made": "The card with the new key of {office} is {path}. Give it to an administrator of another office, who"
    " proposes it; until the offices have voted this office reads and passes on.",
}

CHANGES_TROUBLES = {
    "change-already-open": Trouble(
        "This office has proposed the same as {reference}, and that is not decided.",
        "Nothing is proposed.",
        "Vote on {reference}, or drop it and propose again.",
    ),
    "bad-change": Trouble(
        "“{kind}” and what was named with it are no change; a change is one of {of}.",
        UNWRITTEN,
        "Name the file that it brings (a card, or rules), else the office that it concerns, and nothing more.",
    ),
    "bad-answer": Trouble("An answer is yes, no or withdrawn, not {answer}.", UNWRITTEN, "Give one of them."),
    "own-computer-lost": Trouble(
        "An office cannot report its own computer from that very computer.",
        UNWRITTEN,
        "Report it at another office; where only the key is in doubt, make a new key for this office.",
    ),
    "unknown-proposal": Trouble(
        "No open proposal is called {reference}.", UNWRITTEN, "List the proposals, and meet the other offices first."
    ),
    "no-place-for-proposal": Trouble(
        "This office has {limit} open proposals already, and no office may have more.",
        UNWRITTEN,
        "Drop one that is done with, or ask another office to propose the change.",
    ),
    "several-proposals": Trouble(
        "Several open proposals are called {reference}.", UNWRITTEN, "Name it by its number in the list."
    ),
    "unknown-officer": Trouble(
        "This office has no officer No. {officer}.", UNWRITTEN, "Choose one of the officers of this office."
    ),
    "roles-held-already": Trouble(
        "{name} holds exactly these roles already, or none any more.", UNWRITTEN, "There is nothing to do."
    ),
    "appointment-incomplete": Trouble(
        "An officer needs a name and at least one role.",
        UNWRITTEN,
        "Fill in the name, and mark what the officer signs as.",
    ),
    "change-refused": Trouble(
        "The rules of the network refuse this: {why}", UNWRITTEN, "Change what the reason names, and try again."
    ),
    "officer-key-exists": Trouble(
        "There is a key for officer No. {officer} already, under another passphrase.",
        UNWRITTEN,
        "Give the passphrase that was chosen for it.",
    ),
}

CHANGES_REFUSALS = {
    "last-administrator": Trouble(
        "This office would have no administrator, and without one nothing about its officers could be changed.",
        UNWRITTEN,
        "Appoint another administrator first.",
    ),
    "no-administrator-then": Trouble(
        "From {day} on this office would have no administrator: no term covers that day.",
        UNWRITTEN,
        "Appoint another administrator first, without a term or for the days after.",
    ),
    "same-person-twice": Trouble(
        "This key is that of {name} already, and one person is one officer.",
        UNWRITTEN,
        "Let the person make a key for this office alone; who has served under this number gets other roles.",
    ),
    "not-in-the-roll": Trouble(
        "The key that signed this act was taken out of the network before the majority had confirmed the act.",
        "The act stays on record as not entered.",
        "Enter it again.",
    ),
    "officer-unknown": Trouble(
        "Whoever signed was not an officer of that office at this point of the common order.",
        "The act stays on record as not entered.",
        "Let an officer of the office sign it.",
    ),
    "bad-officer-signature": Trouble(
        "The signature is not that of the officer whom the act names.",
        "The act stays on record as not entered.",
        "Let the officer sign again.",
    ),
    "powers-ended-unseen": Trouble(
        "The powers of an officer who signed as {role} had ended, and this office could not know it yet.",
        "The act is kept and holds its place, but has no effect.",
        "Tell the supervising office: it confirms the act or sets it aside.",
    ),
}

CHANGES_SCREEN: dict[str, str | tuple[str, ...]] = {
    "change.admit": "Admit the office {office}",
    "change.remove": "Remove the computer of {office}",
    "change.dormancy": "Let {office} sleep: its vote does not count until it is woken",
    "change.waking": "Wake {office}: its vote counts again",
    "change.incarnation": "New key for the computer of {office}",
    "change.return": "New key for the computer of {office}, and other officers in place of its own",
    "change.leaving": "Signs for {office} so far, and would sign no more: {names}.",
    "change.coming": "Would sign for {office} from then on: {names}.",
    "change.nobody": "nobody",
    "change.return.warning": "This is what a thief would ask for. Vote yes only if {office} itself has told you, in person or"
    " by a number that you know, that these are its people and that its former keys are gone.",
    "change.quorum": "How many must agree: {policy}",
    "change.law": "Rules of the register: {law}, version {version}",
    "change.policy.all": "all offices",
    "change.policy.default": "the majority that tolerates dishonest offices",
    "change.count": (
        "{needed} of {counting} offices must agree; one has.",
        "{needed} of {counting} offices must agree; {count} have.",
    ),
    "change.next.open": (
        "It waits for one more office.",
        "It waits for {count} more offices.",
    ),
    "change.next.enough": "Enough agree. The change is made once their votes stand in the common register.",
    "change.next.passed": "It has passed. It is in force as soon as the offices have met and closed the present period.",
    "change.next.behind": "Another change has passed and is made first; then this one goes on.",
    "rejected.not-in-the-roll": "void, the key that signed it left the network first",
    "rejected.officer-unknown": "not accepted for filing, nobody with this signature is known",
    "rejected.bad-officer-signature": "not accepted for filing, a signature does not fit",
    "page.changes": "&Changes",
    "changes.title": "Changes of the network",
    "changes.none": "No change is proposed.",
    "changes.proposed": "Changes are proposed: each office may vote.",
    "changes.how": "Who belongs to the network and under which rules is decided by {needed} of {counting} offices. A change"
    " that has passed is in force once the offices have met and closed the present period.",
    "changes.propose": "&Propose a change…",
    "changes.for": "For it: {names}",
    "changes.against": "Against it: {names}",
    "changes.reason": "Reason: {reason}",
    "changes.yes": "Vote &yes…",
    "changes.no": "Vote n&o…",
    "changes.yes.which": "Vote yes on {reference}",
    "changes.no.which": "Vote no on {reference}",
    "changes.mine.yes": "This office has voted yes.",
    "changes.mine.no": "This office has voted no.",
    "changes.withdraw": "&Withdraw the vote…",
    "value.enclosed": "A file of {size}, enclosed. Its number, to compare by telephone: {digest}",
    "value.enclosed-damaged": "A file that cannot be read: it was cut or mixed up.",
    "changes.digest": "Number of the content, to compare by telephone",
    "changes.officers": "Who signs at this office",
    "changes.officer": "{name}: {roles}",
    "changes.power.since": "from {value}",
    "changes.power.until": "until {value}",
    "changes.power.territory": "only {value}",
    "changes.power.deputy": "deputy of {value}",
    "changes.ended": "{name}: powers ended",
    "changes.end": "End the powers…",
    "changes.end.which": "End the powers of {name}",
    "changes.roles": "Other roles…",
    "changes.roles.which": "Other roles for {name}",
    "changes.appoint": "&Appoint an officer…",
    "changes.lost": "A computer was &lost or stolen…",
    "lost.title": "A computer was lost or stolen",
    "lost.about": "Once enough offices have voted and met, nothing that this computer signs counts any more, and no office"
    " takes calls from it. What it had shown to another office before stays. Its office comes back as a new one that is"
    " invited, or, if it still has its data, with a new key instead of this report.",
    "lost.heard": "This office has not heard from it since {when}: what nobody has heard is lost, and has to be entered again.",
    "lost.never": "This office has not heard anything from it yet: what nobody has heard is lost, and has to be entered again.",
    "propose.title": "Propose a change",
    "propose.about": "Nothing changes before enough offices have voted for it.",
    "propose.admit": "Admit an office",
    "propose.remove": "Remove a computer",
    "propose.dormancy": "Let an office sleep",
    "propose.waking": "Wake an office",
    "propose.incarnation": "New key for a computer",
    "propose.return": "New key for a computer, and other officers",
    "propose.quorum": "How many must agree",
    "propose.law": "New rules of a register",
    "propose.field.kind": "Change",
    "propose.field.office": "Office concerned",
    "propose.field.policy": "Who must agree",
    "propose.field.file": "File: the card, or the rules",
    "propose.field.reason": "Reason",
    "propose.choose": "C&hoose…",
    "propose.choose.title": "The card or the rules",
    "propose.stories": "The stories of these rules are played first…",
    "propose.story": "Playing story {number} of {count} of these rules: each must end as it is told…",
    "propose.back": "&Back",
    "propose.go-on": "&Go on",
    "appoint.title": "Appoint an officer",
    "appoint.about": "The officer chooses a passphrase and types it here; nobody else can sign with it. A"
    " term, a territory, or whom the officer stands in for is asked on the next page.",
    "appoint.go-on": "&Go on",
    "appoint.busy": "The officer's key is being made…",
    "today.void": (
        "One act is void: enter it again",
        "{count} acts are void: enter them again",
    ),
    "today.again": "Enter again…",
    "today.again.which": "Enter again: {act}",
    "change.obstacle": "As things stand it cannot take effect: {why}",
}
