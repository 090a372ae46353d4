"""Case files on a stick: each as it stands, in a box that only the office opens with which it is shared.

A file tells one way, so nothing is compared: the other office merges what comes with what it has. A draft goes with
every file until the other side's copy, by stick or in a meeting, shows that it has come. The box names its writer:
otherwise another recipient could put it into a file of its own, and would be taken for somebody who shares the draft.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from core.casefile.session import Worker
from core.crypto.signing import SigningKey, seal_to
from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.store.sharing import MAX_FROM_OFFICE, SharingStore
from sync.case_talk import CaseTalk
from sync.messages import MAX_CASE_BYTES, CarriedCase, CaseMessage, decode_message, encode_message
from sync.progress import Progress

_AROUND_BYTES = 4 << 10  # what stands beside a document in its box, and the box itself


class CasesToCarry:
    """What a file says of case files. `recipients`: numbers and node keys."""

    def __init__(self, sharing: SharingStore, sender: int, recipients: Sequence[tuple[int, bytes]]) -> None:
        self._sharing, self._sender, self._recipients = sharing, sender, recipients
        self.count = 0  # of messages said so far

    def messages(self) -> Iterator[CarriedCase]:
        for number, key in self._recipients:
            for share in self._sharing.with_office(number):
                draft = share.draft
                if share.has_news and len(draft.document) <= MAX_CASE_BYTES - _AROUND_BYTES:
                    said = CaseMessage(draft.id, draft.law, draft.procedure, draft.title, draft.document)
                    self.count += 1
                    yield CarriedCase(number, seal_to(key, encode([self._sender, encode_message(said)])))


class CasesBrought:
    """What a file from a member brings of case files for this office. Used once the whole file was found right."""

    def __init__(self, sender: int, number: int, seeds: Sequence[bytes]) -> None:
        """`seeds`: of this node's keys, old and new."""
        self._sender, self._number = sender, number
        self._keys = [SigningKey(seed) for seed in seeds]
        self._heard: list[CaseMessage] = []

    def take(self, message: CarriedCase) -> None:
        """What is not for this office, not of this sender or no draft is passed over."""
        if message.recipient == self._number and len(self._heard) < MAX_FROM_OFFICE:
            for key in self._keys:
                with suppress(MunimentError):
                    sender, said = _opened(key.open(message.box))
                    if sender == self._sender:
                        self._heard.append(said)
                    return

    def talk(self, sharing: SharingStore, progress: Progress, worker: Worker, now_ms: Callable[[], int]) -> CaseTalk:
        """What is to be merged, as the errand of a talk in which nothing is said."""
        talk = CaseTalk(sharing, self._sender, progress, worker, now_ms, one_way=True)
        for said in self._heard:
            talk.take_copy(said)
        return talk


def _opened(content: bytes) -> tuple[int, CaseMessage]:
    """Raises `malformed-message` and the codes of `decode_message`."""
    match decode(content, MAX_CASE_BYTES):
        case [int(sender), bytes(said)]:
            message = decode_message(said)
            if isinstance(message, CaseMessage):
                return sender, message
    raise MunimentError("malformed-message")
