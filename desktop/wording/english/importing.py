"""Importing a table: how far it is, and what became of rows that are not simply entered."""

IMPORTING_SCREEN = {
    "import.judging": "Read {done} of about {total} rows, about {left} minutes left.",
    "import.writing": "Recorded {done} of {total} rows, about {left} minutes left.",
    "import.outcome.held": ("one row held for a decision", "{count} rows held for a decision"),
    "import.outcome.suspended": ("one row suspended", "{count} rows suspended"),
    "import.outcome.warned": ("one row entered with a warning", "{count} rows entered with a warning"),
    "import.outcome.without_effect": ("one row kept without effect", "{count} rows kept without effect"),
}
