"""Troubles of this computer: passphrases, key files, folders, the office's copy, founding."""

from desktop.wording.catalogue import Trouble

SAFE = "Nothing was lost."
KEPT = "Nothing was lost and nothing was changed."
UNWRITTEN = "Nothing was written."

KEEPING = {
    "unexpected": Trouble(
        "Something happened that Muniment did not expect ({what}).",
        "What was recorded before is safe.",
        "Try again; if it happens again, restart Muniment and tell your administrator the word in brackets.",
    ),
    "unexpected-failure": Trouble(
        "Something happened that Muniment did not expect ({kind} at {place}).",
        "What was recorded before is safe.",
        "Try again; if it happens again, tell your administrator the words in brackets.",
    ),
    "bad-command": Trouble(
        "The command lacks something or has it wrong ({detail}).", UNWRITTEN, "Correct the command and send it again."
    ),
    "unknown-command": Trouble("There is no such command.", UNWRITTEN, "See the commands with --help."),
    # Passphrases and key files
    "wrong-passphrase": Trouble(
        "This passphrase does not open the key.",
        KEPT,
        "Look at Caps Lock and at the keyboard's language, then type it again.",
    ),
    "passphrase-missing": Trouble("No passphrase was given.", KEPT, "Type it, or name a file that holds it."),
    "passphrase-unusable": Trouble(
        "A passphrase cannot hold control characters or more than 1,024 letters.", KEPT, "Choose another one."
    ),
    "passphrase-too-short": Trouble(
        "This passphrase is shorter than 12 letters.", KEPT, "Make it longer: four or five words are easy to keep."
    ),
    "passphrase-too-simple": Trouble(
        "This passphrase repeats the same few letters.", KEPT, "Use words with at least six different letters."
    ),
    "passphrases-differ": Trouble(
        "The two passphrases are not the same.",
        KEPT,
        "Type the same one twice, so that no slip of a finger locks you out.",
    ),
    "key-file-damaged": Trouble(
        "The key file is damaged: some of its bytes have changed.",
        "The office's copy itself was not touched.",
        "Do not make a new office. Restore this office from its backup, or ask your administrator.",
    ),
    "key-file-too-new": Trouble(
        "The key file was made by a newer Muniment (version {version} of the file).",
        KEPT,
        "Install the newer Muniment.",
    ),
    "key-file-cost-absurd": Trouble(
        "The key file asks for more memory or time than any office's computer has.",
        KEPT,
        "It was probably altered: restore the office from its backup.",
    ),
    "key-file-cost-too-low": Trouble(
        "This key file would be too easy to guess open.", UNWRITTEN, "Let Muniment choose its strength."
    ),
    "not-a-key-file": Trouble("This file is no key file of Muniment.", KEPT, "Choose the right file."),
    "not-enough-memory": Trouble(
        "There is not enough free memory to open the key ({memory_kib} KiB are needed).",
        KEPT,
        "Close other programs and try again.",
    ),
    "no-officer-key": Trouble(
        "This computer holds no key of officer No. {officer}.",
        UNWRITTEN,
        "Choose an officer of this office, or let the officer sign on the computer that holds the key.",
    ),
    "bad-home": Trouble(
        "Who keeps a register is not written as it must be: {text}.",
        "Nothing was written.",
        "Write REGISTER=office or REGISTER=shared, for example land.parcel=shared.",
    ),
    "bad-officer": Trouble(
        "An officer was not named as it must be: {text}.",
        UNWRITTEN,
        "Give name, roles and passphrase file, with colons.",
    ),
    # Folders and files
    "folder-not-empty": Trouble(
        "The folder {path} already holds something.", KEPT, "Choose an empty folder, so that no office is overwritten."
    ),
    "audit-folder-not-empty": Trouble(
        "The folder {path} already holds something.", "Nothing was written into it.", "Choose an empty folder."
    ),
    "payload-not-held": Trouble(
        "This copy of the register no longer holds the text of its earliest acts.",
        "Nothing was lost; the register itself is whole.",
        "Ask an office that still holds them.",
    ),
    "new-copy-needed": Trouble(
        "This office began with another office's copy of the register, so it cannot be put together from this disk alone.",
        "Nothing here was changed.",
        "Ask another office for a new copy (Offices, “Let an office join…”) and its number of the register state, and"
        " repair with them.",
    ),
    "entry-not-held": Trouble(
        "This copy of the register joined later and does not hold its earliest acts.",
        SAFE,
        "Ask an office that has been in the network from the beginning.",
    ),
    "version-not-held": Trouble(
        "This copy of the register does not hold every earlier version of its records.",
        SAFE,
        "Ask an office that has been in the network from the beginning.",
    ),
    "no-office-here": Trouble(
        "There is no office in {path} yet.", SAFE, "Create an office there, or choose the folder where yours is."
    ),
    "no-network-yet": Trouble(
        "This office does not belong to a network yet.", SAFE, "Open the charter that your founder gave you."
    ),
    "not-our-card": Trouble(
        "This charter does not hold the card of this office, or holds an altered one.",
        KEPT,
        "Give this office's card to the founder again and open the new charter.",
    ),
    "already-a-member": Trouble(
        "This office already belongs to a network.", KEPT, "Use another folder for another network."
    ),
    "not-this-office": Trouble(
        "The key in this folder belongs to another office than the charter says.", KEPT, "Ask your administrator."
    ),
    "file-exists": Trouble("There is already a file {path}.", "It was not overwritten.", "Choose another name."),
    "file-not-found": Trouble(
        "There is no file {path}.", KEPT, "Look at its name and at the stick, then choose it again."
    ),
    "file-not-read": Trouble(
        "The file {path} could not be read.", KEPT, "Look whether the stick is in, and try again."
    ),
    "file-not-written": Trouble(
        "The file {path} could not be written.",
        "What is recorded is safe.",
        "Look whether there is room and whether you may write there, then choose a place again.",
    ),
    "disk-full": Trouble(
        "The disk is full.",
        "Everything recorded before is safe; this one step was not done.",
        "Free some room and do the step again.",
    ),
    "disk-failed": Trouble(
        "The disk did not take what was written.",
        "Everything recorded before is safe; this one step was not done.",
        "Close Muniment and start it again: it then checks everything. If it happens again, this disk is failing: write"
        " a backup on another one.",
    ),
    "too-large": Trouble(
        "The file or entry is too large ({bytes} bytes).", UNWRITTEN, "Use a smaller one, or split it."
    ),
    "too-deep": Trouble(
        "The file is built in a way that no office writes.", UNWRITTEN, "Ask whoever sent it for a new one."
    ),
    "not-canonical": Trouble(
        "The file is not written the one way that every office writes it.",
        UNWRITTEN,
        "It was damaged or altered: ask whoever sent it for a new one.",
    ),
    "not-encodable": Trouble("This value cannot be kept in an entry.", UNWRITTEN, "Correct the field and try again."),
    # The office's copy
    "replica-damaged": Trouble(
        "This office's copy of the register is damaged or is not this office's.",
        "What other offices hold is safe, and so are your backups.",
        "Do not delete anything. Choose “Repair” where the passphrase is asked for (or use muniment repair), or restore the"
        " newest backup; then meet another office.",
    ),
    "replica-exists": Trouble("There is already a copy of the register here.", KEPT, "Choose another folder."),
    "replica-in-use": Trouble(
        "Another Muniment on this computer has this office open.", KEPT, "Use that window, or close it first."
    ),
    "replica-missing": Trouble(
        "This office's copy of the register is missing from its folder.",
        "What other offices hold is safe, and so are your backups.",
        "Put the file back, or restore the newest backup.",
    ),
    "replica-from-older-version": Trouble(
        "This office's copy was written by an older Muniment, which kept some things otherwise.",
        KEPT,
        "Open it with that version, and ask your administrator how the office comes to the new one.",
    ),
    "replica-from-newer-version": Trouble(
        "This office's copy was written by a newer Muniment.", KEPT, "Install the newer Muniment."
    ),
    "quarantine": Trouble(
        "This office may read and pass on at the moment, but not sign.", SAFE, "Ask your administrator."
    ),
    "restored": Trouble(
        "This office was restored from a backup, so it may read and pass on but not sign: the lost computer may have"
        " signed something that this copy does not hold.",
        SAFE,
        "Meet the other offices, and ask your administrator.",
    ),
    "copied-computer": Trouble(
        "This folder was copied from another computer, so it may read and pass on but not sign: two computers must never"
        " sign for one office.",
        SAFE,
        "Work on the first computer, or ask your administrator.",
    ),
    "own-fork": Trouble(
        "This office is proven to have signed two different histories, so it may not sign any more.",
        "What the majority confirmed stays confirmed.",
        "Stop using this copy and ask your administrator.",
    ),
    "database-behind": Trouble(
        "This office's copy is older than what this computer has already signed: an old file was put back.",
        "Nothing was deleted. The office may read and pass on, but not sign.",
        "Put the newest copy back, or meet the other offices and ask your administrator.",
    ),
    "database-differs": Trouble(
        "This office's copy differs from what this computer has signed.",
        "Nothing was deleted. The office may read and pass on, but not sign.",
        "Ask your administrator.",
    ),
    "database-ahead": Trouble(
        "The file that remembers what this computer has signed is older than its copy of the register.",
        "Nothing was deleted. The office may read and pass on, but not sign.",
        "Put the newest file back, or ask your administrator.",
    ),
    "intent-damaged": Trouble(
        "The file that remembers what this computer has signed is damaged.",
        "Nothing recorded was lost.",
        "Ask your administrator: the office must not sign until it is known what it signed last.",
    ),
    "intent-missing": Trouble(
        "The file that remembers what this computer has signed is missing.",
        "Nothing recorded was lost.",
        "Put it back, or ask your administrator.",
    ),
    "intent-exists": Trouble("This folder has already been used for signing.", KEPT, "Choose another folder."),
    "intent-not-kept": Trouble(
        "The disk did not keep what was about to be signed, so nothing was signed.",
        SAFE,
        "Look whether the disk is full or write-protected, then sign again.",
    ),
    "intent-of-another-node": Trouble(
        "The file that remembers what was signed belongs to another office.", KEPT, "Put this office's own file back."
    ),
    "would-fork": Trouble(
        "Signing now would make a second, different history of this office, so nothing was signed.",
        SAFE,
        "Ask your administrator.",
    ),
    "broken-chain": Trouble(
        "This office's copy does not fit together.",
        "What other offices hold is safe.",
        "Restore the newest backup and meet another office.",
    ),
    "blocks-lost": Trouble(
        "This office's copy lacks something that it had.",
        "What other offices hold is safe.",
        "Restore the newest backup and meet another office.",
    ),
    "backup-differs": Trouble(
        "What was written could not be read back as it was, so there is no backup.",
        "What this office keeps is safe.",
        "Use another stick or disk: this one does not keep what it is given.",
    ),
    "not-a-backup": Trouble("This file is no backup of Muniment, or it is damaged.", KEPT, "Choose another backup."),
    "not-opened": Trouble(
        "The sealed box does not open with this key.", KEPT, "It was altered, or it is not for this office."
    ),
    # Founding
    "not-a-charter": Trouble("This file is no charter, or it was altered.", KEPT, "Ask the founder for it again."),
    "not-an-office-card": Trouble(
        "This file is no office card, or it was altered.", KEPT, "Ask the office for its card again."
    ),
    "bad-card-signature": Trouble(
        "The card of {office} is not signed as it must be: it was altered.", KEPT, "Ask the office for its card again."
    ),
    "bad-quorum": Trouble(
        "A majority of {quorum} is not possible with {offices} offices.", KEPT, "Choose at least {least}."
    ),
    "no-offices": Trouble("A network needs at least one office card.", KEPT, "Add the cards."),
    "same-key-twice": Trouble(
        "Two cards hold the same key.", KEPT, "Add each office's card once, and each person once."
    ),
    "same-name-twice": Trouble("Two offices have the same name.", KEPT, "Give each office a name of its own."),
    "office-incomplete": Trouble(
        "The office needs a name and at least one officer with a name and a role.", KEPT, "Fill in what is missing."
    ),
}
