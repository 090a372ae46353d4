"""What the code on a sheet of a recovery kit holds: the sheet's words, and the kit's box.

    offset  bytes  content
         0      4  "MuK" and the version, 1
         4      2  length of the words, big endian
         6      …  the words, ASCII, one space between two
         …      …  the box (core/custody/box.py), or nothing where it has no room on paper

With the box on the sheet, enough sheets restore an office's keys where neither its computer nor a backup is left.
"""

from dataclasses import dataclass, field

from core.custody.box import box_number
from core.custody.shares import SHARE_WORDS, share_of
from core.errors import MunimentError

MAGIC = b"MuK\x01"
CODE_BYTES = 2331  # what one symbol of level M holds (ISO/IEC 18004:2015, table 7)
_WORDS_AT = len(MAGIC) + 2


@dataclass(frozen=True)
class Sheet:
    words: str = field(repr=False)
    box: bytes | None = field(default=None, repr=False)


def pack_sheet(sheet: Sheet) -> bytes:
    """The content of the sheet's code; the box is left out where the two are too long for one symbol."""
    words = sheet.words.encode("ascii")
    head = MAGIC + len(words).to_bytes(2, "big") + words
    box = sheet.box or b""
    return head + box if len(head) + len(box) <= CODE_BYTES else head


def unpack_sheet(content: bytes) -> Sheet:
    """Raises `not-a-kit-sheet`, `kit-words-wrong`, and the refusals of `box_number`."""
    if not content.startswith(MAGIC) or len(content) > CODE_BYTES:
        raise MunimentError("not-a-kit-sheet")
    end = _WORDS_AT + int.from_bytes(content[len(MAGIC) : _WORDS_AT], "big")
    try:
        words = content[_WORDS_AT:end].decode("ascii")
    except UnicodeDecodeError:
        raise MunimentError("not-a-kit-sheet") from None
    if end > len(content) or len(words.split(" ")) != SHARE_WORDS:
        raise MunimentError("not-a-kit-sheet")
    share_of(words)
    box = content[end:] or None
    if box is not None:
        box_number(box)
    return Sheet(words, box)
