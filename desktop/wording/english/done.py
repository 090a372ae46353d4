"""What was done, said by commands and by the window."""

DONE = {
    "done": "Done.",
    "interrupted": "Stopped at your request. Nothing was lost; what was recorded before stays recorded.",
    "office-created": "The office is made. Its card is {path}: give this file to whoever founds the network.",
    "network-founded": "The network is founded. Its charter is {path}, with {offices} offices: give this file to each of"
    " them. Its number is {network}.",
    "network-founded-no-tolerance": "The network is founded. Its charter is {path}, with {offices} offices: give this"
    " file to each of them. Its number is {network}. With fewer than four offices one dishonest office can mislead the"
    " others; four or more are better.",
    "network-entered": "This office now belongs to {name}, with {offices} offices. The network's number is {network}:"
    " compare it with the other offices, by telephone or on paper.",
    "backup-written": "The backup is {path}. It was read back and is whole. It opens only with this office's passphrase.",
    "backup-tried": "This backup is whole: it was written on {when} and holds {acts} acts. Everything in it was verified.",
    "copy-checked": "Everything that this office keeps was verified: {acts} acts. Nothing is damaged.",
    "copy-repaired": "The copy is put together anew, with {acts} acts. What was there is kept beside it.",
    "copy-repaired-lacking": "Parts that could not be read any more: {bad}; parts that wait for them: {waiting}. Nothing was"
    " made up for them. Meet another office, or repair again with a backup: the rest comes from there.",
    "copy-repaired-empty": "None of its acts could be read. Meet the other offices. If they cannot pass on the first acts, ask"
    " one for a copy of the register and repair again with it: in the window under what asks for attention, or by muniment"
    " repair --copy FILE --checkpoint NUMBER.",
    "copy-repaired-lost": "Of what only this office keeps, this did not come whole: {names}. A backup may hold it.",
    "backup-restored": "The office is restored into {path}. It may read and pass on, but not sign, because the lost"
    " computer may have signed something that this copy does not hold.",
    "backup-restored-in-place": "The office is restored into {path}; what was there is kept aside. This computer remembers"
    " what it signed last: the office signs again as soon as the other offices have given all of it back.",
    "import-judged": "{acts} rows were judged and none was refused. Nothing was written: this was a trial.",
    "import-written": "{acts} rows were recorded, each as an act of its own.",
    "import-went-on": "{done_before} rows had been recorded by an import that was cut short; it was gone on with.",
    "import-unusual": "Not simply entered: {what}. Each is listed with its reason.",
    "law-checked": "These rules of the register can be used: {name}, version {version}.",
    "act-waits": "Waits for the common order – {act}: {why}.",
    "act-may-wait": "May wait for the common order – {act}: {why}.",
    "law-relies-alone": "Not looked at, because those rules are not here: {registers}. Acts that read them are refused until "
    "the network has such rules too.",
    "no-act-waits": "No act waits for the common order: the competent office decides each alone.",
    "decisions-wait": "Waits for the common order – a request and its entry: which came first, and whether the term was"
    " kept, only the common order tells.",
    "courier-written": "The file {path} is written. Carry it to the offices it is for.",
    "courier-read": "The file was read. New batches of acts in it: {blocks}.",
    "asked-of-us": "Acts of other registers ask this office: {count}.",
    "asked-by-us": "Acts of this office ask of other registers: {count}.",
    "asked-line": "  {reference}  {words}",
    "question-left": "Left, as No. {seq} of this office. The office whose act asks learns of it at the next meeting.",
    "met": "The exchange is finished. Batches of acts that came: {received}, that went: {sent}.",
    "not-passed-on-lacking": "{office} knows newer acts of {offices} that it cannot pass on: it joined when they were long"
    " settled and never had their text. Nothing is lost. Meet another office that keeps them, or take the register over"
    " with a copy from {office}: “Repair” where the passphrase is asked for, or muniment repair --copy.",
    "not-passed-on-withheld": "This computer knows newer acts of {offices} that it cannot pass on to {office}: it joined"
    " when they were long settled and never had their text. Nothing is lost. {office} gets them from another office, or"
    " takes the register over with a copy from here.",
    "nothing-new": "Both offices already held the same. Nothing had to be exchanged.",
    "demonstration-finished": "The demonstration is finished. Its pictures and papers are in {path}.",
    "article": "article {article}",
    "evidence-written": "The proof that {office} has signed two different histories is {path}. Anybody who has the"
    " network's charter can check it with Muniment.",
    "audit-written": "Everything signed is in {path}: {blocks} batches of acts, and the {anchors} decisions on their"
    " common order. Every act is in it, readable by anybody, with all names and numbers: give it only to whom the law"
    " lets read the register. No key is in it.",
    "facts-to-compare": "The code was signed as it says. A picture cannot prove its visible text: compare what was signed,"
    " below, with the paper, word by word. Nothing proves what is not among it, such as the words of its box.",
    "record-proof-written": "The proof of what the common register says of the record is {path}. Anybody can check it with"
    " Muniment.",
    "record-proven": "This proves what the common register said of the record in its state No. {number}. Whether a later"
    " act has changed it since, any office of the network can tell.",
    "fork-proven": "This proves that {office} has signed two different histories.",
    "valid": "What was signed stands on this paper unaltered. Its box was not signed: what is known of each of its lines"
    " is said below.",
}
