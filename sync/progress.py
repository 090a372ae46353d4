"""How far a meeting is, in numbers that only grow."""

from dataclasses import dataclass, field

PROGRESS_EVERY_S = 0.25  # a window wants to know a few times a second, not for each block


@dataclass
class Progress:
    """Counts so far. Bytes are those of messages with their length prefix, before TLS."""

    blocks_sent: int = 0
    blocks_received: int = 0
    blocks_new: int = 0  # of those received, committed here for the first time
    blocks_aside: int = 0
    blocks_expected: int = 0  # to be received, as far as the vectors tell
    acts_expected: int = 0  # to be received, as the other side says before it begins
    bytes_expected: int = 0  # likewise
    acts_planned: int = 0  # what this side said that it will send
    bytes_planned: int = 0  # likewise
    blocks_written: int = 0  # by this node under the writing rule
    bytes_sent: int = 0
    bytes_received: int = 0
    papers_new: int = 0  # scans that are whole now
    papers_refused: dict[bytes, str] = field(default_factory=dict)  # digest → code
    paper_bytes: int = 0  # of scans, received
    paper_bytes_expected: int = 0
    drafts_new: int = 0  # case files that came for the first time
    drafts_changed: list[bytes] = field(default_factory=list)  # ids of case files of which something came
    forks: set[int] = field(default_factory=set)  # authors whose fork this meeting proved
    # Authors of whom one side knows blocks that it could not pass on: their content is not on its computer any more.
    lacking: set[int] = field(default_factory=set)  # the peer told of them, and they did not come
    withheld: set[int] = field(default_factory=set)  # we know of them, and the peer does not have them

    def copy(self) -> "Progress":
        """As it is now, for another thread."""
        held = {name: type(value)(value) for name, value in vars(self).items()}
        return Progress(**held)
