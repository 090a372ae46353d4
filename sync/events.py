"""What a service tells its listeners. Plain values; no sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.meeting import MeetingReport
from sync.neighbourhood import Nearby
from sync.progress import Progress


@dataclass(frozen=True)
class NeighboursChanged:
    neighbours: tuple[Nearby, ...]


@dataclass(frozen=True)
class MeetingProgress:
    office: int
    progress: Progress  # a copy, ten times a second at most, and at once when it is known what will come
    seconds_left: float | None = None  # of what is known to come, as far as can be told


@dataclass(frozen=True)
class MeetingEnded:
    report: MeetingReport


@dataclass(frozen=True)
class MeetingFailed:
    """What had arrived before it failed is kept."""

    office: int | None  # None: it is not known who was called on
    address: str
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class PeerRefused:
    """Somebody connected and was no member, or spoke no TLS 1.3."""

    address: str
    code: str


@dataclass(frozen=True)
class ReplicaDamaged:
    """A stored block is not what was signed: the office reads and passes on, and signs nothing."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ActsEntered:
    """How far the acts that the offices have agreed on at once are entered here; seldom, and in the end."""

    entered: int
    acts: int


@dataclass(frozen=True)
class EnteringFailed:
    """They could not be entered, for now; it is tried again by itself."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class CourierProgress:
    """Of a file that is written or read."""

    acts: int  # that are in it
    size: int  # bytes of it, as far as is known
    done: int  # of so many bytes: written, or looked through, or taken in; all of a file that is read is both
    whole: int
    seconds_left: float | None  # None while nothing can be said yet


@dataclass(frozen=True)
class DraftsChanged:
    """A courier file has brought something of case files."""

    drafts: tuple[str, ...]  # ids, hexadecimal


@dataclass(frozen=True)
class OpenedAgain:
    """A new key of this office is in force: the office was closed and opened with it, and signs again."""


@dataclass(frozen=True)
class NotOpenedAgain:
    """It was closed for that and could not be opened; the service has ended."""

    code: str
    facts: Mapping[str, Any]


Event = (
    NeighboursChanged
    | MeetingProgress
    | MeetingEnded
    | MeetingFailed
    | PeerRefused
    | ReplicaDamaged
    | ActsEntered
    | EnteringFailed
    | CourierProgress
    | DraftsChanged
    | OpenedAgain
    | NotOpenedAgain
)
