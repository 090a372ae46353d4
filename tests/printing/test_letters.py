"""Every letter of the product's languages is in the vendored fonts; nothing else ever takes part on paper."""

import struct
import threading

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from desktop.fonts import FACES, FAMILIES, FOLDER, load_fonts, missing_characters, paper_faces, rename_family
from desktop.printing.drawing import draw_pdf
from desktop.printing.typesetting import Block, Style, break_lines, printable, runs, text_width
from desktop.wording_paper import LADDER, MONTHS, WORDS

SAMPLES = {
    "Latin": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?()[]/\\%&@#*+-=<>'\"",
    "Romanian": "ĂÂÎȘȚăâîșțŞŢşţ",
    "Cyrillic": "".join(map(chr, range(0x410, 0x450))) + "ЁёЎўІіҐґЄєЇї",
    "Georgian": "".join(map(chr, range(0x10D0, 0x10F1))),
    "Mtavruli": "".join(map(chr, range(0x1C90, 0x1CB1))),
    "signs": "–—‘’“”„«»…·•№§°²€₽₾×\u00a0",
}
STYLE = Style(10)


@pytest.mark.parametrize("alphabet", SAMPLES)
def test_no_letter_is_missing(alphabet: str) -> None:
    assert missing_characters(SAMPLES[alphabet]) == set()


def test_no_letter_of_any_wording_is_missing() -> None:
    texts = [text for table in (WORDS, LADDER) for words in table.values() for text in words.values()]
    texts += [month for months in MONTHS.values() for month in months]
    assert missing_characters("".join(texts)) == set()


def test_the_paper_uses_the_vendored_files_and_no_others() -> None:
    """A system that has its own Noto Sans must not lend it."""
    for (family, bold), file in FACES.items():
        face = paper_faces(bold)[FAMILIES.index(family)]
        vendored = QRawFont(str(FOLDER / file), 1000.0)
        for table in ("glyf", "hmtx", "cmap"):
            assert face.fontTable(table) == vendored.fontTable(table), (file, table)
    assert set(load_fonts()) <= set(QFontDatabase.families())


def test_advances_are_whole_thousandths() -> None:
    """So that sums are exact and lines break at the same words on every system."""
    for bold in (False, True):
        for face in paper_faces(bold):
            steps = face.advancesForGlyphIndexes(face.glyphIndexesForString("".join(SAMPLES.values())))
            assert all(step.x() == int(step.x()) for step in steps)


def test_a_renamed_font_is_still_a_font() -> None:
    data = (FOLDER / "NotoSans-Regular.ttf").read_bytes()
    renamed = rename_family(data, "Another Name", "Regular")
    assert QRawFont(QByteArray(renamed), 10.0, QFont.HintingPreference.PreferNoHinting).familyName() == "Another Name"
    assert struct.unpack_from(">H", renamed, 4) == struct.unpack_from(">H", data, 4)


def test_lines_keep_to_their_width() -> None:
    text = "Перадача права ўласнасці на зямельны ўчастак " * 6 + "w" * 200 + " ნინო გელაშვილი"
    lines = break_lines(text, 180, STYLE)
    assert all(text_width(line, STYLE) <= 180 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_an_empty_text_is_one_line() -> None:
    assert break_lines("", 100, STYLE) == [""]


def test_hidden_and_foreign_characters_are_spelled_out() -> None:
    assert printable("a\u200bb\u202e\u0000\ud800") == "a[U+200B]b[U+202E][U+0000][U+D800]"
    assert printable("ш\u00a0ნ") == "ш\u00a0ნ"


def test_runs_change_face_with_the_script() -> None:
    assert list(runs("Гори გორი, Gori", bold=False)) == [(0, "Гори "), (1, "გორი"), (0, ", Gori")]


def test_no_thread_draws_with_the_letters_of_another() -> None:
    """Qt frees what they are drawn with when the thread ends; the window sets papers on several."""
    block = Block()
    block.add_paragraph(0, 200, "Żak · ჟაკი", STYLE)
    faces, papers = [paper_faces(False)], list[bytes]()

    def draw() -> None:
        faces.append(paper_faces(False))
        papers.append(draw_pdf([tuple(block.marks)], "A page"))

    for _ in range(2):
        worker = threading.Thread(target=draw)
        worker.start()
        worker.join()
    assert len(papers) == 2
    assert not {id(one) for one in faces[0]} & {id(one) for one in (*faces[1], *faces[2])}
    assert paper_faces(False) is faces[0]
