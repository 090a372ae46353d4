"""The scans of one act's documents: what an act says of each, as far as its reader may see it, and what is here.

A document is a value of the law's kind `document`: its digest is the SHA-256 of the scan. What is withheld from the
person signed in names no scan either.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import MunimentError
from core.laws.field_types import ASKED_OF_DOCUMENTS
from core.ledger.encoding import Value
from core.store.papers import MAX_PAPER_BYTES, Paper, PaperStore
from core.views import ActView

DOCUMENT = frozenset({"digest", "kind", "number", "issuer", "day", "pages"})
WHOLE = DOCUMENT | ASKED_OF_DOCUMENTS.keys()


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A document that an act names, and how much of its scan is on this computer."""

    document: Mapping[str, Value]
    paper: Paper | None  # None: nothing of it, and nobody has asked

    @property
    def digest(self) -> bytes:
        return bytes(self.document["digest"])


class ActReading(Protocol):
    def view(self, act_id: bytes) -> ActView: ...


class Showing(Protocol):
    @property
    def papers(self) -> PaperStore: ...

    @property
    def acts(self) -> ActReading: ...


def papers_of(office: Showing, act_id: bytes) -> list[NamedPaper]:
    """Of an act, in the order of its fields. Raises `unknown-act`."""
    found = {bytes(one["digest"]): one for one in documents_in(office.acts.view(act_id).transaction.act)}
    return [NamedPaper(document, office.papers.standing(digest)) for digest, document in found.items()]


def read_paper(office: Showing, act_id: bytes, digest: bytes) -> bytes:
    """A scan that the act names and its reader may see.

    Raises `paper-not-named`, and the codes of `PaperStore.read`.
    """
    _named(office, act_id, digest)
    return office.papers.read(digest)


def want_paper(office: Showing, act_id: bytes, digest: bytes) -> None:
    """Ask whoever is met for it. Raises `paper-not-named`, and the codes of `PaperStore.want`."""
    _named(office, act_id, digest)
    office.papers.want(digest, MAX_PAPER_BYTES)


def _named(office: Showing, act_id: bytes, digest: bytes) -> None:
    if digest not in [paper.digest for paper in papers_of(office, act_id)]:
        raise MunimentError("paper-not-named")


def documents_in(value: Value) -> Iterator[Mapping[str, Value]]:
    """Every document inside a value, however deep."""
    if isinstance(value, Mapping):
        if DOCUMENT <= value.keys() <= WHOLE and type(value["digest"]) is bytes:
            yield value
        else:
            for part in value.values():
                yield from documents_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from documents_in(part)
