"""What an effect puts into an optional field: left out only where the act or record leaves it out, never what is always
there (the id, the state or the key of a record, the amount of money).
"""

from core.laws import parse_law
from core.laws.verdict import Accepted
from tests.laws.counter import Counter

RACE = parse_law("""
law: race
version: 1
title: {en: Race}
registers:
  horse:
    home: shared
    key: {no: {type: integer, min: 1, max: 1000}}
    fields: {price: {type: money, currencies: [EUR], min: 0, max: 1000}}
    states: {start: fit, moves: {rest: {from: [fit], to: resting}}}
  race:
    home: shared
    key: {name: {type: text, max_chars: 9}}
    fields:
      won_by: {type: record, of: horse, optional: true}
      winner: {type: integer, min: 1, max: 1000, optional: true}
      standing: {type: choice, of: [fit, resting], optional: true}
      cents: {type: integer, min: 0, max: 1000, optional: true}
      weather: {type: text, max_chars: 9, optional: true}
    states: {start: run, moves: {pay: {from: [run], to: paid}}}
procedures:
  enter:
    title: {en: Enter}
    class: decision
    creates: {horse: horse}
    signed_by: {all_of: [registrar]}
    fields: {no: {type: integer, min: 1, max: 1000}, price: {type: money, currencies: [EUR], min: 0, max: 1000}}
    effects: [{create: horse, key: {no: act.no}, set: {price: act.price}}]
  run:
    title: {en: Run}
    class: decision
    reads: {horse: horse}
    in_state: {horse: [fit]}
    creates: {race: race}
    signed_by: {all_of: [registrar]}
    fields: {name: {type: text, max_chars: 9}, weather: {type: text, max_chars: 9, optional: true}}
    effects:
      - create: race
        key: {name: act.name}
        set: {won_by: horse.id, winner: horse.no, standing: horse.state, cents: horse.price.amount, weather: act.weather}
  pay:
    title: {en: Pay}
    class: payment
    reads: {horse: horse}
    changes: {race: race}
    in_state: {horse: [fit], race: [run]}
    signed_by: {all_of: [registrar]}
    requires:
      - {code: not-the-winner, article: "1", outcome: refuse, rule: has(race.won_by) && race.won_by == horse.id,
         says: {en: Another horse has won.}}
    effects: [{move_state: race, move: pay}]
""")
CLERK = (("registrar", 0),)


def test_the_id_the_key_and_the_state_of_a_record_and_the_amount_of_money_are_always_there() -> None:
    counter = Counter(RACE, homes={})
    horse = counter.enter("enter", {"no": 7, "price": [250, "EUR"]}, signers=CLERK)
    other = counter.enter("enter", {"no": 8, "price": [90, "EUR"]}, signers=CLERK)
    race = counter.enter("run", {"name": "Derby"}, {"horse": horse}, CLERK)
    assert race.fields == {"won_by": horse.id, "winner": 7, "standing": "fit", "cents": 250}
    assert counter.refuse("pay", {}, {"race": race, "horse": other}, CLERK).code == "not-the-winner"
    assert isinstance(counter.judge(counter.transaction("pay", {}, {"race": race, "horse": horse}, CLERK)), Accepted)
