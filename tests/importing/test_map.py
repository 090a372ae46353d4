"""The map of an import: read as strictly as a law; it fills an act's fields from a row, by the types of the law."""

from collections.abc import Callable

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import MunimentError
from core.importing.filling import fill_fields
from core.importing.map import MAX_MAP_BYTES, ImportMap, RecordPick, parse_map
from core.importing.values import party
from core.laws import field_types as types
from core.laws.field_types import Field
from core.laws.numbers import is_person_mistyped
from desktop.demonstration.excerpts import DATA
from tests.offices import land_law

PARCELS = b"""
first_of: [id]
signers: [registrar]
records:
  parcel: {register: land.parcel, key: {cadastral: "{id}/{part}"}}
fields:
  address: "{street} {house}"
  rights:
    - {kind: ownership, holder: "{owner}", part: "1/2"}
    - {kind: ownership, holder: {name: "{other}", kind: legal, number: "{tax}"}, part: "1/2"}
"""


def refused(data: bytes) -> str:
    with pytest.raises(MunimentError) as caught:
        parse_map(data)
    assert caught.value.code in {"not-a-map", "too-large"}
    return str(caught.value.facts.get("detail", caught.value.code))


def trouble(call: Callable[[], object]) -> str | None:
    """The code of a refusal; anything else that is raised goes through."""
    try:
        call()
    except MunimentError as error:
        return error.code
    return None


def test_a_map_is_read() -> None:
    found = parse_map(PARCELS)
    assert found.columns == {"id", "part", "street", "house", "owner", "other", "tax"}
    assert (found.first_of, found.later_of, found.signers) == (("id",), (), ("registrar",))
    assert found.records == {"parcel": RecordPick("land.parcel", "cadastral", "{id}/{part}")}


def test_those_of_the_demonstration_are_maps() -> None:
    fields = land_law().procedures["register_from_sales_list"].fields
    for name in ("parcels", "sales"):
        found = parse_map((DATA / f"{name}.map.yaml").read_bytes())
        assert {"parcel_id", "sale_id", "sale_date", "sale_price_usd"} <= found.columns
        assert set(found.fields) <= set(fields)


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "law-empty"),
        (b"a list", "map"),
        (b"signers: [a]", "fields"),
        (b"fields: {}", "signers"),
        (b"signers: a\nfields: {}", "signers"),
        (b"signers: [[a]]\nfields: {}", "signers"),
        (b"signers: []\nfields: []", "fields"),
        (b"signers: []\nfields: {}\nfirst_of: id", "first_of"),
        (b"signers: []\nfields: {}\nfirst_of: [a]\nlater_of: [a]", "first_of, later_of"),
        (b"signers: []\nfields: {}\nrecords: {p: land.parcel}", "p"),
        (b"signers: []\nfields: {}\nrecords: {p: {register: r}}", "p"),
        (b"signers: []\nfields: {}\nrecords: {p: {register: r, key: {a: b, c: d}}}", "p"),
        (b"signers: []\nfields: {}\nrecords: {p: {register: r, key: {}}}", "p"),
        (b"signers: []\nfields: {}\ncolours: 1", "colours"),
        (b"signers: []\nfields: {}\nblank: [a]", "blank"),
        (b"signers: []\nfields: {}\nwords: {plain: {a: b}}", "plain"),
        (b"signers: []\nfields: {a: b, a: c}", "a"),
        (b"signers: []\nfields: &x {a: *x}", "yaml-alias"),
        (b"\xff", "UTF-8"),
        (b"signers: []\nfields: {a: " + b"[" * 50 + b"]" * 50 + b"}", "14"),
        (b"#" * (MAX_MAP_BYTES + 1), "too-large"),
    ],
)
def test_what_is_refused(data: bytes, detail: str) -> None:
    assert detail in refused(data)


