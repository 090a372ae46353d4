"""Running tasks on a disk that fails, and looking at what is left; for the tests and for the long run."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.backup import write_backup
from core.crypto.keyfile import open_keys
from core.errors import MunimentError
from core.folder import Folder, open_office
from core.restoring import with_passphrase
from core.trying import try_backup
from tests.kills.cases import BACKUP_FILE, NEW_PASSPHRASE, PASSPHRASE
from tests.kills.kept import KeptFolder
from tests.kills.test_kills import ROOT, Desk, Ending, check, working_desk
from tests.offices import StepClock

SOURCE = Path(__file__).with_name("faults.c")
KINDS = {"count": 0, "io": 1, "full": 2, "short": 3, "sync": 4, "kill": 5}
TASKS = ("work", "backup", "restore-backup", "rekey", "passphrase", "renew")
# What a person is told of a disk: each has a sentence of its own.
TOLD = {
    "disk-full",
    "disk-failed",
    "file-not-written",
    "file-not-read",
    "replica-damaged",
    "intent-not-kept",
    "quarantine",
}


@dataclass(frozen=True)
class FaultedEnding(Ending):
    errors: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)  # with `count`: each, as in `write /replica.db-wal`
    log: list[str] = field(default_factory=list)  # what was called, and what was told, in order

    def unsynced(self) -> list[str]:
        """With `count`: files that were renamed while what was written to them, or an earlier name in their folder, was
        on no disk yet, and files and folders whose content or names were on none when something was told. A kill does not show that; a power cut
        would.
        """
        changed, found = set[str](), list[str]()
        for line in self.log:
            word, _, rest = line.partition(" ")
            call, _, path = rest.partition(" ")
            if word != "call":
                found += [f"{path or '/'} at {line}" for path in sorted(changed)]
            elif call == "write":
                changed.add(path)
            elif call in ("sync", "remove"):
                changed.discard(path)
            else:  # it has another name from now on
                folder = path.rpartition("/")[0]
                found += [f"{one or '/'} at {line}" for one in (path, folder) if one in changed]
                changed.add(folder)
        return found


class Faulting:
    """The process that runs one case after another under the library."""

    def __init__(self, folder: Path) -> None:
        library = folder / "faults.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.faulted"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "LD_PRELOAD": str(library)},
        )

    def run(self, desk: KeptFolder, task: str, kind: str, at: int) -> FaultedEnding:
        """On the desk as it was kept. With `count`, or `sync` at 0, nothing fails and the calls are counted."""
        desk.put_back()
        if task != "restore-backup":
            (desk.folder.path / BACKUP_FILE).unlink(missing_ok=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        at = at or 1 << 40
        self._process.stdin.write(json.dumps([str(desk.folder.path), task, KINDS[kind], at]) + "\n")
        told, log = defaultdict[str, list[str]](list), list[str]()
        for line in self._process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "end":
                status, passed = map(int, rest.split())
                return FaultedEnding(told["done"], status, passed, told["error"], told["crash"], told["call"], log)
            log.append(line.strip())
            if word in ("error", "crash", "call"):
                told[word].append(rest)
            else:
                told["done"].append(line.strip())
        raise AssertionError("the process itself has ended")

    def boundaries_of(self, desk: KeptFolder, task: str) -> list[int]:
        """Numbers of the calls to be killed at: of each kind the first, the one in the middle and the last. Of one kind
        are those that do the same with the same file after the same call: a copy writes hundreds of pages one like
        another, and one that is cut at any of them is thrown away.
        """
        kinds, before = defaultdict[tuple[str, str], list[int]](list), ""
        for number, call in enumerate(self.run(desk, task, "count", 0).calls, 1):
            kinds[before, call].append(number)
            before = call
        return sorted({place for same in kinds.values() for place in (same[0], same[len(same) // 2], same[-1])})

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(10) == 0


def prepared(path: Path) -> Desk:
    """An office with a backup."""
    desk = working_desk(path)
    opened = open_office(desk.folder, PASSPHRASE, StepClock())
    write_backup(desk.folder, opened.office, path / BACKUP_FILE)
    opened.office.close()
    desk.keep()
    return desk


def require_told(ending: FaultedEnding, why: str) -> None:
    """Every failure was told by a code that has its sentence."""
    assert not ending.crashes, f"{why}: {ending}"
    assert set(ending.errors) <= TOLD, f"{why}: {ending}"


def examine(desk: Desk, task: str, ending: FaultedEnding, why: str) -> None:
    """Nothing acknowledged is lost."""
    why = f"{why}: {ending}"
    backup = desk.folder.path / BACKUP_FILE
    if task == "backup":
        assert backup.exists() or "backed-up" not in ending.done, why
        if backup.exists():
            try_backup(backup, with_passphrase(PASSPHRASE))
    if task == "restore-backup":
        _examine_restored(Folder(desk.folder.path / "new"), ending, why)
    check(
        desk,
        Ending([done for done in ending.done if done.startswith(("act", "block"))], 0, 0),
        why,
        _opening(desk, why),
    )


def _examine_restored(folder: Folder, ending: FaultedEnding, why: str) -> None:
    """A member only when all of it is there."""
    if folder.standing() != "member":
        assert "restored" not in ending.done, why
        return
    office = open_office(folder, PASSPHRASE, StepClock()).office
    assert office.hand.quarantine == "restored", why
    office.close()


def _opening(desk: Desk, why: str) -> str:
    """The one passphrase that opens the key file."""
    found = []
    for passphrase in (PASSPHRASE, NEW_PASSPHRASE):
        with suppress(MunimentError):
            open_keys(desk.folder.node_key.read_bytes(), passphrase)
            found.append(passphrase)
    assert len(found) == 1, why
    return found[0]
