"""Making a recovery kit: drawn, printed, proved by typing two of its words back, and only then the office's kit.

Until it is proved nothing on the disk has changed and an earlier kit still opens: a printer that ate the paper costs
nobody his keys. From then on the box is sealed for the new kit, and the earlier one opens only what it was left with:
boxes in backups of its time, and its own paper. Whoever fears that an earlier kit was read makes a new kit, changes
the key of the copy (core/custody/rekeying.py), and has a new key voted for the office (core/renewing.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom

from core.crypto.keyfile import open_keys
from core.crypto.signing import verify
from core.custody.box import KitKey, content_mark, kit_number, number_text, seal_box
from core.custody.keys import KIT_PAPER, KIT_PUBLIC, boxed, write_node_keys
from core.custody.shares import SEED_BYTES, split
from core.custody.sheet import Sheet
from core.data_folder import Folder, read_bounded
from core.errors import MunimentError
from core.ledger.charter import decode_card, decode_charter

ASKED_WORDS = 2


@dataclass(frozen=True)
class Asked:
    """One word that is typed back."""

    sheet: int  # from 1
    place: int  # of the word, from 1


@dataclass(frozen=True)
class DrawnKit:
    """A kit that is on no disk yet."""

    key: KitKey = field(repr=False)
    sheets: tuple[Sheet, ...] = field(repr=False)
    needed: int
    mark: bytes = field(repr=False)  # of the box on its sheets
    asked: tuple[Asked, ...]

    @property
    def number(self) -> str:
        return number_text(kit_number(self.key.public))

    def prove(self, words: Sequence[str]) -> None:
        """Raises `kit-not-proved` (facts: sheet, place) for the first word that is not the one on the paper."""
        for asked, typed in zip(self.asked, words, strict=True):
            if typed.strip().lower() != self.sheets[asked.sheet - 1].words.split()[asked.place - 1]:
                raise MunimentError("kit-not-proved", sheet=asked.sheet, place=asked.place)


def draw_kit(
    folder: Folder,
    passphrase: str,
    needed: int = 1,
    sheets: int = 1,
    random_bytes: Callable[[int], bytes] = urandom,
) -> DrawnKit:
    """A kit of so many sheets, any `needed` of which restore the office's keys. Writes nothing.

    Raises `kit-shares-impossible` and the refusals of `open_keys`.
    """
    key = KitKey(random_bytes(SEED_BYTES))
    texts = split(key.seed, needed, sheets)
    contents = boxed(folder, open_keys(read_bounded(folder.node_key), passphrase).secrets)
    box = seal_box(key.public, contents)
    asked = _draw_asked(len(texts), len(texts[0].split()), random_bytes)
    return DrawnKit(key, tuple(Sheet(text, box) for text in texts), needed, content_mark(key.public, contents), asked)


def keep_kit(folder: Folder, passphrase: str, kit: DrawnKit, typed: Sequence[str]) -> None:
    """From now on this is the office's kit; durable on return. Raises `kit-not-proved` and what `draw_kit` raises."""
    kit.prove(typed)
    keys = open_keys(read_bounded(folder.node_key), passphrase)
    secrets = {**keys.secrets, KIT_PUBLIC: kit.key.public, KIT_PAPER: kit.mark}
    write_node_keys(folder, secrets, passphrase, keys.cost, floor=keys.cost)


def office_name(folder: Folder) -> str:
    """As its card says; of an office whose card is gone, its network's name. Raises `no-office-here`."""
    if folder.card.exists():
        return decode_card(read_bounded(folder.card), verify).name
    if folder.charter.exists():
        return decode_charter(read_bounded(folder.charter), verify).name
    raise MunimentError("no-office-here", path=str(folder.path))


def _draw_asked(sheets: int, words: int, random_bytes: Callable[[int], bytes]) -> tuple[Asked, ...]:
    """Two words at places that nobody foresees, of two sheets where there are two."""
    asked: list[Asked] = []
    sheet = int.from_bytes(random_bytes(8), "big") % sheets
    while len(asked) < ASKED_WORDS:
        one = Asked(sheet + 1, int.from_bytes(random_bytes(8), "big") % words + 1)
        if one not in asked:
            asked.append(one)
            sheet = (sheet + 1) % sheets
    return tuple(asked)
