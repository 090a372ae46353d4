"""The self-test of an installation passes on the computer that runs these tests."""

from tests.commands.places import start


def test_every_part_works() -> None:
    said = start("self-test", "--json")
    answer = said.json
    assert said.exit_code == 0, answer
    assert [step["name"] for step in answer["steps"]] == [
        "replica",
        "kit",
        "sign",
        "verify",
        "discovery",
        "paper",
        "window",
    ]
    assert said.err == ""
    assert all(step["ok"] for step in answer["steps"])
