"""One copy and two: values exact, edits apart merged, disagreement shown and decided alike everywhere."""

import random

import pytest
from automerge import core as automerge
from hypothesis import given, settings
from hypothesis import strategies as st

from core.casefile.cells import MAX_VALUE_BYTES
from core.casefile.document import CaseFile
from core.errors import MunimentError

ANNA, BORIS, CLARA = b"anna....", b"boris...", b"clara..."

# One of each kind of field value that laws know.
FIELDS = {
    "name": "Дом культуры, ул. Мира 7",
    "storeys": -3,
    "heated": True,
    "use": "dwelling",
    "share": [1, 3],
    "price": [12_345_600, "EUR"],
    "since": [2026, 11],
    "seller": {"kind": "natural", "name": "ნინო", "number": "01-7"},
    "parcel": bytes(range(16)),
    "act": bytes(32),
    "entry": 4,
    "deed": {
        "digest": bytes(32),
        "kind": "deed",
        "number": "7/2026",
        "issuer": "Notary 3",
        "day": [2026, 11, 23],
        "pages": 4,
    },
    "witnessed": {"answer": "yes", "by": [2, 0]},
    "owners": [{"id": 1, "share": [1, 2]}, {"id": 2, "share": [1, 2], "party": {"kind": "unknown"}}],
    "notes": [],
    "nothing": None,
}


def apart(fields: dict[str, object]) -> tuple[CaseFile, CaseFile]:
    """Two copies of one draft."""
    anna = CaseFile.create(ANNA, fields)
    return anna, CaseFile(BORIS, anna.save())


def met(anna: CaseFile, boris: CaseFile) -> CaseFile:
    """Both took in the other's copy, and say the same."""
    left, right = anna.save(), boris.save()
    anna.merge(right)
    boris.merge(left)
    assert anna.view() == boris.view()
    return anna


def test_every_kind_of_value_comes_back_exactly() -> None:
    casefile = CaseFile.create(ANNA, FIELDS)
    assert casefile.get() == FIELDS
    again = CaseFile(BORIS, casefile.save())
    assert again.get() == FIELDS
    assert again.get()["heated"] is True
    assert again.view() == casefile.view()


def test_fields_set_apart_merge() -> None:
    anna, boris = apart({"price": [1, "EUR"]})
    anna.set(("price",), [2, "EUR"])
    boris.set(("use",), "garage")
    view = met(anna, boris).view()
    assert view.fields == {"price": [2, "EUR"], "use": "garage"}
    assert view.conflicts == []


def test_a_value_is_never_merged_out_of_two_halves() -> None:
    anna, boris = apart({"price": [100, "EUR"]})
    anna.set(("price",), [200, "EUR"])
    boris.set(("price",), [100, "GEL"])
    view = met(anna, boris).view()
    assert view.fields["price"] in ([200, "EUR"], [100, "GEL"])
    assert view.conflicts == [
        (
            ("price",),
            [
                view.fields["price"],
                *(value for value in ([200, "EUR"], [100, "GEL"]) if value != view.fields["price"]),
            ],
        )
    ]


def test_the_same_field_set_apart_shows_both_and_the_next_edit_decides() -> None:
    anna, boris = apart({"name": "Mill"})
    anna.set(("name",), "Old mill")
    boris.set(("name",), "New mill")
    boris.set(("name",), "Newest mill")  # the later edit of the same draft stands
    casefile = met(anna, boris)
    assert casefile.get() == {"name": "Newest mill"}
    assert casefile.view().conflicts == [(("name",), ["Newest mill", "Old mill"])]
    casefile.set(("name",), "Old mill")
    assert (casefile.get(), casefile.view().conflicts) == ({"name": "Old mill"}, [])
    boris.merge(casefile.save())
    assert (boris.get(), boris.view().conflicts) == ({"name": "Old mill"}, [])


def test_the_same_value_set_apart_is_no_disagreement() -> None:
    anna, boris = apart({"name": "Mill"})
    anna.set(("name",), "Old mill")
    boris.set(("name",), "Old mill")
    assert met(anna, boris).view().conflicts == []


def test_a_cleared_field_that_another_set_holds_what_was_set() -> None:
    anna, boris = apart({"name": "Mill", "use": "mill"})
    anna.clear(("name",))
    anna.clear(("use",))
    boris.set(("name",), "Old mill")
    assert met(anna, boris).get() == {"name": "Old mill"}


def test_rows_added_and_edited_apart_merge() -> None:
    anna, boris = apart({"owners": [{"name": "A", "share": [1, 2]}]})
    first = anna.view().rows["owners"][0]
    anna.set(("owners", first, "share"), [1, 3])
    anna.add_row("owners", {"name": "B"})
    boris.set(("owners", first, "name"), "Aleś")
    boris.add_row("owners", {"name": "C"})
    owners = met(anna, boris).get()["owners"]
    assert owners[0] == {"name": "Aleś", "share": [1, 3]}
    assert sorted(owner["name"] for owner in owners[1:]) == ["B", "C"]


