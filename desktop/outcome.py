"""How a command ends: one outcome, told as a sentence or as one JSON object, and the exit code.

Exit codes: 0 done or valid, 1 refused or invalid, 2 usage, 3 bad input file, 4 locked or wrong passphrase, 5 replica
damaged or rolled back. Errors are sentences on stderr, never a traceback; an unexpected failure says so, with its
kind and place only, because a message could carry what nobody may read.
"""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from desktop.wording import sentence

DONE, REFUSED, USAGE, BAD_INPUT, LOCKED, DAMAGED = range(6)

_USAGE = {
    "bad-answer",
    "bad-change",
    "bad-home",
    "bad-officer",
    "no-recipient",
    "not-a-hash",
    "kit-shares-impossible",
    "simulation-impossible",
    "simulation-unknown",
}
_BAD_INPUT = {
    "file-not-found",
    "file-not-read",
    "file-exists",
    "not-a-backup",
    "not-a-charter",
    "not-an-office-card",
    "bad-card-signature",
    "bad-law",
    "bad-story",
    "no-stories",
    "not-an-extract",
    "not-fork-evidence",
    "not-a-courier-file",
    "not-for-us",
    "other-network",
    "not-a-law",
    "law-refused",
    "not-a-table",
    "columns-missing",
    "table-encoding",
    "table-row-differs",
    "table-row-broken",
    "not-a-map",
    "rows-refused",
    "not-canonical",
    "too-large",
    "too-deep",
    "not-a-key-file",
    "folder-not-empty",
    "audit-folder-not-empty",
    "not-a-kit-sheet",
    "not-a-kit-box",
    "kit-words-wrong",
    "kit-sheets-differ",
    "kit-sheets-missing",
    "kit-box-missing",
    "kit-box-damaged",
    "kit-box-too-new",
    "kit-of-another-box",
    "not-a-snapshot",
    "not-an-invitation",
    "not-a-provisioning-file",
    "provisioning-other-signer",
    "provisioning-field",
    "snapshot-too-new",
    "snapshot-cut-off",
    "snapshot-of-another-network",
    "snapshot-of-another-state",
    "snapshot-differs",
}
_LOCKED = {"wrong-passphrase", "passphrase-missing", "passphrase-unusable", "replica-in-use"}
_DAMAGED = {
    "replica-damaged",
    "replica-from-newer-version",
    "replica-from-older-version",
    "replica-missing",
    "key-file-damaged",
    "key-file-too-new",
    "key-file-cost-absurd",
    "intent-damaged",
    "intent-missing",
    "intent-of-another-node",
    "quarantine",
    "broken-chain",
    "blocks-lost",
    "would-fork",
}


def exit_code(code: str) -> int:
    """The exit code of a refusal."""
    if code in _USAGE:
        return USAGE
    if code in _LOCKED:
        return LOCKED
    if code in _DAMAGED:
        return DAMAGED
    if code in _BAD_INPUT or code.startswith(("courier-", "malformed-")):
        return BAD_INPUT
    return REFUSED


def conclude(action: Callable[[], Mapping[str, Any]], as_json: bool) -> int:
    """Run a command's action and tell its outcome.

    The action returns facts with `message` (a sentence) and, where it has one, `code` and `exit`.
    """
    try:
        facts = dict(action())
    except MunimentError as error:
        return _tell_failure(error.code, sentence(error.code, error.facts), exit_code(error.code), as_json)
    except KeyboardInterrupt:
        return _tell_failure("interrupted", sentence("interrupted", {}), REFUSED, as_json)
    except Exception as error:
        return _tell_failure("unexpected-failure", unexpected(error), REFUSED, as_json)
    exit_with = int(facts.pop("exit", DONE))
    code = facts.pop("code", "done")
    message = facts.pop("message", "")
    if as_json:
        print(json.dumps({"ok": exit_with == DONE, "code": code, "message": message, **facts}, default=_plain))
    if message and (exit_with != DONE or not as_json):
        print(message, file=sys.stdout if exit_with == DONE else sys.stderr)
    return exit_with


def guarded(run: Callable[[], object]) -> None:
    """Run the whole program: what fails outside of a command, such as a broken installation, is told in a sentence."""
    try:
        run()
    except Exception as error:
        print(unexpected(error), file=sys.stderr)
        sys.exit(REFUSED)


def unexpected(error: Exception) -> str:
    """The sentence about a failure that nobody foresaw: its kind and place only."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = {"kind": type(error).__name__, "place": f"{Path(place.filename).name}:{place.lineno}"}
    return sentence("unexpected-failure", where)


def _tell_failure(code: str, message: str, exit_with: int, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"ok": False, "code": code, "message": message}))
    print(message, file=sys.stderr)
    return exit_with


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    return str(value)
