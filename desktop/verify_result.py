"""What verifying a file has found: codes and facts, no sentences."""

from dataclasses import dataclass, field
from typing import Any

_COMPARED = {True: "same", False: "differs", None: "unknown"}


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """`valid`: the proof holds and nothing seen contradicts it.

    Codes of a valid one: `valid`; `facts-to-compare` (a scan or picture: the reader compares `facts` with the
    paper); `record-proven`; `fork-proven`. Of an invalid one: `text-differs` (detail: what), `embedded-data-differs`,
    `rules-missing`, `template-unknown`, `several-receipts`, `symbols-missing`, `damaged-symbol`,
    `evidence-needs-charter`, `evidence-of-another-network` and the codes of `check_receipt`, `check_record_receipt`,
    `check_evidence` and the decoders.
    """

    valid: bool
    code: str
    kind: str  # extract, picture, record or evidence
    facts: tuple[tuple[str, str], ...] = ()  # label and text, all signed
    network: bytes | None = None
    network_known: bool = False
    act: bytes | None = None
    printed: str | None = None  # the ladder's words on the paper: as printed, not proved
    # What follows from the record, as printed, and whether the replica comes to the same for that day; None: not held.
    follows: tuple[tuple[str, bool | None], ...] = ()
    step: str | None = None  # by the code where it proves it; else a replica must say
    proved: bool = False  # whether the file itself proves the step, and `witnesses` are those who countersigned
    outcome: str | None = None
    shared: bool = False  # only the common order decides it, however many have seen it
    witnesses: tuple[str, ...] = ()
    why: str | None = None  # the code of what became of it, where it was not simply entered
    waits_for: str = ""  # of a request that waits: the competent office
    checkpoint: str | None = None  # the certified state of the register that says so: by the code, or by the replica
    erased: tuple[tuple[str, int, str], ...] = ()  # by the replica: label, number of the order, its office
    detail: dict[str, Any] = field(default_factory=dict)


def follows_key(same: bool | None) -> str:
    """Which sentence of the catalogue tells whether the register at hand comes to what is printed."""
    return f"verify.follows-{_COMPARED[same]}"
