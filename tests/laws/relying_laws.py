"""Two small laws for tests: people, who can die and whose book passes between offices, and pensions that rely on them."""

PEOPLE = """
law: people
version: 1
title: {en: People}
registers:
  book:
    home: office
    key: {mark: {type: text, max_chars: 20}}
    states: {start: kept, moves: {shut: {from: [kept], to: shut}}}
  person:
    home: {with: book}
    key: {mark: {type: text, max_chars: 20}}
    fields:
      book: {type: record, of: book}
      number: {type: party, optional: true}
      age: {type: integer, min: 0, max: 150}
      died: {type: day, precision: day, optional: true}
    states: {start: alive, moves: {die: {from: [alive], to: dead}, live: {from: [dead], to: alive}}}
indexes:
  people_of: {over: person, by: [book], max: 50}
procedures:
  open_book:
    title: {en: New book}
    class: decision
    creates: {book: book}
    signed_by: {all_of: [registrar]}
    fields: {mark: {type: text, max_chars: 20}}
    effects: [{create: book, key: {mark: act.mark}}]
  release_book:
    title: {en: Release}
    class: decision
    changes: {book: book}
    in_state: {book: [kept]}
    signed_by: {all_of: [registrar]}
    fields: {to: {type: office}}
    effects: [{release: book, to: act.to}]
  accept_book:
    title: {en: Acceptance}
    class: decision
    changes: {book: book}
    in_state: {book: [kept]}
    signed_by: {all_of: [registrar]}
    effects: [{accept: book}]
  enter:
    title: {en: Entry}
    class: decision
    reads: {book: book}
    creates: {person: person}
    in_state: {book: [kept]}
    signed_by: {all_of: [registrar]}
    fields: {mark: {type: text, max_chars: 20}, number: {type: party}, age: {type: integer, min: 0, max: 150}}
    effects: [{create: person, key: {mark: act.mark}, set: {book: book.id, number: act.number, age: act.age}}]
  die:
    title: {en: Death}
    class: decision
    changes: {person: person}
    in_state: {person: [alive]}
    signed_by: {all_of: [registrar]}
    fields: {died: {type: day, precision: day}}
    effects: [{move_state: person, move: die}, {set: person.died, to: act.died}]
  live:
    title: {en: Annulment}
    class: decision
    changes: {person: person}
    in_state: {person: [dead]}
    signed_by: {all_of: [registrar]}
    effects: [{move_state: person, move: live}]
"""

PENSIONS = """
law: pensions
version: 1
title: {en: Pensions}
relies_on:
  people.person:
    title: {en: Person}
    key: {mark: {type: text, max_chars: 20}}
    fields:
      number: {type: party, optional: true}
      age: {type: integer, min: 0, max: 200}
      died: {type: day, precision: day, optional: true}
    states: [alive, dead]
requests: {decided_by: [registrar], second: refuse, article: "9"}
registers:
  pension:
    home: office
    key: {mark: {type: text, max_chars: 20}}
    fields:
      holder: {type: party}
      person: {type: record, of: people.person, optional: true}
      since: {type: day, precision: day, optional: true}
    states: {start: paid, moves: {suspend: {from: [paid], to: suspended}, resume: {from: [suspended], to: paid}}}
procedures:
  grant:
    title: {en: Grant}
    class: decision
    creates: {pension: pension}
    signed_by: {all_of: [registrar]}
    fields: {mark: {type: text, max_chars: 20}, holder: {type: party}, person: {type: record, of: people.person, optional: true}}
    requires:
      - {code: dead-already, article: "1", outcome: refuse, rule: "!has(act.person) || act.person.state == 'alive'", says: {en: Dead.}}
    effects: [{create: pension, key: {mark: act.mark}, set: {holder: act.holder, person: act.person}}]
  suspend:
    title: {en: Suspension}
    class: order
    changes: {pension: pension}
    reads: {deceased: people.person}
    in_state: {pension: [paid], deceased: [dead]}
    signed_by: {all_of: [registrar]}
    let: {years: deceased.age}
    requires:
      - {code: another-person, article: "2", outcome: refuse, rule: "has(deceased.number) && deceased.number == pension.holder",
         says: {en: "Another person, {years} years old."}}
      - {code: day-unknown, article: "3", outcome: hold, rule: has(deceased.died), says: {en: Since when?}}
    effects: [{move_state: pension, move: suspend}, {set: pension.since, to: deceased.died}]
  resume:
    title: {en: Resumption}
    class: decision
    changes: {pension: pension}
    reads: {deceased: people.person}
    in_state: {pension: [suspended], deceased: [alive]}
    signed_by: {all_of: [registrar]}
    effects: [{move_state: pension, move: resume}]
  touch:
    title: {en: Change of holder}
    class: decision
    changes: {pension: pension}
    in_state: {pension: [paid, suspended]}
    signed_by: {all_of: [registrar]}
    fields: {holder: {type: party}}
    effects: [{set: pension.holder, to: act.holder}]
"""
