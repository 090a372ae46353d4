"""`muniment charter propose, vote, list, appoint, roles, end` and `renew`: the public commands on real folders."""

from itertools import combinations
from pathlib import Path

from core.folder import Folder
from core.views import Step
from tests.commands.places import NAMES, Founded, Place, Said, found_network, refused, run, untouched
from tests.commands.test_replica import CSV, MAP
from tests.laws.test_walkthrough import EXAMPLE
from tests.offices import meet


def administrator(office: Place) -> tuple[str, ...]:
    return ("--officer", f"0:administrator:{office.officer_secret}", *office.access, "--json")


def settle(network: Founded) -> None:
    offices = [place.open() for place in network.places]
    while sum(meet(one, other) for one, other in combinations(offices, 2)):
        pass
    for office in offices:
        office.close()


def sign_as(office: Place, path: Path, officer: str, number: int = 7) -> Said:
    """Import one parcel, signed by the officer named."""
    table, map_file = path / "table.csv", path / "map.yaml"
    table.write_text(CSV.replace("0000000077", f"{number:010}"), "utf-8")
    map_file.write_text(MAP, "utf-8")
    return run(
        "import", table, "--law", "land", "--procedure", "first_registration", "--map", map_file,
        "--officer", officer, *office.access, "--json",
    )  # fmt: skip


def test_two_offices_change_how_many_must_agree(network: Founded) -> None:
    first, second = network.places
    proposed = run("charter", "propose", "dormancy", "--office", "2", "--reason", "asleep", *administrator(first)).json
    assert (proposed["reference"], proposed["office"], proposed["standing"]) == ("P1-1", 2, "open")
    assert "2 of 2 offices must agree; 0 have. It waits for 2 more offices." in proposed["message"]
    again = run("charter", "propose", "dormancy", "--office", "2", "--reason", "still", *administrator(first))
    refused(again, 1, "change-already-open")
    voted = run("charter", "vote", "P1-1", "yes", *administrator(first)).json
    assert (voted["agree"], voted["own"]) == (1, "yes")
    again = run("charter", "vote", "P1-1", "yes", *administrator(first)).json
    assert again["agree"] == 1  # the vote stands already
    settle(network)
    assert run("charter", "vote", "P1-1", "no", *administrator(second)).json["no"] == [NAMES[1]]
    changed_mind = run("charter", "vote", proposed["proposal"][:12], "yes", *administrator(second)).json
    assert (changed_mind["standing"], changed_mind["agree"], changed_mind["no"]) == ("enough", 2, [])
    settle(network)
    listed = run("charter", "list", *first.access, "--json").json
    assert (listed["epoch"], listed["quorum"], listed["changes"]) == (1, 1, [])
    assert run("charter", "list", *first.access).out == "No change of the network is proposed.\n"


def test_what_leads_nowhere_is_refused_before_it_is_signed(network: Founded, tmp_path: Path) -> None:
    office = network.places[0]
    card = tmp_path / "card"
    card.write_bytes(office.folder.card.read_bytes())
    law = tmp_path / "law.yaml"
    law.write_text("law: nothing\n", "utf-8")
    with untouched(office):
        by = administrator(office)
        refused(run("charter", "propose", "waking", "--office", "2", "--reason", "x", *by), 1, "already-in-force")
        refused(run("charter", "propose", "admit", "--file", card, "--reason", "x", *by), 1, "name-taken")
        refused(
            run("charter", "propose", "incarnation", "--office", "1", "--file", card, "--reason", "x", *by),
            1,
            "not-a-new-key",
        )
        refused(run("charter", "propose", "admit", "--file", law, "--reason", "x", *by), 3, "not-an-office-card")
        refused(run("charter", "propose", "law", "--file", law, "--reason", "x", *by), 3, "law-refused")
        refused(run("charter", "propose", "quorum", "--policy", "some", "--reason", "x", *by), 2, "bad-change")
        refused(run("charter", "propose", "dormancy", "--reason", "x", *by), 2, "bad-change")
        refused(run("charter", "propose", "war", "--reason", "x", *by), 2, "bad-change")
        refused(run("charter", "vote", "P9-9", "yes", *by), 1, "unknown-proposal")
        refused(run("charter", "vote", "P9-9", "perhaps", *by), 2, "bad-answer")
        notary = ("--officer", f"1:administrator:{office.officer_secret}", *office.access, "--json")
        refused(run("charter", "propose", "dormancy", "--office", "2", "--reason", "x", *notary), 1, "change-refused")


def test_rules_whose_stories_go_otherwise_are_not_put_to_the_vote(network: Founded, tmp_path: Path) -> None:
    law, story = tmp_path / "boats.yaml", tmp_path / "stories" / "boats" / "one.yaml"
    law.write_text(EXAMPLE, "utf-8")
    story.parent.mkdir(parents=True)
    boat = "{mark: AB-12, name: Seagull, owners: [{owner: Ana, part: 1/2}]}"
    head = "story: A boat with half an owner\noffices: {A: {}, B: {}, C: {}}\nsteps:\n"
    story.write_text(f"{head}  - {{sign: enter_boat, at: A, fields: {boat}}}\n", "utf-8")
    by = administrator(network.places[0])
    with untouched(network.places[0]):
        said = run("charter", "propose", "law", "--file", law, "--reason", "boats", *by)
        refused(said, 1, "rules-fail-their-tests")
        assert "The story one of the rules of boats does not go as it is told: line 4." in said.json["message"]
    story.write_text(story.read_text("utf-8").replace("1/2", "1/1"), "utf-8")
    assert run("charter", "propose", "law", "--file", law, "--reason", "boats", *by).json["subject"] == "boats 1"


