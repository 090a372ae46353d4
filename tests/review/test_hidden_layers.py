"""What pdfium does not draw and another reader does: a layer that shows only in print, a script that runs on opening."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.verification import verify_file
from tests.printing.conftest import Printed, law, network, print_act, sale, save  # noqa: F401 fixtures

LAYER = b"<< /Type /OCG /Name (x) /Usage << /Print << /PrintState /ON >> /View << /ViewState /OFF >> >> >>"
FORGED = b" /OC /Mc BDC q 1 g 50 600 300 60 re f 0 g 60 620 200 20 re f Q EMC "


def updated(pdf: bytes, layer: bool, script: bytes) -> bytes:
    """An incremental update of a file that Qt wrote, as any editor makes one (ISO 32000-1, 7.5.6)."""
    bodies = {int(m[1]): m[2] for m in re.finditer(rb"(?m)^(\d+) 0 obj\s(.*?)endobj", pdf, re.S)}
    numbers = {name: int(re.findall(rb"/%s (\d+)" % name, pdf)[-1]) for name in (b"Root", b"Size")}
    size, root = numbers[b"Size"], numbers[b"Root"]
    page = next(n for n, body in sorted(bodies.items()) if re.search(rb"/Type\s*/Page\b", body))
    resources = int(re.findall(rb"/Resources (\d+)", bodies[page])[0])
    properties = b"/OCProperties << /OCGs [%d 0 R] /D << /OFF [%d 0 R] /AS [<< /Event /Print /Category [/Print]" % (
        size,
        size,
    )
    properties += b" /OCGs [%d 0 R] >>] >> >> " % size
    changed = {root: ended_with(bodies[root], (properties if layer else b"") + script)}
    if layer:
        changed[size] = LAYER
        changed[size + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(FORGED), FORGED)
        contents = rb"/Contents [\1 0 R %d 0 R]" % (size + 1)
        changed[page] = re.sub(rb"/Contents (\d+) 0 R", contents, bodies[page])
        changed[resources] = ended_with(bodies[resources], b"/Properties << /Mc %d 0 R >> " % size)
    out, entries = pdf + b"\n", b"xref\n"
    for number, body in sorted(changed.items()):
        entries += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    before = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size + 2, root, before)
    return out + entries + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)


def ended_with(dictionary: bytes, entries: bytes) -> bytes:
    end = dictionary.rindex(b">>")
    return dictionary[:end] + entries + dictionary[end:]


@pytest.mark.parametrize(
    ("layer", "script"),
    [
        (True, b""),
        (False, b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "),
        (False, b"/Open#41ction << /S /Java#53cript /JS (app.alert\\(1\\)) >> "),
    ],
)
def test_what_only_another_reader_shows_is_refused(
    sale: Printed,  # noqa: F811 the fixture
    save: Callable[..., Path],  # noqa: F811 the fixture
    layer: bool,
    script: bytes,
) -> None:
    assert verify_file(save(updated(sale.pdf, False, b""))).valid
    result = verify_file(save(updated(sale.pdf, layer, script)))
    assert (result.valid, result.code) == (False, "text-differs")
