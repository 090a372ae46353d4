"""An office without a window: a replica that is always on, and courier files."""

import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from core.errors import MunimentError
from core.office import Office
from desktop.control import Control
from desktop.unlocking import Access
from desktop.wording import sentence
from desktop.wording.meetings import brought_words, carried_words, entered_words, exchange_words
from sync.events import (
    ActsEntered,
    CourierProgress,
    EnteringFailed,
    Event,
    MeetingEnded,
    MeetingFailed,
    NotOpenedAgain,
    OpenedAgain,
)
from sync.service import Service, Settings

TELL_EVERY_S = 5.0
QUIET = Settings(port=0, loopback_only=True, announce=False, automatic=False)


def service_settings(controlled: bool, loopback: bool) -> Settings:
    """A controlled office meets only when it is told to, on any free port: several may share a computer."""
    if controlled:
        return Settings(port=0, loopback_only=loopback, automatic=False)
    return Settings(loopback_only=loopback)


def node_command(access: Access, controlled: bool, loopback: bool) -> dict[str, Any]:
    """Listen, announce and meet until interrupted, or until standard input ends when it is controlled."""
    service = Service(access.open, service_settings(controlled, loopback))
    ended, failures = threading.Event(), list[MunimentError]()

    def hear(event: Event) -> None:
        if isinstance(event, NotOpenedAgain):
            failures.append(MunimentError(event.code, **event.facts))
            ended.set()

    service.listen(hear)
    service.start()
    try:
        if controlled:
            Control(access.folder, service).serve(ended.set)
        else:
            service.listen(partial(_print_event, service))
            print(sentence("node-listening", {"port": service.port}), flush=True)
        ended.wait()
    finally:
        service.stop()
    if failures:
        raise failures[0]
    return {} if controlled else {"message": sentence("interrupted", {})}


def _print_event(service: Service[Office], event: Event) -> None:
    """On the service's thread."""
    if isinstance(event, MeetingEnded):
        names = [member.office for member in service.office.roll.members]
        print(exchange_words(event.report, names), flush=True)
    elif isinstance(event, ActsEntered):
        print(entered_words(event.entered, event.acts), flush=True)
    elif isinstance(event, MeetingFailed | EnteringFailed):
        print(sentence(event.code, event.facts), flush=True)
    elif isinstance(event, OpenedAgain):
        print(sentence("opened-again", {}), flush=True)


def courier_write_command(access: Access, recipients: Sequence[str], file: Path, whole: bool = False) -> dict[str, Any]:
    """`whole`: what the recipients are known to hold is written, too."""
    service = _quiet_service(access)
    try:
        service.listen(FarLines().hear)
        numbers = [office_number(service.office, text) for text in recipients]
        report = service.write_courier(file, numbers, whole).result()
    finally:
        service.stop()
    return {"message": sentence("courier-written", {"path": str(file)}), **report}


def courier_read_command(access: Access, file: Path) -> dict[str, Any]:
    service = _quiet_service(access)
    try:
        service.listen(FarLines().hear)
        report = service.read_courier(file).result()
        service.listen(_print_entered)
        service.enter_all().result()
    finally:
        service.stop()
    told = [sentence("courier-read", {"blocks": report["blocks_new"]}), *brought_words(report)]
    return {"message": "\n".join(told), **report}


class FarLines:
    """A line on stderr beside what the command answers: at once what is in the file, then now and again how long."""

    def __init__(self) -> None:
        self._due_s = 0.0

    def hear(self, event: Event) -> None:
        if isinstance(event, CourierProgress) and event.acts and monotonic() >= self._due_s:
            self._due_s = monotonic() + TELL_EVERY_S
            print(carried_words(event), file=sys.stderr, flush=True)


def _print_entered(event: Event) -> None:
    """Beside what the command answers."""
    if isinstance(event, ActsEntered):
        print(entered_words(event.entered, event.acts), file=sys.stderr, flush=True)


def _quiet_service(access: Access) -> Service[Office]:
    """Nobody is called on and nobody can call: the command is done in a moment."""
    service = Service(access.open, QUIET)
    service.start()
    return service


def office_number(office: Office, text: str) -> int:
    """By number as the window shows it, counting from 1, or by name. Raises `unknown-office`."""
    if text.isdecimal() and 1 <= int(text) <= len(office.roll.members):
        return int(text) - 1
    for member in office.roll.members:
        if member.office == text:
            return member.number
    raise MunimentError("unknown-office", office=text)
