"""An office's data folder: which file is what.

node.key            node seed and database key, sealed under the office's passphrase
node.kit            the keys once more, in a box that only the recovery kit opens (core/custody/box.py)
officers/<n>.key    each officer's seed, sealed under that officer's own passphrase
card.office         the office card, for the founder
charter             the charter, once the office belongs to a network
replica.db          the encrypted replica
intent.log          the high-water mark outside the database, with the block that is being signed
archive.sealed      settled payloads that left the database (core/pruning.py)
repair-made/        a replica put together anew that is about to take the place of a damaged one (core/repairing.py)
before-repair-<n>/  what a repair found: nothing is deleted
before-restore-<n>/ what a restore in place found
rekeyed-unused-<n>  a copy under another key that no key file knows (core/custody/rekeying.py)
opened-scans/       copies of scans for other programs; gone with a lock, an end or the next start
intent-<key>.log    the same for a later key of this office (core/renewing.py)
"""

from dataclasses import dataclass
from pathlib import Path

from core.errors import MunimentError

MAX_FILE_BYTES = 64 << 20


@dataclass(frozen=True)
class Folder:
    """Paths inside a data folder."""

    path: Path

    @property
    def node_key(self) -> Path:
        return self.path / "node.key"

    @property
    def kit_box(self) -> Path:
        return self.path / "node.kit"

    @property
    def card(self) -> Path:
        return self.path / "card.office"

    @property
    def charter(self) -> Path:
        return self.path / "charter"

    @property
    def replica(self) -> Path:
        return self.path / "replica.db"

    @property
    def archive(self) -> Path:
        return self.path / "archive.sealed"

    @property
    def intent(self) -> Path:
        return self.path / "intent.log"

    def later_intent(self, node_key: bytes) -> Path:
        """Of a key that came after the first."""
        return self.path / f"intent-{node_key.hex()[:16]}.log"

    def intent_of(self, node_key: bytes) -> Path:
        later = self.later_intent(node_key)
        return later if later.exists() else self.intent

    def officer_key(self, number: int) -> Path:
        return self.path / "officers" / f"{number}.key"

    def standing(self) -> str:
        """`empty`, `office` (a card, no network yet) or `member`."""
        if self.charter.exists():
            return "member"
        return "office" if self.card.exists() else "empty"


def read_bounded(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """A whole file of at most `limit` bytes. Raises `file-not-found`, `file-not-read`, `too-large`."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise MunimentError("too-large", bytes=size, limit=limit)
        return path.read_bytes()
    except FileNotFoundError:
        raise MunimentError("file-not-found", path=str(path)) from None
    except OSError:
        raise MunimentError("file-not-read", path=str(path)) from None
