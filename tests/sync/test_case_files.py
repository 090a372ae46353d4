"""Case files between two offices: shared with one, seen there, edited at both, and nobody else hears of them."""

import io
from os import urandom

import pytest

from core.casefile.process import WorkerProcess
from core.casefile.session import CaseFiles
from core.crypto.signing import public_key, seal_to
from core.errors import MunimentError
from core.ledger.encoding import encode
from core.store.replica import ReplicaStore
from core.views import Draft
from sync import courier_file
from sync.case_talk import CaseTalk
from sync.courier import CourierReader, CourierWriter
from sync.courier_cases import CasesBrought, CasesToCarry
from sync.messages import Bye, CarriedCase, CaseMessage, decode_message, encode_message
from sync.progress import Progress
from sync.session import Session
from tests.sync.graphs import make_replicas, seed
from tests.sync.meetings import Meeting, meet

NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def worker():
    """The real child process."""
    child = WorkerProcess()
    yield child
    child.close()


class Desk:
    """One office with its drafts, and a window on them."""

    def __init__(self, replica, worker):
        self.replica, self.worker = replica, worker
        self.store = ReplicaStore(replica.database)
        self.files = CaseFiles(worker)

    def begin(self, **fields):
        draft = Draft(urandom(16), "land", "transfer", "Sale", NOW_MS, b"")
        self.edit(draft, **fields)
        return draft.id

    def edit(self, draft, **fields):
        session = self.files.open(draft.id.hex(), draft.document or None)
        for mirror in self.store.sharing.mirrors(draft.id):
            session.merge(mirror)
        for name, value in fields.items():
            session.set((name,), value)
        self.store.put_draft(Draft(*[*vars_of(draft)[:5], session.saved]))
        session.close()
        return dict(session.view.fields)

    def draft(self, draft_id):
        (found,) = [one for one in self.store.drafts() if one.id == draft_id]
        return found

    def read(self, draft_id):
        return self.edit(self.draft(draft_id))


def vars_of(draft):
    return [draft.id, draft.law, draft.procedure, draft.title, draft.changed_ms, draft.document]


class Talking(Meeting):
    def __init__(self, first, second):
        self.desks = (first, second)
        super().__init__(first.replica, second.replica)

    def sessions(self, first, second, limits):
        made = []
        for mine, peer, initiator in ((0, 1, True), (1, 0, False)):
            desk, other = self.desks[mine], self.desks[peer].replica.number
            session = Session(desk.replica, initiator, other, limits)
            talk = CaseTalk(desk.store.sharing, other, session.progress, desk.worker, lambda: NOW_MS)
            session.talk_of_case_files(talk)
            made.append(session)
        return tuple(made)


def talk(first, second):
    meeting = Talking(first, second).run()
    assert meeting.finished
    return meeting


def said(meeting):
    return [m for m in (decode_message(data) for _, data in meeting.messages) if isinstance(m, CaseMessage)]


@pytest.fixture
def desks(worker):
    return [Desk(replica, worker) for replica in make_replicas(4)[:3]]


def test_a_shared_draft_is_seen_at_the_other_office_and_edited_at_both(desks):
    first, second, third = desks
    draft = first.begin(ground="sale", price=[100, "EUR"])
    first.store.sharing.share(draft, 1)
    meeting = talk(first, second)
    assert meeting.sides[1].progress.drafts_new == 1
    assert second.draft(draft).title == "Sale"
    assert second.read(draft) == {"ground": "sale", "price": [100, "EUR"]}
    second.edit(second.draft(draft), price=[90, "EUR"])
    first.edit(first.draft(draft), deed="No. 7")
    talk(second, first)
    assert first.read(draft) == second.read(draft) == {"ground": "sale", "price": [90, "EUR"], "deed": "No. 7"}
    assert not said(talk(first, third))
    assert third.store.drafts() == []


def test_when_nothing_changed_nothing_is_said(desks):
    first, second, _ = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    talk(first, second)
    for _ in range(3):  # what each window takes in may be told once more, and then it rests
        first.read(draft)
        second.read(draft)
        last = talk(first, second)
    assert not said(last)
    assert last.bytes < 300


def test_who_is_not_told_cannot_ask_and_who_is_not_asked_cannot_change(desks, worker):
    first, second, third = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    talk(first, second)
    # The third office knows the number of the draft, and says that the first shares it.
    third.store.put_draft(second.draft(draft))
    third.edit(third.draft(draft), ground="gift")
    third.store.sharing.share(draft, 0)
    talk(third, first)
    assert first.read(draft) == {"ground": "sale"}
    assert first.store.sharing.offices(draft) == [1]


def test_a_draft_that_became_an_act_is_told_no_more_and_does_not_come_back(desks):
    first, second, _ = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    talk(first, second)
    first.store.delete_draft(draft)
    second.edit(second.draft(draft), ground="gift")
    talk(second, first)
    assert first.store.drafts() == []
    assert second.read(draft) == {"ground": "gift"}


def test_one_office_cannot_fill_another_s_list(desks, monkeypatch):
    monkeypatch.setattr("core.store.sharing.MAX_FROM_OFFICE", 3)
    first, second, _ = desks
    for number in range(5):
        first.store.sharing.share(first.begin(number=number), 1)
    talk(first, second)
    assert len(second.store.drafts()) == 3


