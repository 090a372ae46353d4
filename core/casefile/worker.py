"""The child process in which Automerge runs: `python -m core.casefile.worker`.

It keeps nothing: a request carries saved bytes and steps, the answer new saved bytes and what they say. So
a death loses only what was being asked. A panic ends it, on purpose: nobody knows what state it left.
Frames on stdin and stdout: length (4 bytes, big endian) ‖ text of a value (core/casefile/values.py). It
ends when its stdin does. Automerge prints to stdout and panics to stderr, perhaps with words of the draft:
both go nowhere, and the frames use a descriptor of their own.

    request  {"writer", "saved": bytes or null, "merge": [bytes], "steps": [step]}
    answer   {"saved", "view", "added": [row keys]} or {"code", "facts"}

    request  {"writer", "saved": bytes or null, "merge": [bytes], "history": [what was heard; null: this side spoke]}
    answer   {"saved", "message": bytes or null, "blank": whether nothing is in it, "about": [records that it names]}
             or {"code", "facts"}
"""

import os
import sys

from core.casefile.document import CaseFile
from core.casefile.frames import MAX_FRAME_BYTES, read_frame, write_frame
from core.casefile.values import Value, decode_value, encode_value
from core.casefile.view import WRITER_BYTES, subjects_in
from core.errors import MunimentError

# Address space, not memory in use: enough for the largest draft, far from what a decompression bomb asks for.
MAX_MEMORY_BYTES = 512 << 20


def answer(frame: bytes) -> bytes:
    """The answer to one frame, a code for each refusal; may panic where Automerge does."""
    try:
        return encode_value(_answer(decode_value(frame, MAX_FRAME_BYTES)), MAX_FRAME_BYTES)
    except MunimentError as error:
        return encode_value({"code": error.code, "facts": error.facts}, MAX_FRAME_BYTES)


def _answer(request: Value) -> Value:
    if isinstance(request, dict) and "history" in request:
        return _converse(request)
    match request:
        case {
            "writer": bytes(writer),
            "saved": bytes() | None as saved,
            "merge": [*others],
            "steps": [*steps],
        }:
            if len(writer) != WRITER_BYTES or not all(isinstance(other, bytes) for other in others):
                raise MunimentError("casefile-request")
        case _:
            raise MunimentError("casefile-request")
    casefile = CaseFile(writer, saved)
    # Steps first: whoever took them had not seen what comes in, and must not overwrite it unknowingly.
    added = [row for step in steps if (row := _take_step(casefile, step)) is not None]
    for other in others:
        casefile.merge(other)
    return {"saved": casefile.save(), "view": casefile.view().as_value(), "added": added}


def _converse(request: Value) -> Value:
    match request:
        case {"writer": bytes(writer), "saved": bytes() | None as saved, "merge": [*others], "history": [*history]}:
            heard = [*others, *(one for one in history if one is not None)]
            if len(writer) != WRITER_BYTES or not all(isinstance(one, bytes) for one in heard):
                raise MunimentError("casefile-request")
        case _:
            raise MunimentError("casefile-request")
    casefile = CaseFile(writer, saved)
    for other in others:
        casefile.merge(other)
    message = casefile.converse(history)
    fields = casefile.get()
    return {"saved": casefile.save(), "message": message, "blank": not fields, "about": list(subjects_in(fields))}


def _take_step(casefile: CaseFile, step: Value) -> str | None:
    match step:
        case ["set", [*path], value] if _is_path(path):
            casefile.set(tuple(path), value)
        case ["clear", [*path]] if _is_path(path):
            casefile.clear(tuple(path))
        case ["add-row", str(field), dict(values)]:
            return casefile.add_row(field, values)
        case ["remove-row", str(field), str(row)]:
            casefile.remove_row(field, row)
        case _:
            raise MunimentError("casefile-request")
    return None


def _is_path(path: list[Value]) -> bool:
    return all(isinstance(part, str) for part in path)


def main() -> None:
    """Answer until stdin ends."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    _limit_itself()
    while (frame := read_frame(requests)) is not None:
        write_frame(answers, answer(frame))


def _limit_itself() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the draft in the clear


if __name__ == "__main__":
    main()
