"""Kits for tests: drawn, proved, and brought back as a person brings them."""

from itertools import pairwise
from pathlib import Path

import pypdfium2

from core.custody.making import DrawnKit, draw_kit, keep_kit
from core.custody.passphrases import GivenKit, given_kit
from core.custody.restoring import NewPassphrase
from core.folder import Folder
from tests.folders import CHEAP, OFFICE_SECRET

NEW_SECRET = "the kettle beside the window"


def answers(kit: DrawnKit) -> list[str]:
    """What somebody who holds the paper types."""
    return [kit.sheets[asked.sheet - 1].words.split()[asked.place - 1] for asked in kit.asked]


def make_kit(folder: Folder, needed: int = 1, sheets: int = 1, passphrase: str = OFFICE_SECRET) -> DrawnKit:
    kit = draw_kit(folder, passphrase, needed, sheets)
    keep_kit(folder, passphrase, kit, answers(kit))
    return kit


def bring(kit: DrawnKit, with_boxes: bool = True) -> GivenKit:
    """Whole sheets, or only their words as they were typed."""
    sheets = kit.sheets[-kit.needed :]
    return given_kit(sheets if with_boxes else [type(sheet)(sheet.words) for sheet in sheets])


def new_passphrase(text: str = NEW_SECRET) -> NewPassphrase:
    return NewPassphrase(text, lambda: CHEAP, CHEAP)


def words_on(paper: Path) -> list[list[str]]:
    """The words of each page as a person reads them: numbered, in columns, beside other text."""
    document = pypdfium2.PdfDocument(paper)
    pages = []
    for page in document:
        lines = page.get_textpage().get_text_bounded().split()
        numbered = [(int(one), word) for one, word in pairwise(lines) if one.isdecimal()]
        words = {place: word for place, word in numbered if word.isalpha() and word.islower() and place <= 33}
        pages.append([words[place] for place in range(1, 34)])
    document.close()
    return pages
