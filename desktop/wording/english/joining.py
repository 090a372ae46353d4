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
    "nothing-to-prune": Trouble(
        "Nothing is settled for long enough to be put away.", KEPT, "Try again when the offices have met more often."
    ),
}

JOINING_DONE = {
    "snapshot-written": "The copy of the register for an office that joins is {path}: register state No. {number}, with"
    " {records} records. Give the file to that office, and these two numbers by hand or on paper: the network"
    " {network} and the state {checkpoint}.",
    "network-joined": "The office has joined {name}. All {records} records were verified, up to decision No. {number}.",
    "pruned": "{blocks} batches of acts were put into the archive, because all offices have settled them. The office's"
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
    "offices.state": "For an office that joins: the network is {network}, register state No. {number} is {checkpoint}.",
    "act.text-not-held": "Act whose text this computer does not hold",
}
