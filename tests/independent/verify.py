"""Verify a directory written by `muniment export-audit`: python verify.py DIR. Exit 0 if everything holds, else 1.

It needs Python 3.11 and PyNaCl and nothing of the project: whoever doubts the application copies this file and the
folder `auditing` beside it, or writes another from FORMAT.md, FINALITY.md and AUDIT.md in core/ledger/. It computes
everything that follows from the signed blocks and compares it with what the exporting office claims. What the laws make
of an act it does not judge.
"""

import sys

from auditing.report import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
