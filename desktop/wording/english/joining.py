"""Joining a network with a copy of its register, and what is put away because it is settled."""

from desktop.wording.catalogue import Trouble
from desktop.wording.english.keeping import KEPT, UNWRITTEN

NOT_JOINED = "Nothing was taken in."

JOINING = {
    "nothing-certified": Trouble(
        "The offices have not confirmed any state of the register yet.",
        UNWRITTEN,
        "Let the offices meet a few times, then take the copy again.",
    ),
    "snapshot-not-possible": Trouble(
        "This office cannot tell exactly what register state No. {anchor} was.",
        UNWRITTEN,
        "Take the copy again after a few meetings, or at another office.",
    ),
    "not-a-snapshot": Trouble(
        "This file is no copy of a register for an office that joins, or it is damaged.",
        NOT_JOINED,
        "Choose the file that an office of the network has made with “snapshot”.",
    ),
    "snapshot-too-new": Trouble(
        "This copy was made by a newer Muniment (version {version} of the file).", NOT_JOINED, "Install it here too."
    ),
    "snapshot-cut-off": Trouble(
        "The copy of the register ends too early: the file is not whole.", NOT_JOINED, "Copy the file again."
    ),
    "snapshot-of-another-network": Trouble(
        "This copy belongs to another network than the number that was given.",
        NOT_JOINED,
        "Compare the network's number with that on the paper, digit by digit.",
    ),
    "snapshot-of-another-state": Trouble(
        "This copy is of another register state (No. {anchor}) than the number that was given.",
        NOT_JOINED,
        "Compare the state's number with that on the paper; a copy made later has another one.",
    ),
    "snapshot-differs": Trouble(
        "This copy is not what the offices have confirmed ({part}): it was altered or damaged.",
        NOT_JOINED,
        "Do not use it. Ask another office for a copy, and tell your administrator who gave you this one.",
    ),
    "not-admitted": Trouble(
        "The network has not admitted {office} with this computer's key.",
        NOT_JOINED,
        "Give the card to an office of the network: the offices vote, then ask for a new copy.",
    ),
    "key-was-used": Trouble(
        "{office} has already signed with this key, and this computer does not know how far.",
        NOT_JOINED,
        "Make a new office folder here, and let the offices vote on its new key.",
    ),
    "not-a-hash": Trouble(
        "A number is not whole: it has 64 digits, 0 to 9 and a to f.", NOT_JOINED, "Type or scan it again."
    ),
    "archive-missing": Trouble(
        "The archive of settled acts is not at its place ({path}).",
        "The register itself is whole.",
        "Put the archive file back from the backup.",
    ),
    "archive-damaged": Trouble(
        "The archive of settled acts is damaged ({path}).",
        "The register itself is whole.",
        "Put the archive file back from the backup.",
    ),
    "no-archive": Trouble(
        "This copy of the register has no place for an archive.", KEPT, "Open the office's own folder."
    ),
    "stopped-by-hand": Trouble("It was stopped.", KEPT, "Begin again whenever you like."),
    "not-a-joining-paper": Trouble(
        "This file shows no code for an office that joins, or more than one ({path}).",
        NOT_JOINED,
        "Choose the paper as PDF, or a sharp picture of its code; or type the two numbers.",
    ),
    "nothing-to-prune": Trouble(
        "Nothing is settled for long enough to be put away.", KEPT, "Try again when the offices have met more often."
    ),
}

JOINING_DONE = {
    "snapshot-written": "The copy of the register for an office that joins is {path}: register state No. {number}, with"
    " {records} records. Give the file to that office, and these two numbers by hand or on paper: the network"
    " {network} and the state {checkpoint}.",
    "joining-paper-written": "The paper for the office that joins is {path}. It fits copies of register state No. {number}"
    " only.",
    "network-joined": "The office has joined {name}. All {records} records were verified, up to decision No. {number}.",
    "network-joined-again": "The office has come back into {name}. All {records} records were verified, up to decision"
    " No. {number}. The officers of its new card sign for it now, under the numbers from {first_officer} on.",
    "pruned-unshrunk": "Put into the archive, because all offices have settled them: {blocks} batches of acts. Their room"
    " in the office's copy is used again; the acts can be read as before.",
    "pruned": "Put into the archive, because all offices have settled them: {blocks} batches of acts. The office's"
    " copy is {freed} smaller; the acts can be read as before.",
}

