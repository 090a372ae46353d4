"""Troubles between offices: finding each other, the link, what a neighbour sent, files on a stick, papers to verify."""

from desktop.wording.catalogue import Trouble

SAFE = "Nothing was lost."
KEPT = "Nothing was taken over and nothing was lost."
AGAIN = "Meet again: what came so far is kept, and the rest follows."
ASK_THEM = "Tell the other office, and meet again once it is mended."

_ALTERED = Trouble("What the other office sent was damaged or altered.", KEPT, ASK_THEM)
_ODD = Trouble("The other office's Muniment said something that no Muniment says.", KEPT, ASK_THEM)
_TOO_MUCH = Trouble("The other office sent more than an office may.", KEPT, ASK_THEM)

MEETING = {
    "no-such-neighbour": Trouble(
        "That office does not answer on this network.",
        SAFE,
        "Check that both computers are on and on one network, or use a stick.",
    ),
    "office-not-nearby": Trouble(
        "That office was not found on this network.", SAFE, "Type its address, or carry a file on a stick."
    ),
    "office-not-found": Trouble(
        "That office was not found on this network.",
        SAFE,
        "Check that both computers are on and on one network, type its address, or use a stick.",
    ),
    "not-found-nearby": Trouble(
        "The second copy was not found on this computer's network.", SAFE, "Look whether a firewall stops Muniment."
    ),
    "unknown-office": Trouble("The network has no such office: {office}.", SAFE, "Look at its name or number."),
    "own-key": Trouble(
        "At that address answers this office itself, or a copy of it.",
        SAFE,
        "Look at the address; if it is another computer, stop using the copy and ask your administrator.",
    ),
    "other-office-there": Trouble(
        "Another office than the one you meant answered there.", SAFE, "Look at the address, or meet that one."
    ),
    "port-taken": Trouble(
        "Another program on this computer uses the door of Muniment (port {port}), or Muniment is open already.",
        SAFE,
        "Close the other program or window, then start Muniment again.",
    ),
    "service-stopped": Trouble("Muniment is closing.", SAFE, "Start it again."),
    "bad-address": Trouble("This is no address: {address}.", SAFE, "Type it like 192.168.1.5 or 192.168.1.5:7420."),
    "port-refused": Trouble(
        "At {address} nothing takes calls for Muniment.", SAFE, "Start Muniment there, and let its firewall pass it."
    ),
    "peer-silent": Trouble(
        "The other computer does not answer.", SAFE, "Check the cable or Wi-Fi, then meet again, or use a stick."
    ),
    "peer-slow": Trouble("The line is too slow or was interrupted.", "What came so far is kept.", AGAIN),
    "peer-unreachable": Trouble(
        "There is no way to the other computer.", SAFE, "Check the cable or Wi-Fi, or use a stick."
    ),
    "peer-refused-us": Trouble(
        "The other office does not take calls from this one.",
        SAFE,
        "Compare the network's number: both must hold one charter.",
    ),
    "peer-said-bye": Trouble("The other office ended the exchange.", "What came so far is kept.", AGAIN),
    "unknown-peer": Trouble(
        "Whoever answered is no office of this network.", KEPT, "Check the address; use a stick if in doubt."
    ),
    "bad-certificate": Trouble("Whoever answered did not prove to be an office.", KEPT, "Check the address."),
    "bad-handshake": Trouble(
        "No protected line to the other computer came about.", SAFE, "Meet again, or use a stick."
    ),
    "other-protocol-version": Trouble(
        "The other office has another version of Muniment.", SAFE, "Bring both to the same version, or use a stick."
    ),
    "other-network": Trouble("That belongs to another network of offices.", KEPT, "Compare the network's number."),
    "link-lost": Trouble("The line broke during the exchange.", "What came so far is kept.", AGAIN),
    "over-quota": Trouble(
        "The other office sent far more than its news, so this computer does not listen to it for a minute.",
        "What came so far is kept.",
        "Meet again after a minute; if it goes on, tell that office that its computer may be misused.",
    ),
    "too-many-calls": Trouble(
        "A computer of the network calls this one without end and is not listened to.",
        SAFE,
        "There is nothing to do; tell whoever looks after the network which computer it is.",
    ),
    "message-too-large": _TOO_MUCH,
    "too-many-questions": _TOO_MUCH,
    "too-many-headers": _TOO_MUCH,
    "too-many-references": _TOO_MUCH,
    "too-many-forks": _TOO_MUCH,
    "vector-too-long": _TOO_MUCH,
    "malformed-message": _ODD,
    "unexpected-message": _ODD,
    "unknown-tip": _ODD,
    "bad-compression": _ALTERED,
    "malformed-header": _ALTERED,
    "malformed-payload": _ALTERED,
    "malformed-transaction": _ALTERED,
    "malformed-record": _ALTERED,
    "malformed-office-leaf": _ALTERED,
    "ambiguous-header": _ALTERED,
    "payload-differs": _ALTERED,
    "bad-block-signature": Trouble("What the other office sent was altered: a signature does not fit.", KEPT, ASK_THEM),
    "unknown-author": Trouble(
        "It sent something of an office that this network does not know.", KEPT, "Compare the charters."
    ),
    "broken-reference": _ALTERED,
    "references-overlap": _ALTERED,
    "pointless-block": _ODD,
    "time-goes-back": _ODD,
    "wrong-epoch": Trouble("It was written under another charter or other rules.", KEPT, "Compare the charters."),
    "wrong-incarnation": Trouble("It was written by a key that is not in force.", KEPT, "Compare the charters."),
    "wrong-round": _ODD,
    "missing-parents": Trouble("Something earlier is missing, so this cannot be taken over yet.", SAFE, "Meet again."),
    "not-a-fork": Trouble("This does not prove that an office has signed twice.", KEPT, "There is nothing to do."),
    "not-fork-evidence": Trouble("This file is no proof of a double signature.", KEPT, "Choose another file."),
    # Files on a stick
    "not-a-courier-file": Trouble("This file was not written by an office for a stick.", KEPT, "Choose another file."),
    "not-for-us": Trouble("The file on the stick is for other offices.", KEPT, "Carry it to them."),
    "courier-older": Trouble(
        "The file on the stick is older than what this office already holds.", SAFE, "There is nothing to do."
    ),
    "courier-repeated": Trouble("This file was read here before.", SAFE, "There is nothing to do."),
    "courier-needs-earlier": Trouble(
        "The file on the stick builds on things that this office does not hold yet.",
        KEPT,
        "Read the earlier file first, or meet the office.",
    ),
    "no-recipient": Trouble("No office was named for whom the file is.", "Nothing was written.", "Name at least one."),
    "courier-cut": Trouble(
        "The file on the stick is not whole.",
        KEPT,
        "Write it again at the other office, and wait until it says it is written.",
    ),
    "courier-damaged": Trouble(
        "The file on the stick is damaged or was altered.", KEPT, "Write it again at the other office."
    ),
    "courier-altered": Trouble(
        "The file on the stick is damaged or was altered.", KEPT, "Write it again at the other office."
    ),
    "courier-not-for-us": Trouble("The file on the stick is for other offices.", KEPT, "Carry it to them."),
    "courier-other-network": Trouble(
        "The file on the stick is of another network.", KEPT, "Carry it to its own offices."
    ),
    "courier-old": Trouble("Everything in this file was already here.", SAFE, "There is nothing to do."),
    # Papers
    "not-an-extract": Trouble(
        "This is no extract of Muniment, or its code cannot be read.",
        SAFE,
        "Scan it again, flat and sharp, or ask for the file.",
    ),
    "text-differs": Trouble(
        "The visible text of this paper is not what was signed.",
        "The record itself is untouched.",
        "Do not rely on this paper: ask the office for a new extract.",
    ),
    "embedded-data-differs": Trouble(
        "The file carries rules of the register that its network does not have.",
        "The record itself is untouched.",
        "Do not rely on this paper: ask the office for a new extract.",
    ),
    "rules-missing": Trouble(
        "The rules of the register under which the act was made are not at hand, so the paper cannot be set again.",
        SAFE,
        "Verify it at an office of its network.",
    ),
    "template-unknown": Trouble(
        "The paper was set by a newer Muniment.", SAFE, "Install the newer Muniment and verify it again."
    ),
    "several-receipts": Trouble(
        "The paper carries codes of more than one act.",
        "The records themselves are untouched.",
        "Do not rely on this paper: ask the office for a new extract.",
    ),
    "symbols-missing": Trouble(
        "A code on the paper is missing or cannot be read.", SAFE, "Scan every page, flat and sharp."
    ),
    "damaged-symbol": Trouble(
        "A code on the paper is damaged.", SAFE, "Scan it again, or ask the office for a new extract."
    ),
    "malformed-receipt": Trouble(
        "The code on the paper holds no proof that can be read.", SAFE, "Ask the office for a new extract."
    ),
    "receipt-too-new": Trouble("The paper was made by a newer Muniment.", SAFE, "Install the newer Muniment."),
    "receipt-of-another-network": Trouble(
        "The paper belongs to another network of offices.", SAFE, "Verify it at an office of its network."
    ),
    "signer-not-in-charter": Trouble(
        "The paper is signed by somebody whom the network does not know.", SAFE, "Do not rely on it: ask the office."
    ),
    "bad-receipt-signature": Trouble(
        "A signature does not fit what the paper says was signed.", SAFE, "Do not rely on it: ask the office."
    ),
    "bad-charter-proof": Trouble(
        "The paper does not prove that its office belongs to the network.", SAFE, "Do not rely on it: ask the office."
    ),
    "bad-receipt-path": Trouble(
        "The paper does not prove that the act was recorded.", SAFE, "Do not rely on it: ask the office."
    ),
    "bad-record-origin": Trouble(
        "The paper does not prove what it says of the record before the act.",
        SAFE,
        "Do not rely on it: ask the office.",
    ),
    "receipt-too-large-for-paper": Trouble(
        "The act is too long for the codes of one paper.", "The act itself is recorded.", "Give its proof as a file."
    ),
    "paper-not-yet": Trouble(
        "The rules of the register let no paper leave before the act has climbed further.",
        "The act itself is recorded.",
        "Meet other offices, then print it.",
    ),
    "evidence-needs-charter": Trouble(
        "A proof of a double signature can only be checked by somebody who knows the network.",
        SAFE,
        "Give the charter with it, or verify it at an office of its network.",
    ),
    "evidence-of-another-network": Trouble(
        "This proof belongs to another network of offices.", SAFE, "Verify it at an office of its network."
    ),
    "bad-signature": Trouble(
        "A signature does not fit what it should have signed.",
        "Nothing was recorded by this.",
        "Do not rely on it: ask the office that issued it.",
    ),
}