def test_an_officer_is_appointed_signs_and_is_ended(network: Founded, tmp_path: Path) -> None:
    office, secret = network.places[0], tmp_path / "new officer"
    secret.write_text("a heron on the weir\n", "utf-8")
    made = run(
        "charter", "appoint", "--name", "Ева Лис", "--role", "registrar", "--new-passphrase-file", secret,
        *administrator(office),
    ).json  # fmt: skip
    assert (made["number"], made["roles"], len(made["key"])) == (100, ["registrar"], 64)
    assert office.folder.officer_key(100).exists()
    assert sign_as(office, tmp_path, f"100:registrar:{secret}").exit_code == 0
    changed = run("charter", "roles", "100", "--role", "clerk", "--reason", "moved", *administrator(office)).json
    assert changed["roles"] == ["clerk"]
    assert sign_as(office, tmp_path, f"100:registrar:{secret}", 8).json["code"] == "rows-refused"
    term = ("--from", "2020-01-01", "--until", "2020-12-31", "--territory", "28", "--deputy-for", "0")
    run("charter", "roles", "100", "--role", "registrar", "--reason", "a term", *term, *administrator(office))
    late = sign_as(office, tmp_path, f"100:registrar:{secret}", 9)
    assert "from 2020-01-01 until 2020-12-31" in str(late.json)
    ended = run("charter", "end", "100", "--reason", "retired", *administrator(office)).json
    assert "signed before stands" in ended["message"]
    with untouched(office):
        refused(run("charter", "end", "100", "--reason", "again", *administrator(office)), 1, "roles-held-already")
        refused(run("charter", "end", "7", "--reason", "x", *administrator(office)), 1, "unknown-officer")
        refused(
            run("charter", "end", "0", "--reason", "x", *administrator(office)), 1, "change-refused", "no administrator"
        )
        refused(
            run(
                "charter", "appoint", "--name", "X", "--role", "king", "--public-key", "ab" * 32, *administrator(office)
            ),
            2,
            "bad-officer",
        )


def test_a_founding_officer_is_ended_by_the_same_command(network: Founded, tmp_path: Path) -> None:
    office = network.places[0]
    ended = run("charter", "end", "1", "--reason", "retired", *administrator(office)).json
    assert ended["number"] == 1
    with untouched(office):
        refused(run("charter", "end", "1", "--reason", "again", *administrator(office)), 1, "roles-held-already")


def test_a_restored_office_signs_again_with_a_new_key_that_the_others_voted(tmp_path: Path) -> None:
    network = found_network(tmp_path)
    lost = network.places[3]
    lost.record(3)
    backup, card = tmp_path / "backup", tmp_path / "renewed card"
    run("backup", backup, *lost.access, "--json")
    there = Place(3, Folder(tmp_path / "new computer"), lost.secret, lost.officer_secret)
    run("restore", backup, *there.access, "--json")
    made = run("renew", card, *administrator(there)).json
    assert made["path"] == str(card)
    with untouched(there):
        refused(run("renew", card, *administrator(there)), 3, "file-exists")
    awake = Founded(network.charter, network.charter_file, (*network.places[:3], there))
    settle(awake)
    proposed = run(
        "charter", "propose", "incarnation", "--office", "4", "--file", card, "--reason", "restored",
        *administrator(awake.places[0]),
    ).json  # fmt: skip
    assert proposed["subject"] == NAMES[3]
    settle(awake)
    for place in awake.places[:3]:
        voted = run("charter", "vote", "P1-1", "yes", *administrator(place)).json
    assert (voted["agree"], voted["standing"]) == (1, "open")  # the others' votes are still on their computers
    refused(run("charter", "vote", "P1-1", "yes", *administrator(there)), 5, "quarantine", "not sign")
    settle(awake)
    opened = there.open()
    assert (opened.hand.quarantine, opened.roll.epoch, opened.roll.members[3].incarnation) == (None, 1, 1)
    opened.close()
    (act,) = there.record(4)
    settle(awake)
    for place in awake.places:
        office = place.open()
        assert office.acts.view(act.id).ladder.step is Step.FINAL
        assert office.forkers() == frozenset()
        office.close()


def test_a_stolen_computer_is_reported_from_another_office(network: Founded) -> None:
    first, second = network.places
    second.record(5)
    network.hand_over(1, 0)
    said = run("lost", NAMES[1], "--reason", "stolen from the car", *administrator(first)).json
    assert (said["kind"], said["office"], said["standing"]) == ("remove", 2, "open")
    assert said["last_claimed_ms"] > 0
    assert "not heard from it since" in said["message"]
    refused(run("lost", "1", "--reason", "x", *administrator(first)), 1, "own-computer-lost", "another office")