def test_a_small_file_cannot_grow() -> None:
    """Aliases that double themselves would be billions of templates."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    assert "yaml-alias" in refused(("signers: []\nfields:\n  " + "\n  ".join(lines)).encode())


@given(st.one_of(st.binary(max_size=300), st.text("{}[]:,-&*!|>'\"# \nasfield", max_size=300).map(str.encode)))
def test_any_bytes_are_a_map_or_refused(data: bytes) -> None:
    assert trouble(lambda: parse_map(data).columns) in {None, "not-a-map"}


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10), st.dates()),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy computer is no fault of a map
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("first_of", "signers", "records", "fields"), PLAIN)))
def test_any_yaml_is_a_map_or_refused(content: object) -> None:
    """Also whatever such a map then makes of a row."""

    def fill() -> None:
        found = parse_map(yaml.safe_dump(content, allow_unicode=True).encode())
        fill_fields(found, land_law().procedures["first_registration"].fields, dict.fromkeys(found.columns, "1"))

    assert trouble(fill) in {None, "not-a-map", "unknown-field", "unreadable-value", "word-unknown"}


# -- filling --------------------------------------------------------------------------------------------------------


def values(fields: dict[str, object], declared: dict[str, Field], **row: str) -> object:
    return fill_fields(ImportMap((), (), (), {}, fields), declared, row)


def field(name: str, field_type: types.FieldType, optional: bool = False) -> Field:
    return Field(name, field_type, optional)


RIGHT = types.GroupType(
    fields={
        "holder": field("holder", types.PartyType()),
        "part": field("part", types.FractionType()),
        "note": field("note", types.TextType(), optional=True),
    }
)
DECLARED = {
    "address": field("address", types.TextType()),
    "area": field("area", types.IntegerType(), optional=True),
    "owner": field("owner", types.PartyType(), optional=True),
    "rights": field("rights", types.ListType(of=RIGHT)),
}


def test_fields_are_filled_by_their_types() -> None:
    rights = [
        {"holder": "{owner}", "part": "{part}", "note": "{note}"},
        {"holder": {"name": "B", "kind": "state"}, "part": "1"},
    ]
    found = values(
        {"address": "{a} {b}", "area": "{area}", "rights": rights},
        DECLARED, a="Garden", b="5", area="12", owner="Ada", part="2/4", note="",
    )  # fmt: skip
    assert found == {
        "address": "Garden 5",
        "area": 12,
        "rights": [{"holder": party("Ada"), "part": [1, 2]}, {"holder": party("B", kind="state"), "part": [1, 1]}],
    }


def test_an_empty_optional_cell_stays_out() -> None:
    assert values({"area": "{a}"}, DECLARED, a="  ") == {}
    assert values({"owner": {"name": "{a}", "kind": "legal"}}, DECLARED, a="") == {}


def test_people_without_numbers_are_one_by_name_or_one_each_row() -> None:
    def numbers(template: object, **row: str) -> str:
        found = values({"owner": template}, DECLARED, **row)["owner"]["number"]
        assert isinstance(found, str)
        return found

    each = {"name": "{a}", "number": "{id}", "each": "row"}
    one, same = numbers(each, a="Ada", id="", page="1"), numbers(each, a="Ada", id="", page="1")
    other = numbers(each, a="Ada", id=" ", page="2")
    assert one == same != other
    assert one.startswith("P-")
    assert not is_person_mistyped(one)
    assert numbers(each, a="Ada", id="7-A", page="1") == "7-A"
    assert numbers({"name": "{a}"}, a="Ada", page="1") == numbers({"name": "{a}"}, a="Ada", page="2")
    with pytest.raises(MunimentError, match="unknown-field"):
        values({"owner": {"name": "{a}", "each": "name"}}, DECLARED, a="Ada")


def test_a_cell_in_braces_is_text_and_no_column() -> None:
    """A table cannot reach further than its own cell."""
    assert values({"address": "{a}"}, DECLARED, a="{b} {0.__class__}", b="secret") == {"address": "{b} {0.__class__}"}


def test_an_entry_without_a_single_cell_is_left_out() -> None:
    """Columns for two owners, and a row that names one; a constant beside an empty cell names nobody."""
    rights = [{"holder": "{a}", "part": "1/2"}, {"holder": "{b}", "part": "1/2"}]
    assert values({"rights": rights}, DECLARED, a="Ada", b=" ") == {
        "rights": [{"holder": party("Ada"), "part": [1, 2]}]
    }


def test_words_stand_for_cells_and_an_unknown_one_is_refused() -> None:
    given = parse_map(
        'words: {kind: {Публичен: garden, "": none}}\nsigners: []\nfields: {address: "{Вид|kind}"}'.encode()
    )
    assert given.columns == {"Вид"}
    told = [fill_fields(given, DECLARED, {"Вид": cell})["address"] for cell in ("Публичен", " ")]
    assert told == ["garden", "none"]
    with pytest.raises(MunimentError) as caught:
        fill_fields(given, DECLARED, {"Вид": "Частен"})
    assert (caught.value.code, caught.value.facts["text"]) == ("word-unknown", "Частен")


def test_a_day_is_no_more_precise_than_the_map_says() -> None:
    born = {"born": field("born", types.DayType(), optional=True)}
    for precision, day in (("year", [1812]), ("month", [1812, 3]), ("day", [1812, 3, 4])):
        assert values({"born": {"day": "{d}", "precision": "{p}"}}, born, d="1812-03-04", p=precision) == {"born": day}
    assert values({"born": {"day": "{d}", "precision": "year"}}, born, d="") == {}
    assert trouble(lambda: values({"born": {"day": "{d}", "precision": "age"}}, born, d="1812")) == "unreadable-value"
    assert trouble(lambda: values({"born": {"day": "{d}", "about": "x"}}, born, d="1812")) == "unknown-field"


@pytest.mark.parametrize(
    ("fields", "code", "where"),
    [
        ({"colour": "red"}, "unknown-field", "colour"),
        ({"area": "x"}, "unreadable-value", "area"),
        ({"area": ["1"]}, "unknown-field", "area"),
        ({"area": {"a": "1"}}, "unknown-field", "area"),
        ({"rights": "x"}, "unreadable-value", "rights"),
        ({"rights": ["x"]}, "unknown-field", "rights"),
        ({"rights": [{"who": "x"}]}, "unknown-field", "rights.who"),
        ({"rights": [{"part": "x"}]}, "unreadable-value", "rights.part"),
        ({"rights": [{"holder": {"name": ""}}]}, "unreadable-value", "rights.holder"),
        ({"rights": [{"holder": {"kind": "legal"}}]}, "unknown-field", "rights.holder.name"),
        ({"rights": [{"holder": {"name": ["x"]}}]}, "unknown-field", "rights.holder.name"),
        ({"rights": [{"holder": {"name": "x", "age": "9"}}]}, "unknown-field", "rights.holder.age"),
    ],
)
def test_what_cannot_be_filled(fields: dict[str, object], code: str, where: str) -> None:
    with pytest.raises(MunimentError) as caught:
        values(fields, DECLARED)
    assert (caught.value.code, caught.value.facts["field"]) == (code, where)


def test_a_field_for_whole_days_stays_out_where_the_day_is_known_no_better() -> None:
    born = {"born": field("born", types.DayType(precise=True), optional=True)}
    for precision, act in (("day", {"born": [1812, 3, 4]}), ("month", {}), ("year", {})):
        assert values({"born": {"day": "{d}", "precision": "{p}"}}, born, d="1812-03-04", p=precision) == act
    wanted = {"born": field("born", types.DayType(precise=True))}
    assert values({"born": {"day": "{d}", "precision": "year"}}, wanted, d="1812-03-04") == {"born": [1812]}


def test_a_cell_in_one_spelling_or_in_one_line() -> None:
    given = {"a": " Ballagh  Cove,\n Énniscorthy; No.4 "}
    spelt = {"plain": "ballagh cove enniscorthy no 4", "line": "Ballagh Cove, Énniscorthy; No.4"}
    for spelling, text in spelt.items():
        assert values({"address": f"{{a|{spelling}}}"}, DECLARED, **given) == {"address": text}
    assert parse_map(b'signers: []\nfields: {address: "{a|plain}"}').columns == {"a"}


def test_cells_that_say_nothing_and_columns_that_are_text() -> None:
    found = parse_map(b"signers: []\nblank: {price: [n/a, USD]}\nas_text: [name]\nfields: {a: '{price}{name}'}")
    assert found.read({"price": " USD ", "name": "-Ada"}) == {"price": "", "name": "-Ada"}
    same = {"price": "1 USD", "name": ""}
    assert found.read(same) is same
    assert (found.columns, found.guarded_columns) == ({"price", "name"}, ("price",))


def test_what_a_map_says_itself_is_read_once_and_refused_where_it_cannot_be() -> None:
    assert values({"area": "12", "address": "{a}"}, DECLARED, a="x") == {"area": 12, "address": "x"}
    assert trouble(lambda: values({"area": "twelve"}, DECLARED, a="x")) == "unreadable-value"
