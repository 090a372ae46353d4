"""Scans of acts, and the connection over which they travel, without a window."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.office import Office
from core.papers import NamedPaper, papers_of, read_paper, want_paper
from core.store.encounters import Line
from core.store.files import write_durably
from desktop.unlocking import Access
from desktop.wording import sentence


def scan_list_command(access: Access, act: str) -> dict[str, Any]:
    """The documents that an act names, and whether their scans are here."""
    found = _with_office(access, lambda office: papers_of(office, _number(act)))
    return {"message": sentence("done", {}), "scans": [_facts(paper) for paper in found]}


def scan_want_command(access: Access, act: str) -> dict[str, Any]:
    """Ask other offices for every scan of an act that is not here; they come with the next meetings."""

    def work(office: Office) -> int:
        lacking = [paper for paper in papers_of(office, _number(act)) if not (paper.paper and paper.paper.whole)]
        for paper in lacking:
            want_paper(office, _number(act), paper.digest)
        return len(lacking)

    return {"message": sentence("scans-wanted", {"count": _with_office(access, work)})}


def scan_save_command(access: Access, act: str, digest: str, file: Path) -> dict[str, Any]:
    content = _with_office(access, lambda office: read_paper(office, _number(act), _number(digest)))
    write_durably(file, content)
    return {"message": sentence("paper-saved", {"path": str(file)}), "bytes": len(content)}


def line_command(access: Access, kbit: int, scans: bool) -> dict[str, Any]:
    """`kbit`: 1,000 bits per second that this office sends at most; 0: as fast as it can."""
    _with_office(access, lambda office: office.encounters.keep_line(Line(kbit * 1000 // 8, scans)))
    return {"message": sentence("line-kept", {})}


def _with_office(access: Access, work: Callable[[Office], Any]) -> Any:
    office = access.open().office
    try:
        return work(office)
    finally:
        office.close()


def _number(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise MunimentError("bad-command", detail="number") from None


def _facts(paper: NamedPaper) -> dict[str, Any]:
    held = paper.paper
    return {
        **{name: value for name, value in paper.document.items() if name != "digest"},
        "digest": paper.digest.hex(),
        "here": bool(held and held.whole),
        "wanted": bool(held and held.wanted),
        "bytes": held.size if held else 0,
    }
