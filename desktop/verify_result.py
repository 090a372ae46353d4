"""What verifying a file has found: codes and facts, no sentences."""

from dataclasses import dataclass, field
from typing import Any

_COMPARED = {True: "same", False: "differs", None: "unknown"}


@dataclass(frozen=True, slots=True)
class AsPrinted:
    """Words of the box that no signature covers: whoever prints can put any there, so each is told as printed."""

    words: str
    same: bool | None = None  # as the code or the replica knows it; None: neither does
    of_day: bool = False  # it follows from the record on the day of printing, and may have changed since

    @property
    def judgement(self) -> str:
        """Which sentence of the catalogue says so."""
        return f"verify.{'follows' if self.of_day else 'printed'}-{_COMPARED[self.same]}"


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
    as_printed: tuple[AsPrinted, ...] = ()  # the box of the paper, the step first
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

    @property
    def box_differs(self) -> bool:
        """Whether a line of the box is known not to be so: genuine facts lend a forged box their credit."""
        return any(one.same is False for one in self.as_printed)
