"""Troubles of daily work: rules and tables, import, reading, drafts, signing, the demonstration."""

from desktop.wording.catalogue import Trouble
from desktop.wording.english.keeping import KEPT, SAFE, UNWRITTEN

WORKING = {
    # Laws, tables, import
    "bad-law": Trouble(
        "The rules of the register in this charter cannot be used by this Muniment.",
        KEPT,
        "Install the newest Muniment, or ask the founder.",
    ),
    "not-a-law": Trouble("This file holds no rules of a register.", KEPT, "Choose a file of rules."),
    "law-refused": Trouble(
        "The rules of a register in {path} cannot be used. Faults found: {count}.",
        UNWRITTEN,
        "Correct the lines named and check the file again.",
    ),
    "unknown-law": Trouble(
        "This network has no rules of a register named {law}.", UNWRITTEN, "Choose one of those in the charter."
    ),
    "unknown-procedure": Trouble(
        "The rules of the register know no act named {procedure}.", UNWRITTEN, "Choose one of those they name."
    ),
    "not-a-table": Trouble(
        "This file is no table that can be read (CSV in UTF-8).", UNWRITTEN, "Save it as CSV and try again."
    ),
    "not-a-map": Trouble(
        "The file that says which column is which cannot be used ({detail}).", UNWRITTEN, "Correct it and try again."
    ),
    "table-encoding": Trouble(
        "The table is not written in UTF-8.", UNWRITTEN, "Save it again as CSV in UTF-8 and try again."
    ),
    "table-row-differs": Trouble(
        "Row {row} of the table has {cells} cells, but the first row names {columns} columns.",
        UNWRITTEN,
        "Correct the row and try again.",
    ),
    "table-row-broken": Trouble(
        "Row {row} of the table cannot be read: a quotation mark is not closed or a cell is too long.",
        UNWRITTEN,
        "Correct the row and try again.",
    ),
    "table-row-encoding": Trouble(
        "Row {row} of the table is not written in UTF-8.",
        UNWRITTEN,
        "Save the table again as CSV in UTF-8 and try again.",
    ),
    "row-repeated": Trouble(
        "Row {row} has the same key as row {first}.", UNWRITTEN, "Remove one of them, or correct its key."
    ),
    "formula-cell": Trouble(
        "The cell {field} holds a formula, which a spreadsheet would run: {text}",
        UNWRITTEN,
        "Replace it with the value that it stands for.",
    ),
    "word-unknown": Trouble(
        "The map has no word for {text}, which stands for {field}.", UNWRITTEN, "Add it to the map, or correct the row."
    ),
    "imported-before": Trouble(
        "This very table was imported here before: {acts} acts.",
        "They stand, each once; nothing was written now.",
        "Import only rows that are new.",
    ),
    "columns-missing": Trouble("The table lacks columns: {columns}.", UNWRITTEN, "Add them, or correct the map."),
    "rows-refused": Trouble(
        "Rows refused: {refused}. The first is row {row}: {why}",
        "Nothing was written: either all rows are recorded or none.",
        "Correct the rows and try again.",
    ),
    "row-too-large": Trouble("The row is too large for one act.", UNWRITTEN, "Shorten its texts and try again."),
    "act-refused": Trouble("{why}", "Nothing was recorded.", "Correct the act and send it again."),
    "record-not-found": Trouble("There is no record {key} in this office's copy.", UNWRITTEN, "Look at the number."),
    "unknown-field": Trouble("There is no field {field}.", UNWRITTEN, "Correct the map."),
    "unreadable-value": Trouble(
        "What stands for {field} could not be read: {text}.", UNWRITTEN, "Correct the row and try again."
    ),
    "signers-differ-from-map": Trouble(
        "The officers named are not those that the map asks for.", UNWRITTEN, "Name the officers in the map's order."
    ),
    "batch-full": Trouble("These acts are too many for one signature.", UNWRITTEN, "Sign them in smaller batches."),
    "partly-recorded": Trouble(
        "{known} of these {acts} acts are already recorded.", "They stay recorded once.", "Remove them and try again."
    ),
    # Reading
    "unknown-act": Trouble("This office's copy does not hold that act.", SAFE, "Meet an office that does."),
    "unknown-record": Trouble("This office's copy does not hold that record.", SAFE, "Meet an office that does."),
    "unknown-block": Trouble("This office's copy does not hold that batch of acts.", SAFE, "Meet an office that does."),
    "no-evidence": Trouble("Nothing proves that this office has signed twice.", SAFE, "There is nothing to do."),
    # Drafts
    "casefile-worker-died": Trouble(
        "The part of Muniment that keeps drafts had to be restarted.",
        "Your last change was not taken; all before it is kept.",
        "Type it again.",
    ),
    "casefile-damaged": Trouble(
        "This draft cannot be read any more.", "Nothing signed is touched by this.", "Start the act anew."
    ),
    "casefile-too-large": Trouble("The draft has become too large.", "It is kept as it was.", "Remove some rows."),
    "casefile-value": Trouble("The draft cannot hold this value.", "It is kept as it was.", "Correct the field."),
    "casefile-path": Trouble("The draft has no such field.", "It is kept as it was.", "Open the draft anew."),
    "casefile-no-such-row": Trouble(
        "Somebody has removed this row meanwhile.",
        "Nothing else of the draft was changed.",
        "Add the row again if it is needed.",
    ),
    "casefile-request": Trouble(
        "The draft could not be changed this way.", "It is kept as it was.", "Open the draft anew."
    ),
    "casefile-not-kept": Trouble(
        "The draft could not be kept.",
        "What was kept before is still there.",
        "Look whether the disk is full, and type again.",
    ),
    # Signing in the window
    "form-incomplete": Trouble(
        "Some fields are empty or cannot be read: {fields}.",
        "The draft is kept.",
        "Fill in the fields that are marked.",
    ),
    "signer-missing": Trouble("No officer was chosen for a signature.", "The draft is kept.", "Choose who signs."),
    "no-screen": Trouble(
        "There is no screen here, so no window can open.",
        SAFE,
        "Use a command instead, such as muniment demo --headless; see muniment --help.",
    ),
    "self-test-needs": Trouble("This step needs another one that failed: {step}.", SAFE, "See the other step."),
    "demonstration-failed": Trouble(
        "The demonstration stopped at this step: {step}. {why}",
        "It uses folders of its own: no office of yours was touched.",
        "Try it again.",
    ),
}
