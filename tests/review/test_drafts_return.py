"""Drafts that an order of erasure takes do not come back: from a window that has them open, or from a colleague."""

from collections.abc import Iterator
from os import urandom

import pytest

from core.casefile.process import WorkerProcess
from core.casefile.session import CaseFiles
from core.errors import MunimentError
from core.office import Office
from core.store.sharing import MAX_FROM_OFFICE
from core.views import Draft
from sync.case_talk import CaseTalk
from sync.messages import CaseMessage
from sync.progress import Progress
from tests.sealing.homes import enter, make_homes, order_erasure, settle

TYPED = "She was found on the road to Pinsk"


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerProcess]:
    child = WorkerProcess()
    yield child
    child.close()


@pytest.fixture
def homes() -> list[Office]:
    return make_homes()


def draft_about(record: bytes, worker: WorkerProcess) -> Draft:
    draft = Draft(urandom(16), "children", "rename", "Change of name", 1, b"")
    session = CaseFiles(worker).open(draft.id.hex(), None)
    session.set(("record:child",), record)
    session.set(("name",), TYPED)
    saved = session.saved
    session.close()
    return Draft(draft.id, draft.law, draft.procedure, draft.title, 1, saved, (record,))


def talk_of(office: Office, peer: int, worker: WorkerProcess) -> CaseTalk:
    return CaseTalk(office.sharing, peer, Progress(), worker, lambda: 1)


def talk(first: CaseTalk, second: CaseTalk) -> None:
    """Turns until neither has anything to say."""
    silent = 0
    while silent < 2:
        errand = first.errand()
        if errand is not None:
            first.errand_done(errand())
        said = list(first.turn())
        silent = 0 if said else silent + 1
        for message in said:
            second.take(message)
        first, second = second, first


def test_a_window_that_has_it_open_does_not_keep_it_again(homes: list[Office], worker: WorkerProcess) -> None:
    child = enter(homes[0], 1).records[0]
    draft = draft_about(child, worker)
    homes[0].drafts.put(draft)
    settle(homes)
    order_erasure(homes[0], child)
    settle(homes)
    assert homes[0].drafts.all() == []
    with pytest.raises(MunimentError, match="draft-erased"):
        homes[0].drafts.put(draft)
    assert homes[0].drafts.all() == []
    homes[0].drafts.put(Draft(urandom(16), "children", "rename", "A new one", 1, draft.document, (child,)))
    assert len(homes[0].drafts.all()) == 1


def test_a_draft_that_came_from_another_office_goes_too(homes: list[Office], worker: WorkerProcess) -> None:
    """Nobody had opened it there: what it is about was known only to the office that began it."""
    child = enter(homes[0], 1).records[0]
    draft = draft_about(child, worker)
    homes[0].drafts.put(draft)
    homes[0].sharing.share(draft.id, 1)
    settle(homes)
    talk(talk_of(homes[0], 1, worker), talk_of(homes[1], 0, worker))
    assert [one.title for one in homes[1].drafts.all()] == ["Change of name"]
    order_erasure(homes[0], child)
    settle(homes)
    assert homes[1].drafts.all() == []


def test_an_order_in_the_middle_of_a_talk_is_final_for_it(homes: list[Office], worker: WorkerProcess) -> None:
    child = enter(homes[0], 1).records[0]
    draft = draft_about(child, worker)
    homes[0].drafts.put(draft)
    homes[0].sharing.share(draft.id, 1)
    homes[1].sharing.take(0, draft, draft.document)
    settle(homes)
    begun, other = talk_of(homes[1], 0, worker), talk_of(homes[0], 1, worker)
    order_erasure(homes[0], child)
    settle(homes)  # the acts of the same meeting
    talk(other, begun)
    assert homes[1].drafts.all() == []
    assert homes[0].drafts.all() == []


def test_ended_shares_do_not_use_up_the_places(homes: list[Office]) -> None:
    """After so many drafts in all an office could have shared none with another, ever again."""
    for _ in range(MAX_FROM_OFFICE + 1):
        draft = Draft(urandom(16), "children", "rename", "Shared", 1, b"")
        assert homes[1].sharing.may_take(0, draft.id)
        assert homes[1].sharing.take(0, draft, b"saved")
        homes[1].drafts.delete(draft.id)
        assert not homes[1].sharing.may_take(0, draft.id)


def test_a_child_that_dies_is_not_asked_for_every_draft(homes: list[Office]) -> None:
    """Each may take the time that a child is given; a colleague may send as many as there is room for."""

    class Dying:
        asked = 0

        def ask(self, request: object) -> object:
            self.asked += 1
            raise MunimentError("casefile-worker-died")

    child = Dying()
    begun = CaseTalk(homes[1].sharing, 0, Progress(), child, lambda: 1)  # type: ignore[arg-type]  # what asks
    for _ in range(MAX_FROM_OFFICE):
        begun.take(CaseMessage(urandom(16), "children", "rename", "Bad", b"bytes"))
    errand = begun.errand()
    assert errand is not None
    begun.errand_done(errand())
    assert child.asked == 1
