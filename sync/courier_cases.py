"""Case files on a stick: each as it stands, in a box that only the office opens with which it is shared.

A file tells one way, so nothing is compared: the other office merges what comes with what it has. A draft goes with
every file until the other side's copy, by stick or in a meeting, shows that it has come. Where there is nothing to add,
the next file answers once with the same copy, which is not answered itself; if that file is lost, the draft comes again
and is answered again. The box names its writer:
otherwise another recipient could put it into a file of its own, and would be taken for somebody who shares the draft.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from core.casefile.session import Worker
from core.crypto.signing import SigningKey, seal_to
from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.store.sharing import MAX_FROM_OFFICE, Share, SharingStore, what_stands
from sync.case_talk import CaseTalk
from sync.messages import MAX_CASE_BYTES, CarriedCase, CaseMessage, decode_message, encode_message
from sync.progress import Progress

_ANSWER = 1  # behind a copy that is one
_AROUND_BYTES = 4 << 10  # what stands beside a document in its box, and the box itself


class CasesToCarry:
    """What a file says of case files. `recipients`: numbers and node keys."""

    def __init__(self, sharing: SharingStore, sender: int, recipients: Sequence[tuple[int, bytes]]) -> None:
        self._sharing, self._sender, self._recipients = sharing, sender, recipients
        self.count = 0  # of messages said so far
        self._answered = list[Share]()

    def messages(self) -> Iterator[CarriedCase]:
        for number, key in self._recipients:
            for share in self._sharing.with_office(number):
                draft, answer = share.draft, share.is_answer
                copy = share.mirror if answer else draft.document
                if share.has_news and len(copy) <= MAX_CASE_BYTES - _AROUND_BYTES:
                    said = encode_message(CaseMessage(draft.id, draft.law, draft.procedure, draft.title, copy))
                    self.count += 1
                    self._answered += [share] if answer else []
                    content = [self._sender, said, _ANSWER] if answer else [self._sender, said]
                    yield CarriedCase(number, seal_to(key, encode(content)))

    def finish(self) -> None:
        """The file is on its medium: what it answers was said."""
        for share in self._answered:
            self._sharing.agree(share.draft.id, share.office, what_stands(share.draft.document, share.mirror))


class CasesBrought:
    """What a file from a member brings of case files for this office. Used once the whole file was found right."""

    def __init__(self, sender: int, number: int, seeds: Sequence[bytes]) -> None:
        """`seeds`: of this node's keys, old and new."""
        self._sender, self._number = sender, number
        self._keys = [SigningKey(seed) for seed in seeds]
        self._heard: list[tuple[CaseMessage, bool]] = []

    def take(self, message: CarriedCase) -> None:
        """What is not for this office, not of this sender or no draft is passed over."""
        if message.recipient == self._number and len(self._heard) < MAX_FROM_OFFICE:
            for key in self._keys:
                with suppress(MunimentError):
                    sender, said, answer = _opened(key.open(message.box))
                    if sender == self._sender:
                        self._heard.append((said, answer))
                    return

    def talk(self, sharing: SharingStore, progress: Progress, worker: Worker, now_ms: Callable[[], int]) -> CaseTalk:
        """What is to be merged, as the errand of a talk in which nothing is said."""
        talk = CaseTalk(sharing, self._sender, progress, worker, now_ms, one_way=True)
        for said, answer in self._heard:
            talk.take_copy(said, answer)
        return talk


def _opened(content: bytes) -> tuple[int, CaseMessage, bool]:
    """The writer, the copy, whether it is an answer. Raises `malformed-message` and the codes of `decode_message`."""
    match decode(content, MAX_CASE_BYTES):
        case [int(sender), bytes(said), *rest] if rest in ([], [_ANSWER]):
            message = decode_message(said)
            if isinstance(message, CaseMessage):
                return sender, message, bool(rest)
    raise MunimentError("malformed-message")