@pytest.mark.parametrize("body", [b"", b"\x42", b"noise" * 100, bytes(1000)])
def test_bytes_that_are_no_sync_message_kill_at_most_the_child(desks, worker, body):
    first, second, _ = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    talk_of = CaseTalk(first.store.sharing, 1, Session(first.replica, True, 1).progress, worker, lambda: NOW_MS)
    talk_of.take(CaseMessage(draft, "land", "transfer", "Sale", body))
    talk_of.errand_done(talk_of.errand()())
    assert list(talk_of.turn()) == []
    assert first.read(draft) == {"ground": "sale"}
    talk(first, second)
    assert second.read(draft) == {"ground": "sale"}


def test_a_child_that_dies_costs_only_this_meeting_s_talk(desks, worker):
    class Dying:
        def ask(self, request):
            raise MunimentError("casefile-worker-died")

    first, second, _ = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    act = first.replica.act()
    second.worker = Dying()
    talk(first, second)
    assert second.replica.holds(act)
    second.worker = worker
    talk(first, second)
    assert second.read(draft) == {"ground": "sale"}


def test_acts_go_before_case_files(desks):
    first, second, _ = desks
    first.store.sharing.share(first.begin(ground="sale"), 1)
    first.replica.act()
    kinds = [type(decode_message(data)).__name__ for _, data in talk(first, second).messages]
    assert max(place for place, kind in enumerate(kinds) if kind == "BlockMessage") < kinds.index("CaseMessage")


def test_without_a_worker_the_meeting_is_about_acts(desks):
    first, second, _ = desks
    first.store.sharing.share(first.begin(ground="sale"), 1)
    assert not said(meet(first.replica, second.replica))


# -- on a stick ---------------------------------------------------------------------------------------------


def written(desk, *recipients):
    writer = CourierWriter(desk.replica, seed(desk.replica.number), recipients)
    data = b"".join(writer.frames())
    writer.finish()
    return data


def read(desk, data):
    """What came of case files, as the desk of an office takes it."""
    file = io.BytesIO(data)
    reader = CourierReader(file, courier_file.scan(file))
    reader.check(desk.replica, seed(desk.replica.number))
    list(reader.blocks(desk.replica))
    progress = Progress()
    talk_of = reader.cases.talk(desk.store.sharing, progress, desk.worker, lambda: NOW_MS)
    errand = talk_of.errand()
    if errand is not None:
        talk_of.errand_done(errand())
    return progress


def test_a_stick_brings_a_shared_draft_and_the_answer_what_was_typed_there(desks):
    first, second, third = desks
    draft = first.begin(ground="sale", price=[100, "EUR"])
    first.store.sharing.share(draft, 1)
    data = written(first, 1, 2)
    assert (read(third, data).drafts_new, third.store.drafts()) == (0, [])
    assert read(second, data).drafts_new == 1
    second.edit(second.draft(draft), price=[90, "EUR"])
    first.edit(first.draft(draft), deed="No. 7")
    assert read(first, written(second, 0)).drafts_changed == [draft]
    assert first.read(draft) == {"ground": "sale", "price": [90, "EUR"], "deed": "No. 7"}
    read(second, data)  # an older stick takes nothing back
    read(second, written(first, 1))
    assert second.read(draft) == first.read(draft)


def has_news(desk, other):
    return any(share.has_news for share in desk.store.sharing.with_office(other.replica.number))


def test_what_came_whole_is_answered_once_and_then_nobody_carries_it_on(desks):
    first, second, _ = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    read(second, written(first, 1))
    assert has_news(second, first)
    written(second, 0)  # is lost on its way
    assert not has_news(second, first)
    with pytest.raises(MunimentError, match="courier-repeated"):
        read(first, written(second, 0))
    assert has_news(first, second)
    read(second, written(first, 1))
    read(first, written(second, 0))
    assert not has_news(first, second)
    assert not has_news(second, first)
    first.edit(first.draft(draft), deed="No. 7")
    read(second, written(first, 1))
    answer = written(second, 0)
    first.edit(first.draft(draft), price=[90, "EUR"])
    read(first, answer)
    assert has_news(first, second)  # what was typed after the file that is answered
    read(second, written(first, 1))
    read(first, written(second, 0))
    assert not has_news(first, second)
    assert not has_news(second, first)
    assert second.read(draft) == first.read(draft) == {"ground": "sale", "deed": "No. 7", "price": [90, "EUR"]}


def test_a_draft_on_another_s_stick_is_not_taken_for_one_that_it_shares(desks):
    """A member that is given the same file cannot pass the draft on as its own: it would be told what is typed."""
    first, second, third = desks
    draft = first.begin(ground="sale")
    first.store.sharing.share(draft, 1)
    (carried,) = CasesToCarry(first.store.sharing, 0, [(1, public_key(seed(1)))]).messages()

    class Passing(CasesToCarry):
        def messages(self):
            self.count += 1
            yield carried

    writer = CourierWriter(third.replica, seed(2), [1])
    writer._cases = Passing(third.store.sharing, 2, [])
    assert read(second, b"".join(writer.frames())).drafts_new == 0
    assert second.store.drafts() == []


@pytest.mark.parametrize("content", [b"noise", encode([0, b"noise"]), encode([0, encode_message(Bye("no"))])])
def test_boxes_with_anything_else_are_passed_over(content):
    brought = CasesBrought(0, 1, [seed(1)])
    brought.take(CarriedCase(1, seal_to(public_key(seed(1)), content)))
    brought.take(CarriedCase(1, content))
    assert brought._heard == []
