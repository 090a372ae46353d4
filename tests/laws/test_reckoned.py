"""Fields of an act that follow from its others: what a law may say of them, and that an import fills them in."""

import pytest

from core.importing.importer import Importer
from core.importing.map import parse_map
from core.laws import LawError, parse_law
from core.laws.reckoning import fill_in
from core.ledger.encoding import Value
from core.ledger.transaction import Signer
from tests.laws.test_walkthrough import EXAMPLE
from tests.ledger.building import make_network
from tests.offices import open_in_memory
from tests.stories.test_fees import BOATS

LEAKS = "leaks: {type: integer, min: 0, max: 100}"
PUMPS = "\n      pumps: {type: integer, min: 0, max: 3, optional: true}"


def reckoned(rule: str) -> str:
    return EXAMPLE.replace(LEAKS, LEAKS.replace("100}", f'100, reckoned: "{rule}"}}') + PUMPS)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("unknown-field", "act.leaks + 1"),  # itself
        ("unknown-name", "boat.inspected"),
        ("unknown-index", "count('boats', {})"),
        ("no-time-here", "surely_by(act.day) ? 1 : 0"),
        ("unguarded", "act.pumps * 2"),
        ("mixed-types", "1 / 2"),
    ],
)
def test_it_follows_from_other_fields_of_the_act_alone(code: str, rule: str) -> None:
    with pytest.raises(LawError) as refused:
        parse_law(reckoned(rule))
    assert [one.code for one in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("act", "leaks"),
    [
        ({"day": [2026, 5, 1]}, 9),
        ({"day": [2026, 5, 1], "pumps": 2}, 4),
        ({"day": [2026, 5, 1], "pumps": 2, "leaks": 1}, 1),  # said itself: a condition judges it
        ({"day": [2026, 6, 1]}, 7),
        ({"pumps": 2}, None),
        ({"day": "June", "pumps": 2}, None),
    ],
)
def test_it_is_filled_in_once_what_it_needs_is_there(act: dict[str, Value], leaks: Value) -> None:
    law = parse_law(reckoned("has(act.pumps) ? act.pumps * 2 : (act.day < day(2026, 6, 1) ? 9 : 7)"))
    assert fill_in(law.procedures["inspect"], act).get("leaks") == leaks


def test_an_import_leaves_the_fee_to_the_table() -> None:
    network = make_network(1, (parse_law(BOATS).canonical,))
    office = open_in_memory(network, 0)
    import_map = parse_map(
        b'signers: [registrar]\nfields: {mark: "{m}", name: "{n}", owners: [{owner: "{o}", part: "1"}], fee_day: "{d}",'
        b" fee_settled: paid, fee_reference: Slip}"
    )
    importing = Importer(office, "boats", "enter_boat", import_map, (Signer(0, 0, "registrar"),))
    rows = [(2, {"m": "AB-1", "n": "Gull", "o": "Ana", "d": "2023-05-04"})]
    importing.write(rows, [network.officers[0][0].sign])
    (boat,) = office.records.page("boats.boat")
    assert office.records.view(boat.id).record.fields["fee_due"] == [4000, "EUR"]
