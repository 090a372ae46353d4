"""The words of what asks for attention above all pages: an office that may not sign, a register that stands still,
too few offices awake, an office that wrote twice, a backup that is put back.
"""

SCREEN_CONDITION = {
    "condition.title": "What this office may do now",
    "condition.fine": "This office may sign, and nothing else asks for attention.",
    "condition.what-to-do": "&What to do…",
    "condition.banner.quarantine": "This office may read and pass on, but not sign.",
    "condition.banner.mends": "This office may read and pass on, but not sign yet. Held again: {held} of {meant} entries.",
    "condition.banner.stopped": "At this office the common register stands still: other offices work out another state of"
    " it. Nothing was lost.",
    "condition.banner.thin": (
        "{names} has not been heard of for long. Nothing was lost, but only {left} more may fall silent before nothing is entered in the common register.",
        "{count} offices have not been heard of for long: {names}. Nothing was lost, but only {left} more may fall silent before nothing is entered in the common register.",
    ),
    "condition.banner.last": (
        "{names} has not been heard of for long. Nothing was lost, but if one more office falls silent, nothing is entered in the common register any more.",
        "{count} offices have not been heard of for long: {names}. Nothing was lost, but if one more falls silent, nothing is entered in the common register any more.",
    ),
    "condition.banner.too-few": (
        "Too few offices are awake: {names} is missing. Acts are signed and countersigned, but nothing is entered in the common register until it is back.",
        "Too few offices are awake: {count} are missing ({names}). Acts are signed and countersigned, but nothing is entered in the common register until enough of them are back.",
    ),
    # An office that may not sign
    "condition.works": "What goes on as always",
    "condition.works.read": "Reading, searching, and printing extracts of what is recorded; verifying papers.",
    "condition.works.pass-on": "Meeting other offices and carrying files on a stick: what others have signed is taken in"
    " and passed on.",
    "condition.works.drafts": "Drafts are kept and can be signed later.",
    "condition.ways": "How this office signs again",
    "condition.way.recover": "By meeting the others",
    "condition.way.recover.about": "Meet the other offices, or read their files from a stick, until everything that this"
    " computer has signed is here again. The office then signs again by itself; nobody has to decide anything.",
    "condition.way.recover.progress": "Held again: {held} of {meant} entries",
    "condition.way.recover.last": "If no office has the last of them, only a new key is left: see below.",
    "condition.way.recover.not": "Meeting the others does not end this: what they hold proves nothing about the newest"
    " entry, which may lie with one office that is away. Meet them all the same, so that this copy is complete.",
    "condition.way.recover.twice": "Meeting the others does not end this: with this key two histories were signed. Find"
    " the other copy of this office, and stop it.",
    "condition.way.key": "By a new key",
    "condition.way.key.about": "The other offices decide by their majority that this office goes on with a new key. It"
    " keeps its name, its history and its records; with the old key nothing is ever signed again.",
    "condition.way.key.act": "An administrator of another office records “{act}”, change “{change}”, with this office's new"
    " card; the offices vote, and the key is in force from the next period on.",
    "condition.way.key.not-yet": "The rules of this network do not hold that act yet: ask your administrator.",
    "condition.key.officer": "Who signs the new card",
    "condition.key.officer-secret": "Passphrase of that person",
    "condition.key.office-secret": "Passphrase of the office",
    "condition.key.make": "Ma&ke the new key and its card…",
    "condition.key.title": "Where to put the card",
    "condition.key.busy": "The key is being made and locked; this takes a few seconds…",
    "condition.key.done": "The card is {path}. Give it to an administrator of another office, who proposes it on the page"
    " Changes. Until the offices have voted nothing changes here.",
    "condition.way.votes": "By the votes of the others",
    "condition.way.votes.about": "Meet the other offices, or read their files from a stick, until this copy holds the votes"
    " of the majority. The office then signs again by itself.",
    "condition.way.reopen": "By itself, in a moment",
    "condition.way.reopen.about": "Muniment opens this office again with its new key as soon as nothing is under way;"
    " what is being written stays. If this page is still here after a minute, close Muniment and start it again.",
    "condition.way.return": "By being taken in again",
    "condition.way.return.about": "The other offices can vote to take this office in again, with a new card. Everything"
    " that it holds can be read and verified meanwhile.",
    "condition.way.other": "On the other computer",
    "condition.way.other.about": "The computer with the new key signs for this office. This copy goes on reading and passing"
    " on; when nobody needs it any more, its disk can be erased.",
    "condition.way.repair": "By repairing the copy",
    "condition.way.repair.about": "Everything that can still be read is put together anew and verified; what is missing comes"
    " from a backup or from the other offices. Nothing is made up, and what is on the disk now is kept aside.",
    "condition.way.copy": "By another office's copy",
    "condition.way.copy.about": "Nothing of this office's own acts could be read any more. If a meeting ends with the words"
    " that the other office cannot pass on the first acts, ask it for a copy of the register (there: Offices, “Let an"
    " office join…”), choose that file here and type the number of the register state. The rest comes by meeting.",
    "condition.repair": "&Repair this copy…",
    "condition.way.restore": "By a backup",
    "condition.way.restore.about": "Close Muniment, start it again and choose “Restore a backup” where it asks for the"
    " passphrase. What is on the disk is kept aside, nothing is deleted.",
    "condition.meet": "&Meet other offices…",
    # A register that stands still
    "condition.stopped": "The common register stands still here",
    "condition.stopped.what": "After mark {number} of the common order {names} have signed another state of the register"
    " than this office's copy works out. That many offices do not err together, so one of the copies is wrong, perhaps"
    " this one. From there on nothing is entered in the common register at this office.",
    "condition.stopped.lost": "Nothing was lost. This office goes on signing and countersigning; its extracts say how far"
    " an act has come.",
    "condition.stopped.wait": "Wait with everything that waits for the common register: payouts, awards, certificates.",
    "condition.stopped.compare": "Telephone these offices and an office that is not among them, and compare the numbers"
    " under Technical details.",
    "condition.stopped.ours-wrong": "If only this office differs, its copy is damaged: tell your administrator, and"
    " restore a backup from before.",
    "condition.stopped.theirs-wrong": "If the others differ among themselves, tell all administrators: keep every copy as"
    " it is, until it is known whose is wrong.",
    "condition.next": "What to do now",
    "condition.technical": "&Technical details",
    "condition.technical.code": "Reason",
    "condition.technical.ours": "State root here",
    "condition.technical.of": "State root signed by {office}",
    # Too few awake
    "condition.reserve": "Offices that are away",
    "condition.reserve.what": "The common register goes on while {quorum} of {witnesses} offices take part. Not heard of"
    " for long: {names}.",
    "condition.reserve.call": "Ask them to start Muniment and to meet another office, or carry a file on a stick to them.",
    "condition.reserve.dormancy": "An office that stays away for long can be put to rest by the majority while there is"
    " still one; it is woken the same way. Who is away never changes what a majority is.",
    "condition.tolerance": (
        "With one office nobody else countersigns: a network of four or more cannot be misled by one dishonest office.",
        "With {count} offices nobody may be dishonest: one of them could mislead the others. Four or more tolerate one.",
    ),
    # An office that wrote twice
    "fork.what-happened": "What &happened…",
    "fork.what-happened.which": "What happened at {office}",
    "fork.title": "{office} wrote twice",
    "fork.back": "&Back to the offices",
    "fork.what": "What happened",
    "fork.what.text": "The computer of {office} has signed two different entries under one number, No.\u00a0{seq}. An"
    " honest office writes each number once. A copied disk or a restored backup can do this as well as a dishonest hand;"
    " both leave this proof.",
    "fork.branch": (
        "{which} No.\u00a0{seq}, its clock says {clock}: one act",
        "{which} No.\u00a0{seq}, its clock says {clock}: {count} acts",
    ),
    "fork.branch.bare": "{which} No.\u00a0{seq}, its clock says {clock}: no act",
    "fork.branch.not-held": "{which} No.\u00a0{seq}, its clock says {clock}: only its signature is here",
    "fork.first": "One",
    "fork.second": "The other",
    "fork.lost": "Is anything lost?",
    "fork.lost.standing": (
        "One act of this office stands: the majority had confirmed it.",
        "{count} acts of this office stand: the majority had confirmed them.",
    ),
    "fork.lost.none": "No act of it is void so far as this office's copy knows.",
    "fork.lost.void": (
        "One act counts nowhere. It stays on record as not entered:",
        "{count} acts count nowhere. They stay on record as not entered:",
    ),
    "fork.lost.own": "Acts of all other offices are untouched.",
    "fork.next": "What to do now",
    "fork.next.papers": "Do not rely on papers of {office} that the majority has not confirmed; verify each one.",
    "fork.next.lodge": "Tell the applicants of the void acts to lodge them again at another office with the same"
    " documents.",
    "fork.next.key": "{office} may go on with a new key, once the majority of the other offices has decided so.",
    "fork.next.save": "Save the proof and give it to your administrator, or to a court: anybody who has the network's"
    " charter can check it, without trusting this office.",
    "fork.next.own": "This is your own office. Stop using this copy, find out where another copy of its disk or a restored"
    " backup is at work, and tell your administrator.",
    "fork.save": "&Save the proof…",
    "fork.save.title": "Where to put the proof",
    "fork.save.name": "proof-{office}.evidence",
    "fork.show": "Show in the &ledger",
    # A backup that is put back
    "welcome.restore": "&Restore a backup…",
    "welcome.restore.about": "This office was on another computer, or on this one before: put its newest backup here.",
    "unlock.restore": "&Restore a backup…",
    "restore.title": "Restore a backup",
    "restore.about": "The backup's file and the office's passphrase bring everything back that was recorded when the"
    " backup was made. What was signed after it comes back from the other offices.",
    "restore.about-in-place": "This folder holds an office already. What is there now is kept aside, nothing is deleted."
    " As long as this computer remembers what it signed last, the office signs again as soon as the other offices have"
    " given all of it back; else they give it a new key.",
    "restore.path": "Backup file",
    "restore.choose.title": "The backup",
    "restore.restore": "&Restore",
    "restore.busy": "The backup is being unpacked and checked…",
    # Backups
    "backup.title": "Backups",
    "backup.none": "No backup was written on this computer yet.",
    "backup.last": "Last backup: {when}, {path}.",
    "backup.old": ("That is a day ago.", "That is {count} days ago."),
    "backup.write": "&Back up now…",
    "backup.check": "Check &everything kept here",
    "backup.choose.title": "Where the backup goes",
    "backup.choose.name": "office.backup",
    "backup.busy": "The backup is being written and read back…",
    "backup.checking": "Everything that this office keeps is being verified…",
    "backup.secret": "Passphrase of the office when the backup was written",
    "backup.try": "Try a back&up…",
    "backup.try.title": "The backup to try",
    "backup.try.about": "To try a backup is to restore it into a folder that is thrown away: it tells what would come"
    " back, and nothing here changes.",
    "backup.trying": "The backup is being opened and everything in it verified…",
    "backup.undated": "an unknown day",
    "today.back-up": "&Back up…",
    # Repairing a damaged copy
    "unlock.repair": "Re&pair…",
    "repair.title": "Repair the copy of the register",
    "repair.about": "The copy on this disk is put together anew from all that can still be read of it; what cannot comes from"
    " a backup or from other offices. Nothing is made up and nothing is deleted: what is there now is kept beside it.",
    "repair.backup": "A backup that may help, or another office's new copy of the register (optional)",
    "repair.repair": "&Repair",
    "repair.join": "&Join again and repair",
    "repair.open": "&Open the office",
    "repair.busy": "Reading and verifying – {count} parts so far…",
    "repair.closing": "The office is being closed…",
    # What a repair could not bring back
    "repair.lost.look": "the list of looks",
    "repair.lost.draft": "drafts",
    "repair.lost.draft_subject": "what drafts are about",
    "repair.lost.shared_draft": "drafts shared with other offices",
    "repair.lost.sealed_key": "keys of sealed fields",
    "repair.lost.sealed_envelope": "keys on their way to other offices",
    "repair.lost.paper": "the list of scans",
    "repair.lost.paper_chunk": "scans",
}
