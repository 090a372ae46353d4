"""Writing who looked at what to a file, for an auditor: checked before, and from then on it may make room.

One JSON object a line, in the order in which the looks happened. The file is as sensitive as the log: it is readable by
whoever holds it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from core.errors import MunimentError
from core.people.actions import Action
from core.replica import Replica
from core.store.files import stream_durably
from core.store.looks import Look

_LOOKS_A_READ = 1_000


def export_looks(replica: Replica, target: Path) -> int:
    """How many; durable on return. Raises `file-exists`, `looks-damaged`, `disk-full`, `file-not-written`, and what
    `require` raises.
    """
    replica.people.require(Action.READ_LOOKS)
    if target.exists():
        raise MunimentError("file-exists", path=str(target))
    looks = replica.store.looks
    looks.verify()
    told = 0
    last = 0

    def lines() -> Iterator[bytes]:
        nonlocal told, last
        while page := looks.page(last, _LOOKS_A_READ):
            for look in page:
                yield json.dumps(facts_of(look), ensure_ascii=False).encode() + b"\n"
            told, last = told + len(page), page[-1].number

    stream_durably(target, lines())
    looks.mark_exported(last)
    return told


def facts_of(look: Look) -> dict[str, object]:
    """A look as plain values; the subject in hexadecimal digits."""
    return {**asdict(look), "roles": look.roles.split(","), "subject": look.subject.hex()}
