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
    "kit-restored": "The office was restored with its recovery kit to {path}. It may read and pass on but not sign: the"
    " lost computer may have signed something that nobody has sent here. Meet the other offices, then make a new key.",
}

CUSTODY_SCREEN: dict[str, str | tuple[str, ...]] = {
    "kit.ask": "Word {place} of sheet {sheet}:",
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