JOINING_SCREEN = {
    "network.join": "&Join an existing network…",
    "network.join.about": "The network has admitted this office by vote, and an office of it has made you a copy of the"
    " register.",
    "joining.title": "Join an existing network",
    "joining.about": "Open the copy of the register, and type the two numbers that you received in person or on paper:"
    " everything in the copy is verified against them before anything is taken in.",
    "joining.path": "Copy of the register",
    "joining.network": "Number of the &network",
    "joining.checkpoint": "Number of the register &state",
    "joining.card": "This office's card is {path}: an office of the network proposes it, and the offices vote.",
    "joining.join": "&Join",
    "joining.busy": "The copy is being verified…",
    "joining.paper": "&Read from the paper…",
    "joining.paper.title": "The paper for an office that joins, or a picture of it",
    "joining.progress": "The copy is being verified: {done} of {whole}…",
    "offices.newcomer": "Let an office &join…",
    "newcomer.title": "For an office that joins",
    "newcomer.card": "1 · The network admits it",
    "newcomer.card.about": "Invite it: its computer calls this one and shows six digits, which somebody there reads to you."
    " Then its card lies here: propose it, let the offices vote and meet, and hand the register over on the same line.",
    "newcomer.file": "2 · Or without a line: a copy of the register",
    "newcomer.file.about": "Give the new office this file on a stick. It holds the whole register, readable by whoever has"
    " the file.",
    "newcomer.write": "&Write the copy…",
    "newcomer.write.title": "The copy of the register for the office that joins",
    "newcomer.write.name": "muniment.snapshot",
    "newcomer.writing": "The copy is being written…",
    "newcomer.written": "The copy of the register is {path} ({size}), of register state No. {number}. Now print its numbers,"
    " and hand them over in person.",
    "newcomer.numbers": "3 · Two numbers, handed over in person",
    "newcomer.numbers.about": "With them the new office verifies that the copy is the register of this network and was not"
    " altered on the way. Print them, and give the paper to somebody of the new office yourself.",
    "newcomer.state": "They are of register state No. {number}, the newest that the offices have confirmed.",
    "newcomer.state.copy": "They are of register state No. {number}, of which the copy is.",
    "newcomer.none": "The offices have not confirmed any state of the register yet: let them meet a few times.",
    "newcomer.not-you": "The copy is written by an administrator of this office.",
    "newcomer.print": "&Print the numbers…",
    "newcomer.print.title": "The paper for the office that joins",
    "newcomer.print.name": "register state {number}.pdf",
    "newcomer.copy": "&Copy the numbers",
    "newcomer.copied": "Both numbers are in the clipboard: first the network's, then the state's.",
    "newcomer.network": "Network",
    "newcomer.checkpoint": "Register state No. {number}",
    "storage.title": "Room on this computer",
    "storage.size": "Copy of the register",
    "storage.size.text": "{copy}, and {archive} in the archive",
    "storage.act": "An act takes",
    "storage.act.text": ("{size} with everything; there is one", "{size} with everything, on average of {count}"),
    "storage.free": "Free on the disk",
    "storage.free.unknown": "{free}; how long it lasts can be told after a week of work",
    "storage.free.long": "{free}, enough for more than {years} years at the present rate",
    "storage.free.short": "{free}, less than a month at the rate of the last {days} days: give the disk more room",
    "storage.free.months": (
        "{free}, about one month at the rate of the last {days} days",
        "{free}, about {count} months at the rate of the last {days} days",
    ),
    "storage.line": "Over a slow line",
    "storage.line.text": (
        "a week of all offices takes at most one minute (64 kbit/s)",
        "a week of all offices takes at most {count} minutes (64 kbit/s)",
    ),
    "storage.prune": "&Move old papers into the archive",
    "storage.prune.about": "What all offices have settled can be put into the archive beside this office's copy: nothing is"
    " lost, it can be read as before, and the copy takes less room and opens faster.",
    "storage.pruning": (
        "One batch of acts is in the archive…",
        "{count} batches of acts are in the archive…",
    ),
    "act.text-not-held": "Act whose text this computer does not hold",
}
