"""Changes of the network in the window: proposed, refused before signing, voted; officers appointed and ended; void
acts entered again.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.laws.law_reading import parse_law
from core.ledger.encoding import Value
from core.views import ActView, Step
from desktop.application import OpenOffice
from desktop.pages.appointing import AppointForm
from desktop.pages.changes import ChangesPage
from desktop.pages.proposing import ProposeForm
from desktop.pages.today_reading import Waiting
from tests.desktop.conftest import ALICE, REGISTRAR_SECRET, MadeNetwork, first_registration, record_act
from tests.desktop.looking import press, texts
from tests.folders import make_office
from tests.laws.test_walkthrough import EXAMPLE
from tests.offices import LIBRARY

Open = Callable[..., OpenOffice]


def wait(qtbot: QtBot, office: OpenOffice) -> None:
    qtbot.waitUntil(lambda: not office.desk.background.busy(), timeout=20_000)


def changes(qtbot: QtBot, office: OpenOffice) -> ChangesPage:
    office.window.go("changes")
    wait(qtbot, office)
    return office.window.changes


def sign_draft(qtbot: QtBot, office: OpenOffice, seen: list[str] | None = None, **typed: Value) -> ActView:
    """Type what the draft still lacks, review it and sign as the administrator. `seen`: takes what the review says."""
    page = office.window.new_act
    qtbot.waitUntil(lambda: office.window.page is page and page.filling is not None, timeout=10_000)
    filling = page.filling
    assert filling is not None
    wait(qtbot, office)
    for name, text in typed.items():
        assert page.keeper is not None
        page.keeper.set((name,), text)
    qtbot.waitUntil(lambda: not filling.form.has_pending() and not filling.form.mark_incomplete(), timeout=10_000)
    filling.review.click()
    qtbot.waitUntil(lambda: page.reviewing is not None, timeout=10_000)
    reviewing = page.reviewing
    assert reviewing is not None
    assert reviewing.may_sign, texts(reviewing)
    if seen is not None:
        seen += texts(reviewing)
    with qtbot.waitSignal(page.recorded, timeout=20_000):
        reviewing.passphrases[0].setText(REGISTRAR_SECRET)
        reviewing.sign.click()
    view = page.done.view
    assert view is not None
    wait(qtbot, office)
    return view


def propose(qtbot: QtBot, office: OpenOffice, kind: str, member: int, reason: str = "asleep for months") -> ProposeForm:
    page = changes(qtbot, office)
    press(page, "Propose a change…")
    form = page.form
    assert isinstance(form, ProposeForm)
    form.kind.setCurrentIndex(form.kind.findData(kind))
    form.office.setCurrentIndex(form.office.findData(member))
    form.reason.setText(reason)
    form.go_on.click()
    return form


def test_a_change_is_proposed_and_voted_in_plain_words(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    page = changes(qtbot, office)
    assert "No change is proposed." in texts(page)
    propose(qtbot, office, "dormancy", 3)
    proposed = sign_draft(qtbot, office)
    assert proposed.transaction.act["reference"] == "P1-1"
    told = texts(changes(qtbot, office))
    assert "P1-1 · Let Kupałaŭski sleep: its vote does not count until it is woken" in told
    assert {"3 of 4 offices must agree; 0 have.", "It waits for 3 more offices.", "Reason: asleep for months"} <= set(
        told
    )
    press(page, "Vote yes…")
    seen: list[str] = []
    voted = sign_draft(qtbot, office, seen)
    assert voted.transaction.act == {"proposal": proposed.records[0], "answer": "yes"}
    assert "1 · P1-1" in seen  # by its name, and not by its inner number
    assert proposed.records[0].hex() not in "".join(seen)
    told = texts(changes(qtbot, office))
    assert {"3 of 4 offices must agree; one has.", "This office has voted yes."} <= set(told)
    assert "For it: " + office.desk.office_name in told
    press(page, "Withdraw the vote…")
    assert sign_draft(qtbot, office).transaction.procedure == "withdraw_vote"
    assert "3 of 4 offices must agree; 0 have." in texts(changes(qtbot, office))


def test_voters_read_who_would_sign_no_more_and_who_would(open_desk: Open, qtbot: QtBot, tmp_path: Path) -> None:
    """An office that lost its computer with all keys: what a thief would ask for is told before anybody votes."""
    office = open_desk(0)
    name = office.desk.offices[3]
    make_office(tmp_path / "again", name)
    page = changes(qtbot, office)
    press(page, "Propose a change…")
    form = page.form
    assert isinstance(form, ProposeForm)
    form.kind.setCurrentIndex(form.kind.findData("return"))
    form.office.setCurrentIndex(form.office.findData(3))
    form.file.setText(str(tmp_path / "again" / "card.office"))
    form.reason.setText("burned")
    form.go_on.click()
    assert sign_draft(qtbot, office).transaction.act["kind"] == "incarnation"
    told = texts(changes(qtbot, office))
    assert f"P1-1 · New key for the computer of {name}, and other officers in place of its own" in told
    leaving = f"{name} registrar, {name} notary"
    assert f"Signs for {name} so far, and would sign no more: {leaving}." in told
    assert f"Would sign for {name} from then on: Anna: registrar." in told
    assert any(text.startswith("This is what a thief would ask for.") for text in told)


def test_what_leads_nowhere_is_told_before_it_becomes_an_act(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    form = propose(qtbot, office, "waking", 3)
    qtbot.waitUntil(lambda: bool(form.notice.text), timeout=10_000)
    assert "holds already" in form.notice.text
    assert office.window.page is office.window.changes
    assert office.service.call(lambda: office.service.office.records.count("charter.proposal")).result() == 0


def propose_rules(qtbot: QtBot, office: OpenOffice, file: Path) -> ProposeForm:
    page = changes(qtbot, office)
    press(page, "Propose a change…")
    form = page.form
    assert isinstance(form, ProposeForm)
    form.kind.setCurrentIndex(form.kind.findData("law"))
    form.file.setText(str(file))
    form.reason.setText("boats")
    form.go_on.click()
    return form


def test_the_stories_of_proposed_rules_are_played_with_progress_and_can_be_stopped(
    open_desk: Open, qtbot: QtBot
) -> None:
    office = open_desk(0)
    form = propose_rules(qtbot, office, LIBRARY / "auctions.yaml")
    qtbot.waitUntil(
        lambda: any(text.startswith("Playing story 1 of 3 of these rules") for text in texts(form)), timeout=10_000
    )
    press(form, "Cancel")
    qtbot.waitUntil(lambda: form.notice.text.startswith("It was stopped."), timeout=20_000)
    assert form.go_on.isEnabled()
    assert office.window.page is office.window.changes


def test_rules_become_an_act_once_their_stories_go_as_they_are_told(
    open_desk: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    office = open_desk(0)
    law, story = tmp_path / "boats.yaml", tmp_path / "stories" / "boats" / "one.yaml"
    law.write_text(EXAMPLE, "utf-8")
    story.parent.mkdir(parents=True)
    boat = "{mark: AB-12, name: Seagull, owners: [{owner: Ana, part: 1/2}]}"
    head = "story: A boat with half an owner\noffices: {A: {}, B: {}, C: {}}\nsteps:\n"
    story.write_text(f"{head}  - {{sign: enter_boat, at: A, fields: {boat}}}\n", "utf-8")
    form = propose_rules(qtbot, office, law)
    qtbot.waitUntil(lambda: "does not go as it is told: line 4" in form.notice.text, timeout=20_000)
    assert form.busy.isHidden()
    story.write_text(story.read_text("utf-8").replace("1/2", "1/1"), "utf-8")
    form.go_on.click()
    seen: list[str] = []
    proposed = sign_draft(qtbot, office, seen)
    assert (proposed.transaction.act["kind"], proposed.transaction.act["reason"]) == ("law", "boats")
    (enclosed,) = (words for words in seen if words.startswith("A file of "))  # nobody can read its bytes
    assert enclosed.endswith(sha256(parse_law(EXAMPLE).canonical).hexdigest())


def test_an_act_that_brings_a_file_begins_on_the_page_that_takes_it(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    for procedure, form in (("propose", ProposeForm), ("appoint", AppointForm)):
        office.window.go("new")
        office.window.new_act.choosing.procedure_chosen.emit(f"charter.{procedure}")
        wait(qtbot, office)
        page = office.window.changes
        assert office.window.page is page
        assert isinstance(page.form, form)
        page.form.go_on.click()
        assert "Fill in" in page.form.notice.text


def test_a_form_that_is_opened_while_the_page_asks_stays(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    page = changes(qtbot, office)
    page.refresh()
    page.propose()
    wait(qtbot, office)
    assert isinstance(page.form, ProposeForm)
    assert page.form.go_on.isVisible()


def test_an_officer_is_appointed_and_a_founding_one_ended(network: MadeNetwork, open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    page = changes(qtbot, office)
    press(page, "Appoint an officer…")
    form = page.form
    assert isinstance(form, AppointForm)
    form.go_on.click()
    assert form.notice.text
    form.name.setText("Ева Лис")
    form.roles["registrar"].setChecked(True)
    for line in (form.passphrase.first, form.passphrase.again):
        line.setText("a heron on the weir")
    form.go_on.click()
    qtbot.waitUntil(lambda: office.window.page is office.window.new_act, timeout=60_000)
    appointed = sign_draft(qtbot, office)
    assert appointed.transaction.act["number"] == 100
    assert network.folders[0].officer_key(100).exists()
    qtbot.waitUntil(lambda: 100 in office.desk.standing.officers, timeout=10_000)
    assert [number for number, _ in office.desk.officers_with("registrar")] == [0, 100]
    told = texts(changes(qtbot, office))
    assert "Ева Лис: registrar" in told
    press(page, "Other roles for Ева Лис")
    deputy: Value = {"role": "registrar", "until": [2040, 1, 31], "territory": "28", "deputy_for": 0}
    reviewed: list[str] = []
    changed = sign_draft(qtbot, office, reviewed, roles=[deputy])
    assert "Registrar · Until 2040-01-31 · Territory 28 · Deputy of officer No. 0" in reviewed
    assert (changed.transaction.procedure, changed.transaction.act["roles"]) == ("change_roles", [deputy])
    first = office.desk.standing.officers[0].name
    assert f"Ева Лис: registrar (until 2040-01-31, only 28, deputy of {first})" in texts(changes(qtbot, office))
    press(page, "Other roles for Ева Лис")
    assert sign_draft(qtbot, office).transaction.act["roles"] == [deputy]  # what is not changed stays as it was
    changes(qtbot, office)
    press(page, "End the powers of Ева Лис")
    sign_draft(qtbot, office, reason="retired")
    qtbot.waitUntil(lambda: not office.desk.standing.officers[100].roles, timeout=10_000)
    assert "Ева Лис: powers ended" in texts(changes(qtbot, office))
    ends = [one.accessibleName() for one in page.findChildren(QPushButton) if one.text() == "End the powers…"]
    assert len(ends) == 1  # the notary's: nobody ends the last administrator


def test_a_void_act_is_listed_and_entered_again(network: MadeNetwork, open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    typed = first_registration("7000000042", "42", ALICE)
    act = record_act(office.service, network.folders[0], "first_registration", {}, typed)
    void = act._replace(records=(), ladder=act.ladder._replace(step=Step.REJECTED, code="not-in-the-roll"))
    today = office.service.call(lambda: office.service.office.standing.today()).result()
    page = office.window.today
    counts = {**today.counts, "void": 1, "not_yet_seen": 0}
    office.window.go("today")
    wait(qtbot, office)
    page._show(Waiting(replace(today, void=(void,), not_yet_seen=(), counts=counts), (), (), (), 0, (), {}, {}, None))
    told = texts(page)
    assert "One act is void: enter it again" in told
    assert any(text.startswith("Not entered: void, the key that signed it left the network first.") for text in told)
    press(page, "Enter again…")
    new = office.window.new_act
    qtbot.waitUntil(lambda: new.filling is not None, timeout=10_000)
    wait(qtbot, office)
    assert new.filling is not None
    filling = new.filling
    qtbot.waitUntil(lambda: filling.form.act() == typed, timeout=10_000)


def test_a_stolen_computer_is_reported(open_desk: Open, qtbot: QtBot) -> None:
    office = open_desk(0)
    page = changes(qtbot, office)
    press(page, "A computer was lost or stolen…")
    form = page.form
    assert isinstance(form, ProposeForm)
    wait(qtbot, office)
    assert form.office.findData(0) < 0
    form.office.setCurrentIndex(form.office.findData(3))
    assert (
        "This office has not heard anything from it yet: what nobody has heard is lost, and has to be entered again."
        in texts(form)
    )
    form.reason.setText("stolen from the car")
    form.go_on.click()
    reported = sign_draft(qtbot, office)
    assert (reported.transaction.act["kind"], reported.transaction.act["member"]) == ("remove", 3)
    assert "P1-1 · Remove the computer of Kupałaŭski" in texts(changes(qtbot, office))
