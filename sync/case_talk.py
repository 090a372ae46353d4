"""Case files, after acts: Automerge's sync messages about drafts that officers of both offices edit.

What the other office says is given to the child process only after the link has proved which member it is, and only of
drafts that are shared with it, or that it begins to share. The child (core/casefile/worker.py) keeps nothing: it is
given the draft as it stood and all that was heard since, each time, and may die without harm. What came is kept as the
other office's mirror of the draft; the window takes it in. A draft that went wrong is left for another time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from os import urandom
from typing import Any, NamedTuple

from core.casefile.session import Worker
from core.casefile.view import WRITER_BYTES
from core.errors import MunimentError
from core.store.sharing import SharingStore, what_is_owed, what_stands
from core.views import Draft
from sync.messages import MAX_CASE_BYTES, CaseMessage, Message
from sync.progress import Progress


@dataclass
class _Case:
    draft: Draft  # as it stood when the talk about it began
    mirror: bytes
    history: list[bytes | None] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)  # that came on a stick, as they stood there
    answers: bool = False  # whether they say no more than that what was carried has come
    waits: bool = True  # for what to say next
    message: bytes | None = None  # to be said in this turn


class Answer(NamedTuple):
    """What the child made of a draft; `saved` empty: nothing."""

    draft: bytes
    saved: bytes = b""
    message: bytes | None = None
    blank: bool = True
    about: tuple[bytes, ...] = ()


class CaseTalk:
    """One side's part. `peer`: the member one talks with; `now_ms`: for drafts that begin here."""

    accepts: tuple[type, ...] = (CaseMessage,)

    def __init__(
        self,
        sharing: SharingStore,
        peer: int,
        progress: Progress,
        worker: Worker,
        now_ms: Callable[[], int],
        one_way: bool = False,
    ) -> None:
        """`one_way`: copies are taken, and nothing is said."""
        self._sharing, self._peer, self._progress = sharing, peer, progress
        self._worker, self._now_ms = worker, now_ms
        told = [] if one_way else [one for one in sharing.with_office(peer) if one.has_news]
        self._cases = {one.draft.id: _Case(one.draft, one.mirror) for one in told}

    @property
    def has_something(self) -> bool:
        return bool(self._cases)

    def errand(self) -> Callable[[], list[Answer]] | None:
        """To ask the child, which may take its time."""
        requests = [
            (
                case.draft.id,
                {
                    "writer": urandom(WRITER_BYTES),
                    "saved": case.draft.document or None,
                    "merge": [one for one in (case.mirror, *case.copies) if one],
                    "history": list(case.history),
                },
            )
            for case in self._cases.values()
            if case.waits
        ]
        return (lambda: list(self._ask(requests))) if requests else None

    def _ask(self, requests: list[tuple[bytes, dict[str, Any]]]) -> Iterator[Answer]:
        """After a death the others wait for another time: each may take as long as the child is given."""
        died = False
        for draft, request in requests:
            try:
                answer = None if died else self._worker.ask(request)
            except MunimentError as error:
                died, answer = error.code == "casefile-worker-died", None
            if answer is None:
                yield Answer(draft)
            else:
                about = tuple(answer["about"])
                yield Answer(draft, bytes(answer["saved"]), answer["message"], bool(answer["blank"]), about)

    def errand_done(self, result: list[Answer]) -> None:
        for answer in result:
            case = self._cases[answer.draft]
            case.waits = False
            if not answer.saved or (answer.message is not None and len(answer.message) > MAX_CASE_BYTES):
                del self._cases[answer.draft]  # another time: nothing of it was changed
                continue
            case.message = answer.message
            if not answer.blank and (case.copies or any(heard is not None for heard in case.history)):
                case.draft = replace(case.draft, subjects=answer.about)
                self._keep(case, answer.saved, answer.message is None)

    def _keep(self, case: _Case, saved: bytes, agreed: bool) -> None:
        """`agreed`: both sides of a meeting have the same."""
        if not self._sharing.may_take(self._peer, case.draft.id):
            case.message = None  # signed, discarded or erased here while it was talked about
            return
        if saved != case.mirror:
            new = self._sharing.take(self._peer, case.draft, saved)
            self._progress.drafts_new += new
            if case.draft.id not in self._progress.drafts_changed:
                self._progress.drafts_changed.append(case.draft.id)
        if saved in case.copies if case.copies else agreed:
            said = what_is_owed if case.copies and not case.answers else what_stands
            self._sharing.agree(case.draft.id, self._peer, said(case.draft.document or saved, saved))

    def turn(self) -> Iterator[Message]:
        for case in self._cases.values():
            if case.message is not None:
                case.history.append(None)
                draft = case.draft
                yield CaseMessage(draft.id, draft.law, draft.procedure, draft.title, case.message)
                case.message = None

    def take(self, message: Message) -> None:
        """What is not shared with this office, or ended, is not listened to."""
        assert isinstance(message, CaseMessage)
        case = self._case_of(message)
        if case is not None:
            case.history.append(message.body)
            case.waits = True

    def take_copy(self, message: CaseMessage, answers: bool) -> None:
        """As `take`; the body is the whole draft as it stands there."""
        case = self._case_of(message)
        if case is not None:
            case.answers = answers
            case.copies.append(message.body)

    def _case_of(self, message: CaseMessage) -> _Case | None:
        case = self._cases.get(message.draft)
        if case is None:
            begun = sum(not one.draft.document for one in self._cases.values())
            if not self._sharing.may_take(self._peer, message.draft, begun):
                return None
            case = self._cases[message.draft] = self._begun(message)
        return case

    def _begun(self, message: CaseMessage) -> _Case:
        """A talk that the other side began: of a draft held here, or of one that it begins to share."""
        for share in self._sharing.with_office(self._peer):
            if share.draft.id == message.draft:
                return _Case(share.draft, share.mirror)
        draft = Draft(message.draft, message.law, message.procedure, message.title, self._now_ms(), b"")
        return _Case(draft, b"")
