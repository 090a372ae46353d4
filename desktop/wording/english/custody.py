"""Passphrases, the recovery kit, the key of the office's copy, and unlocking by the system."""

from desktop.wording.catalogue import Trouble

KEPT = "Nothing was lost and nothing was changed."

CUSTODY = {
    "passphrase-too-easy": Trouble(
        "This passphrase would soon be guessed: it is made of words, names or keys in a row that everybody tries first.",
        KEPT,
        "Take four or five words that do not belong together, for example things that you see from different windows.",
    ),
    "kit-shares-impossible": Trouble(
        "A kit cannot have {shares} sheets of which {needed} are needed.",
        KEPT,
        "Make one sheet, or two to {limit} of which at least two are needed.",
    ),
    "kit-words-wrong": Trouble(
        "The words of sheet {sheet} are not as they were printed: {words} of 33 words were found, or one is misspelt.",
        KEPT,
        "Compare them with the paper, from the first to the last, and correct them.",
    ),
    "kit-sheets-differ": Trouble(
        "These sheets belong to different kits.", KEPT, "Use sheets with the same kit number at the foot."
    ),
    "kit-sheets-missing": Trouble(
        "Only {found} of {needed} needed sheets are here.", KEPT, "Add sheets of the same kit until there are enough."
    ),
    "kit-not-proved": Trouble(
        "Word {place} of sheet {sheet} is another one on the paper.",
        "Nothing was changed: an earlier kit still opens this office, the new paper does not.",
        "Look at the paper and type the word again; if the print is bad, print a new kit and destroy this one.",
    ),
    "kit-of-another-box": Trouble(
        "This kit ({kit}) does not open these keys: they are locked for kit {box}.",
        KEPT,
        "Take the kit with that number, or a backup from the time of this kit.",
    ),
    "kit-behind-copy": Trouble(
        "The sheets of this kit are older than the key of this office's copy, and what the kit needs in this folder is"
        " missing or damaged.",
        "Nothing was changed; the passphrase that opened this office still does.",
        "Try the passphrase again, or restore with the kit from a backup or a neighbour into an empty folder.",
    ),
    "kit-box-missing": Trouble(
        "The locked keys that belong to kit {kit} are not here.",
        KEPT,
        "Scan the code on the kit's sheets instead of typing the words, or use a backup that was written after the kit.",
    ),
    "kit-box-damaged": Trouble(
        "The locked keys of the recovery kit are damaged.",
        KEPT,
        "Scan the code on the kit's sheets, or use another backup.",
    ),
    "kit-box-too-new": Trouble(
        "The locked keys of the recovery kit were written by a newer Muniment.", KEPT, "Install the newer Muniment."
    ),
    "no-keyring": Trouble(
        "This system has no keyring in which a passphrase can be kept safely.",
        KEPT,
        "Type the passphrase each time, as before.",
    ),
    "keyring-refused": Trouble(
        "The system's keyring did not do what was asked ({why}).",
        KEPT,
        "Unlock the keyring of this user and try again.",
    ),
    "not-a-kit-box": Trouble("This file holds no locked keys of a recovery kit.", KEPT, "Choose another file."),
    "not-a-kit-sheet": Trouble(
        "No sheet of a recovery kit was found in this file.",
        KEPT,
        "Choose the kit's PDF, a sharp picture of a whole sheet, or a text with its 33 words on one line.",
    ),
}

CUSTODY_DONE = {
    "passphrase-changed": "The passphrase was changed. Backups written before still open with the old one.",
    "passphrase-changed-by-kit": "The office has a new passphrase. The kit was in use: make a new one now.",
    "officer-passphrase-changed": "The passphrase of officer No. {officer} was changed. Backups written before still hold"
    " the key under the old one.",
    "kit-written": "The recovery kit was written to {path}. Print it, then type two of its words back.",
    "kit-kept": "Kit {kit} is now the recovery kit of this office; no earlier one opens its keys from now on. Delete"
    " {path} when it is printed. Backups written before still open with the kit of their time.",
    "rekeyed": "The office's copy was written anew under another key. Backups written before still open with theirs.",
    "rekey-asked": "The copy gets another key when this office is opened the next time; that takes as long as copying"
    " it, and as much room.",
    "passphrase-forgotten": "This computer has forgotten the passphrase and asks for it from now on.",
    "kit-restored": "The office was restored with its recovery kit to {path}. It may read and pass on but not sign: the"
    " lost computer may have signed something that nobody has sent here. Meet the other offices, then make a new key.",
}

