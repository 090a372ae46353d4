"""Passphrase, kit, key of the copy, restore: killed at every boundary, an office is never without its keys.

Each task is counted once and then killed at each of its boundaries (tests/kills/recorder.py). The windows are named in
core/custody/{keys,passphrases,rekeying,restoring}.py.
"""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.crypto.keyfile import Cost, open_keys
from core.custody.box import box_number, kit_number
from core.custody.keys import DATABASE_KEY, NEXT_DATABASE_KEY
from core.custody.passphrases import given_kit
from core.custody.rekeying import MADE, UNDER_WAY
from core.custody.restoring import FromNeighbour, NewPassphrase, restore_from_kit
from core.custody.sheet import Sheet
from core.errors import MunimentError
from core.folder import Folder, open_office
from tests.custody.kits import make_kit
from tests.kills.cases import BOX_FILE, NEW_PASSPHRASE, PASSPHRASE, WORDS_FILE
from tests.kills.moments import kill_at_random
from tests.kills.test_kills import Desk, Ending, Recorder, check, working_desk
from tests.offices import StepClock

RANDOM_KILLS = 12
pytestmark = pytest.mark.skipif(
    not hasattr(__import__("os"), "pidfd_open"), reason="the killed process is watched by Linux' pidfd"
)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory, recorder: Recorder) -> Iterator[Desk]:
    """An office with a day's acts and a kit; in memory where the system has such a place: what a killed process wrote
    is in the system's cache either way.
    """
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path_factory.mktemp("desk")) as folder:
        made = working_desk(Path(folder) / "office")
        recorder.run(made.folder)
        (sheet,) = make_kit(made.folder, passphrase=PASSPHRASE).sheets
        (made.folder.path / WORDS_FILE).write_text(sheet.words)
        (made.folder.path / BOX_FILE).write_bytes(sheet.box or b"")
        made.keep()
        yield made


@pytest.fixture
def desk(worked: Desk) -> Desk:
    worked.put_back()
    return worked


def killed_everywhere(recorder: Recorder, desk: Desk, task: str) -> Iterator[tuple[Ending, str]]:
    """At each boundary."""
    whole = recorder.run(desk.folder, task=task)
    assert whole.status == 0
    reached = set()
    for boundary in range(1, whole.boundaries + 1):
        desk.put_back()
        ending = recorder.run(desk.folder, boundary, task=task)
        assert ending.status == -9
        reached.add(len(ending.done))
        yield ending, f"{task} killed at boundary {boundary} of {whole.boundaries}"
    assert reached >= set(range(len(whole.done)))


def opens_with(desk: Desk) -> str:
    """The one passphrase that opens the key file."""
    found = []
    for passphrase in (PASSPHRASE, NEW_PASSPHRASE):
        with suppress(MunimentError):
            open_keys(desk.folder.node_key.read_bytes(), passphrase)
            found.append(passphrase)
    (one,) = found
    return one


def kit_opens(desk: Desk, words_file: str) -> bool:
    given = given_kit([Sheet((desk.folder.path / words_file).read_text())])
    ours = box_number(desk.folder.kit_box.read_bytes()) == kit_number(given.key.public)  # whole, whosever it is
    return ours and bool(given.open(desk.folder.kit_box.read_bytes()))


@pytest.mark.parametrize("task", ["passphrase", "reset"])
def test_one_passphrase_opens_at_every_moment(recorder: Recorder, desk: Desk, task: str) -> None:
    seen = set()
    for ending, why in killed_everywhere(recorder, desk, task):
        opening = opens_with(desk)
        seen.add(opening)
        assert opening == NEW_PASSPHRASE or "changed" not in ending.done, why
        check(desk, Ending([], 0, 0), why, opening)
        assert kit_opens(desk, WORDS_FILE), why
    assert seen == {PASSPHRASE, NEW_PASSPHRASE}


def test_a_new_key_of_the_copy_is_finished_by_the_next_opening(recorder: Recorder, desk: Desk) -> None:
    before = open_keys(desk.folder.node_key.read_bytes(), PASSPHRASE).secrets
    seen = set()
    for ending, why in killed_everywhere(recorder, desk, "rekey"):
        left = open_keys(desk.folder.node_key.read_bytes(), PASSPHRASE).secrets
        asked, made = NEXT_DATABASE_KEY in left, (desk.folder.path / MADE).exists()
        copying = (desk.folder.path / UNDER_WAY).exists()
        placed = made and not (desk.folder.path / MADE / "replica.db").exists()
        seen.add((asked, copying, made, placed))
        check(desk, Ending([], 0, 0), why)
        after = open_keys(desk.folder.node_key.read_bytes(), PASSPHRASE).secrets
        assert NEXT_DATABASE_KEY not in after, why
        assert (after[DATABASE_KEY] == before[DATABASE_KEY]) == (not asked and after == before), why
        assert after[DATABASE_KEY] != before[DATABASE_KEY] or "rekeyed" not in ending.done, why
        assert not (desk.folder.path / MADE).exists(), why
        assert not (desk.folder.path / UNDER_WAY).exists(), why
        assert kit_opens(desk, WORDS_FILE), why
    windows = {
        "nothing asked": (False, False, False, False),
        "asked": (True, False, False, False),
        "copying": (True, True, False, False),
        "made": (True, False, True, False),
        "placed": (True, False, True, True),
        "forgotten": (False, False, True, True),
    }
    assert seen == set(windows.values())


def test_killed_anywhere_while_the_key_changes(recorder: Recorder, desk: Desk) -> None:
    def run(delay_s: float | None) -> bool:
        desk.put_back()
        ending = recorder.run(desk.folder, delay_s=delay_s, task="rekey")
        check(desk, Ending([], 0, 0), f"random kill after {delay_s} s")
        return ending.status == -9

    kill_at_random(11, RANDOM_KILLS, run)


def test_one_of_two_kits_opens_at_every_moment(recorder: Recorder, desk: Desk) -> None:
    seen = set()
    for ending, why in killed_everywhere(recorder, desk, "kit"):
        opened = kit_opens(desk, WORDS_FILE)
        if "printed" in ending.done:
            assert kit_opens(desk, "second.words") != opened, why
        else:
            assert opened, why
        check(desk, Ending([], 0, 0), why)  # which mends the box
        again = kit_opens(desk, WORDS_FILE)
        assert not again or "kept" not in ending.done, why
        seen.add((opened, again))
    assert seen == {(True, True), (True, False), (False, False)}  # the middle one: key file written, box not yet


def test_a_restore_from_the_kit_is_whole_or_begins_anew(recorder: Recorder, desk: Desk) -> None:
    """Anew once from each kind of remains: the same files of the same sizes."""
    sheet = Sheet((desk.folder.path / WORDS_FILE).read_text(), (desk.folder.path / BOX_FILE).read_bytes())
    new = NewPassphrase(NEW_PASSPHRASE, Cost.cheapest, Cost.cheapest())
    seen, begun_anew = set(), set()
    for ending, why in killed_everywhere(recorder, desk, "restore"):
        folder = Folder(desk.folder.path / "new")
        seen.add(folder.standing())
        if folder.standing() != "member":
            assert "restored" not in ending.done, why
            remains = frozenset((path.suffix, path.stat().st_size) for path in folder.path.rglob("*"))
            if remains in begun_anew:
                continue
            begun_anew.add(remains)
            restore_from_kit(folder, given_kit([sheet]), FromNeighbour(desk.folder.charter), new)
        office = open_office(folder, NEW_PASSPHRASE, StepClock()).office
        assert office.hand.quarantine == "restored", why
        office.close()
    assert seen >= {"empty", "member"}
