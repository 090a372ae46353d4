"""Words about offices finding each other: what keeps them apart, and the other ways."""

from desktop.wording.catalogue import Trouble

SAFE = "Nothing was lost."

FINDING_SCREEN = {
    "finding.looking": "Muniment is looking for the other offices on this network…",
    "finding.office-answers": ("One office answers: {offices}.", "{count} offices answer: {offices}."),
    "finding.no-network": "This computer is not connected to any network: put in its cable or turn on its Wi-Fi.",
    "finding.multicast-blocked.here": "A firewall on this computer holds back the announcements by which offices find"
    " each other: let Muniment pass it.",
    "finding.multicast-blocked.between": "Offices answer at their addresses, but the network does not let their"
    " announcements pass.",
    "finding.port-refused": "{office} is on, at {address}, but nothing takes calls there: start Muniment on it.",
    "finding.port-silent": "At {address} ({office}) nothing answers: that computer is off, or its firewall holds calls"
    " back.",
    "finding.address-unreachable": "There is no way to {address} ({office}): it may have another address now.",
    "finding.other-network-near": (
        "One computer nearby belongs to another network of offices.",
        "{count} computers nearby belong to another network of offices.",
    ),
    "finding.other-version-near": (
        "One office nearby has another version of Muniment: bring both to the same one.",
        "{count} offices nearby have another version of Muniment: bring all to the same one.",
    ),
    "finding.vpn": "This computer uses a private tunnel ({interfaces}), which may send calls past the local network:"
    " switch it off for a moment.",
    "finding.nobody-announced": "Nothing is wrong on this computer, but no other office is heard: the others are off,"
    " or the network keeps computers apart.",
    "finding.ways": "Other ways: type the other office's address, read it from its picture, or carry a file on a stick.",
    "finding.again": "Look a&gain",
    "own.title": "The address of this office",
    "own.open": "This office's address…",
    "own.about": "At another office, type one of these addresses, or show its camera this picture. The address"
    " may change when this computer joins another network.",
    "own.none": "This computer is on no network now, so it has no address that others could call.",
    "own.picture": "A picture of the address of this office",
    "own.read": "Rea&d another office's address…",
    "own.read.title": "The picture of another office's address",
    "own.save": "Save the &picture…",
    "own.save.title": "Save the picture of this address",
    "own.saved": "The picture is saved.",
    "offices.typed": "Called at its address",
}

FINDING_TROUBLES = {
    "port-silent": Trouble(
        "At {address} nothing answers.", SAFE, "Switch that computer on, and let its firewall pass Muniment."
    ),
    "address-unreachable": Trouble(
        "There is no way to {address}.", SAFE, "Ask that office for its present address, or use a stick."
    ),
    "not-an-address-code": Trouble(
        "This picture shows no address of an office.", SAFE, "Take it again, flat and sharp, or type the address."
    ),
}
