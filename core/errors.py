"""Errors that carry facts, never sentences.

A code is kebab-case and stable: tests, peers and `--json` output depend on it.
The sentence a person reads is made in `desktop/wording.py` from the code and the facts.
"""

from typing import Any


class MunimentError(Exception):
    """Base of every expected failure. `code` names it, `facts` hold what a sentence about it needs."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code
