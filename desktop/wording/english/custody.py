"""Passphrases, the recovery kit, the key of the office's copy, and unlocking by the system."""

from desktop.wording.catalogue import Trouble

KEPT = "Nothing was lost and nothing was changed."

CUSTODY = {
    "passphrase-too-easy": Trouble(
        "This passphrase would soon be guessed: it is made of words, names or keys in a row that everybody tries first.",
        KEPT,
        "Take four or five words that do not belong together, for example things that you see from different windows.",
    ),
}