CUSTODY_SCREEN: dict[str, str | tuple[str, ...]] = {
    "kit.ask": "Word {place} of sheet {sheet}:",
    # Making a kit
    "kit.stage.title": "The recovery kit",
    "kit.stage.about": "Nobody can tell you a forgotten passphrase, and a computer can burn. The kit is a paper that opens"
    " this office’s keys then. Print it, type two of its words back, and lock it away.",
    "kit.stage.officers": "The kit gives nobody an officer’s signature. It can be made again at any time, on the page Keys;"
    " the earlier one then no longer opens this office.",
    "kit.stage.later": "Later: I know that without it everything may be lost",
    "kit.stage.go-on": "&Go on",
    "kit.form.kind": "How many sheets",
    "kit.form.one": "One sheet, which opens alone",
    "kit.form.some": "{all} sheets for different people; any {needed} open together",
    "kit.form.write": "&Write the kit…",
    "kit.form.title": "The recovery kit, to be printed and then deleted",
    "kit.form.name": "recovery-kit.pdf",
    "kit.form.writing": "The kit is being made…",
    "kit.form.prove": "Read these two words from the printed paper. Until they are right nothing has changed.",
    "kit.form.open": "&Open the file to print it",
    "kit.form.keep": "&This is our kit now",
    "kit.form.keeping": "The keys are being locked for the new kit…",
    # Using it
    "kit.entry.words": "Words of the kit, sheet after sheet",
    "kit.entry.example": "33 words a sheet, in their order; numbers and line ends do not matter",
    "kit.entry.file": "Read the &code from a file…",
    "kit.entry.files": "Sheets of the kit (*.pdf *.png *.jpg *.jpeg *.txt);;All files (*)",
    "kit.entry.found": (
        "{count} sheet read from files, {typed} words typed ({words} a sheet).",
        "{count} sheets read from files, {typed} words typed ({words} a sheet).",
    ),
    "forgotten.title": "The passphrase is forgotten",
    "forgotten.about": "With the recovery kit you choose a new passphrase. Everything else stays as it is.",
    "forgotten.passphrase": "New passphrase of the office",
    "forgotten.unlock": "&Set it and unlock",
    "unlock.forgotten": "&Forgotten…",
    "unlock.stay": "&Stay unlocked for this user of this computer",
    "unlock.stay.looking": "Looking whether this system can keep the passphrase…",
    "unlock.stay.about": "The passphrase is then kept by this system ({keyring}). Whoever can log in as you can open the"
    " register; to sign, an officer’s own passphrase is needed all the same.",
    "unlock.stay.none": "This system has no keyring that could keep the passphrase safely.",
    "restore.with-kit": "With the recovery &kit…",
    "kit.restore.title": "Restore with the recovery kit",
    "kit.restore.about": "You need the kit, and either a backup of this office or what another office gives you: a copy of"
    " the register, or the network’s charter. The office then reads and passes on; it signs again when the others have"
    " confirmed a new key for it.",
    "kit.restore.path": "Backup, copy of the register, or charter",
    # The page
    "keys.title": "Keys",
    "keys.busy": "The keys are being locked anew; this takes a few seconds…",
    "keys.passphrase": "Passphrases",
    "keys.passphrase.about": "A new passphrase counts at once. Backups written before still open with the old one.",
    "keys.passphrase.whose": "Whose passphrase",
    "keys.passphrase.office": "The office",
    "keys.passphrase.old": "Present passphrase",
    "keys.passphrase.new": "New passphrase",
    "keys.passphrase.change": "Change the &passphrase",
    "keys.kit": "Recovery kit",
    "keys.kit.is": "This office’s kit is No. {kit}; the number stands at the foot of its sheets. A new one makes it"
    " worthless for all that is kept from then on.",
    "keys.kit.none": "This office has no recovery kit. If the passphrase is forgotten, nobody can open it again.",
    "keys.office-passphrase": "Passphrase of the office",
    "keys.copy": "Key of the register’s copy",
    "keys.copy.about": "Change it when somebody may have read the keys: the copy on this disk is then written anew under"
    " another key, at the next start.",
    "keys.copy.change": "&Change it at the next start",
    "keys.computer": "This computer",
    "keys.computer.asks": "It asks for the passphrase each time the office is opened.",
    "keys.computer.kept": "It keeps the passphrase in the system’s keyring and opens the office by itself.",
    "keys.computer.forget": "&Forget it",
    "page.keys": "&Keys",
    # The paper
    "kit.paper.title": "Recovery kit of {office}",
    "kit.paper.one": "One sheet: it alone opens the keys of this office",
    "kit.paper.sheet": "Sheet {number} of {all}: any {needed} of them together open the keys of this office",
    "kit.paper.secret": "Whoever holds this sheet holds the keys of the office: keep it as you keep its seal. It opens"
    " the office where the passphrase is forgotten or the computer is lost. It signs nothing in the name of an officer:"
    " for that the officer’s own passphrase is needed as well.",
    "kit.paper.several": "Give each sheet to another person or another place. This one alone says nothing; enough of them"
    " open the office where the passphrase is forgotten or the computer is lost. They sign nothing in the name of an"
    " officer: for that the officer’s own passphrase is needed as well.",
    "kit.paper.keep": "How to keep it",
    "kit.paper.keeping": "In a sealed envelope in a safe, away from the computer. No copy on a computer or telephone; delete"
    " the file from which this was printed.",
    "kit.paper.use": "How to use it",
    "kit.paper.using": "Install Muniment, choose “With the recovery kit”, type the words or have the code scanned. You"
    " need the newest backup or a copy of the register from any other office as well. Then make a new kit.",
    "kit.paper.code": "What the code holds",
    "kit.paper.code-keys": "These words and the locked keys. Without a backup the code is needed; with one the words do.",
    "kit.paper.code-words": "These words. The locked keys had no room here: they are in every backup.",
    "kit.paper.foot": "Kit {kit}, made on {day}. The words follow SLIP-0039; kits made earlier open only what is as old"
    " as they are.",
}
