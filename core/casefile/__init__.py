"""Case files: drafts that several people edit, offline too, before they become an act.

A case file is an Automerge document, met in one module (`document`) and run in a child process that may die
(`worker`), because Automerge panics on hostile bytes, and a panic there is no `Exception`. The application
talks to it through `session`: it holds only saved bytes and what they say, and imports no Automerge.

Rules: - What is set is set whole. A sum of money, a day, a party is never merged out of two people's
halves. - A list of maps is a list of *rows*; rows are added and removed, and their fields set, one by one.
- Two who set the same field without knowing of each other: both values are kept and shown, one of them
stands,
  the same one everywhere, until somebody sets the field again. Nothing that was typed is lost by merging.
- A row that one removes while another edits it stays. - Bytes of others are loaded only after their
sender's signature was verified; bytes at rest are sealed by the
  store. This folder keeps no file and writes no log.
"""