def test_a_row_removed_while_another_edits_it_stays_whole() -> None:
    anna, boris = apart({"owners": [{"name": "A", "share": [1, 2]}, {"name": "B"}]})
    first, second = anna.view().rows["owners"]
    anna.remove_row("owners", first)
    anna.remove_row("owners", second)
    assert "owners" not in anna.get()
    boris.set(("owners", first, "name"), "Aleś")
    assert met(anna, boris).get()["owners"] == [{"name": "Aleś", "share": [1, 2]}]


def test_an_edit_in_a_row_that_is_gone_is_refused() -> None:
    anna, boris = apart({"owners": [{"name": "A"}]})
    row = anna.view().rows["owners"][0]
    anna.remove_row("owners", row)
    boris.merge(anna.save())
    for edit in (lambda: boris.set(("owners", row, "name"), "B"), lambda: boris.remove_row("owners", row)):
        with pytest.raises(MunimentError, match="casefile-no-such-row"):
            edit()


def test_a_field_set_whole_while_another_gave_it_rows_shows_both() -> None:
    anna, boris = apart({})
    anna.set(("owners",), "as before")
    boris.add_row("owners", {"name": "B"})
    view = met(anna, boris).view()
    assert view.fields == {"owners": [{"name": "B"}]}
    assert view.conflicts == [(("owners",), [[{"name": "B"}], "as before"])]


def test_setting_a_list_again_replaces_its_rows() -> None:
    casefile = CaseFile.create(ANNA, {"owners": [{"name": "A"}, {"name": "B"}]})
    casefile.set(("owners",), [{"name": "C"}])
    assert casefile.get() == {"owners": [{"name": "C"}]}
    casefile.set(("owners",), [])
    assert casefile.get() == {"owners": []}
    casefile.add_row("owners", {})
    assert casefile.get() == {"owners": [{}]}


def test_setting_the_same_again_adds_no_history() -> None:
    casefile = CaseFile.create(ANNA, FIELDS)
    row = casefile.view().rows["owners"][0]
    saved = casefile.save()
    casefile.set(("name",), FIELDS["name"])
    casefile.set(("owners", row, "share"), [1, 2])
    assert casefile.save() == saved


@pytest.mark.parametrize(
    "path", [(), ("a", "b"), ("a", "b", "c", "d"), ("a/b",), ("a@b",), ("",), ("a b",), ("x" * 81,)]
)
def test_a_name_that_no_law_could_give_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(MunimentError, match="casefile-path"):
        CaseFile(ANNA).set(path, 1)


def test_a_value_too_large_for_a_field_is_refused() -> None:
    with pytest.raises(MunimentError, match="casefile-too-large"):
        CaseFile(ANNA).set(("name",), "x" * MAX_VALUE_BYTES)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", b"[1,2]"),
        ("name@" + ANNA.hex(), b"[1,2"),
        ("name@" + ANNA.hex(), b"[0,2]"),
        ("name@" + ANNA.hex(), b"[true,2]"),
        ("name@" + ANNA.hex(), b"[9007199254740992,2]"),
        ("owners/row@" + ANNA.hex(), b'[1,"x"]'),
        ("a/b/c/d@" + ANNA.hex(), b"[1,2]"),
    ],
)
def test_an_automerge_document_that_is_no_case_file_is_refused(key: str, value: bytes) -> None:
    document = automerge.Document(ANNA)
    with document.transaction() as change:
        change.put(automerge.ROOT, key, automerge.ScalarType.Bytes, value)
    with pytest.raises(MunimentError, match="casefile-damaged"):
        CaseFile(BORIS, document.save())


def test_objects_inside_the_document_are_refused() -> None:
    document = automerge.Document(ANNA)
    with document.transaction() as change:
        change.put_object(automerge.ROOT, "name@" + ANNA.hex(), automerge.ObjType.Map)
    with pytest.raises(MunimentError, match="casefile-damaged"):
        CaseFile(BORIS, document.save())


@pytest.mark.parametrize("saved", [b"x", b"\x85\x6f\x4a\x83", CaseFile.create(ANNA, FIELDS).save()[:-1]])
def test_bytes_that_are_no_document_are_refused(saved: bytes) -> None:
    with pytest.raises(MunimentError, match="casefile-damaged"):
        CaseFile(BORIS, saved)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_three_copies_agree_however_they_met(chance: random.Random) -> None:
    """Random edits and meetings; at the end all have met all, in different orders."""
    first = CaseFile.create(ANNA, {"a": 1, "rows": [{"x": 0}]})
    copies = [first, CaseFile(BORIS, first.save()), CaseFile(CLARA, first.save())]
    for number in range(chance.randrange(1, 25)):
        copy = chance.choice(copies)
        rows = copy.view().rows.get("rows", [])
        match chance.randrange(6):
            case 0 | 1:
                copy.set((chance.choice("ab"),), number)
            case 2:
                copy.add_row("rows", {"x": number})
            case 3 if rows:
                copy.set(("rows", chance.choice(rows), "x"), number)
            case 4 if rows:
                copy.remove_row("rows", chance.choice(rows))
            case _:
                copy.merge(chance.choice(copies).save())
    for _ in range(2):
        for copy in chance.sample(copies, 3):
            for other in chance.sample(copies, 3):
                copy.merge(other.save())
    assert copies[0].view() == copies[1].view() == copies[2].view()
