"""The tables that every replica has from its first day. The version changes with any of them: a file of another one is
refused, never read as if it were of this one. Parts that make a table of their own when they need it say so themselves.
"""

SCHEMA_VERSION = 5

SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE block(
  position INTEGER PRIMARY KEY,          -- order of arrival: parents before children; the graph knows it by the id
  id BLOB NOT NULL, author INTEGER NOT NULL, incarnation INTEGER NOT NULL, seq INTEGER NOT NULL,
  header BLOB NOT NULL, signature BLOB NOT NULL,
  acts INTEGER NOT NULL, accused BLOB,   -- numbers of authors whose fork the payload proves
  anchor INTEGER NOT NULL DEFAULT 0,     -- number of the anchor that executed its acts
  payload BLOB);                         -- last: SQLite reads through up to 256 KiB to reach what stands behind it
CREATE TABLE act(
  number INTEGER PRIMARY KEY,            -- position of its block · 2^20 + place: a block's acts stand together
  id BLOB NOT NULL, block INTEGER NOT NULL REFERENCES block(position),
  place INTEGER NOT NULL, author INTEGER NOT NULL, outcome TEXT NOT NULL, code TEXT,
  shared INTEGER NOT NULL, facts BLOB,
  records BLOB);                          -- ids of the records of which it made a version, one after another
CREATE INDEX act_id ON act(id);
CREATE INDEX act_unusual ON act(author, number) WHERE outcome <> 'entered';
CREATE TABLE anchor(
  number INTEGER PRIMARY KEY, block BLOB NOT NULL, epoch INTEGER NOT NULL, round INTEGER NOT NULL,
  consensus_ms INTEGER NOT NULL, spread_ms INTEGER NOT NULL, acts INTEGER NOT NULL, closing INTEGER NOT NULL);
CREATE TABLE epoch(number INTEGER PRIMARY KEY, body BLOB NOT NULL);  -- constitutions from epoch 1 (epochs.py)
CREATE TABLE waiting(                     -- what shared acts touch that wait for an anchor (laws/verdict.py)
  author INTEGER, position INTEGER, key BLOB, PRIMARY KEY(author, position, key)) WITHOUT ROWID;
CREATE TABLE request(                     -- acts that wait for the office that is asked, until its decision is agreed
  id BLOB PRIMARY KEY, keeper INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE record(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, register TEXT NOT NULL, district INTEGER NOT NULL,
  label TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX record_list ON record(register, label, id);
CREATE TABLE overlay(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, author INTEGER NOT NULL, register TEXT NOT NULL,
  label TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX overlay_list ON overlay(register, label, id);
CREATE TABLE history(                      -- agreed versions that were replaced by agreed ones
  record BLOB, version INTEGER, last_act BLOB, body BLOB NOT NULL,
  PRIMARY KEY(record, version, last_act)) WITHOUT ROWID;
CREATE TABLE foreseen(                     -- versions that were only foreseen, and replaced (foreseen.py)
  number INTEGER PRIMARY KEY,             -- position of the block that replaced it · 2^32 + place
  replaced BLOB NOT NULL);
CREATE TABLE index_entry(name TEXT, grp BLOB, record BLOB, PRIMARY KEY(name, grp, record)) WITHOUT ROWID;
CREATE TABLE overlay_index(
  name TEXT, grp BLOB, record BLOB, added INTEGER NOT NULL, author INTEGER NOT NULL,
  PRIMARY KEY(name, grp, record)) WITHOUT ROWID;
CREATE TABLE total(name TEXT, grp BLOB, sums BLOB NOT NULL, PRIMARY KEY(name, grp)) WITHOUT ROWID;  -- totals.py
CREATE TABLE overlay_total(               -- what the foreseen version of a record adds beyond the agreed one
  name TEXT, grp BLOB, record BLOB, added BLOB NOT NULL, PRIMARY KEY(name, grp, record)) WITHOUT ROWID;
CREATE TABLE state_tree(                  -- one a register and district that holds a record (state_tree.py)
  register TEXT, district INTEGER, records INTEGER NOT NULL, node INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY(register, district)) WITHOUT ROWID;
CREATE TABLE state_node(number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE entry(number INTEGER PRIMARY KEY, leaf BLOB NOT NULL);     -- executed acts, from 0 (entries.py)
CREATE TABLE entry_hash(number INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE checkpoint(
  anchor INTEGER PRIMARY KEY, size INTEGER NOT NULL, body BLOB NOT NULL,
  certified INTEGER NOT NULL DEFAULT 0);  -- the quorum that cosigned it, 0 while there is none
CREATE INDEX checkpoint_certified ON checkpoint(size) WHERE certified > 0;
CREATE TABLE cosignature(
  anchor INTEGER, witness INTEGER, body BLOB NOT NULL, PRIMARY KEY(anchor, witness)) WITHOUT ROWID;
CREATE TABLE cosignature_conflict(        -- of another checkpoint than ours, or a second one of the same witness
  anchor INTEGER, witness INTEGER, body BLOB NOT NULL, PRIMARY KEY(anchor, witness)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
  words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
CREATE TABLE search_row(number INTEGER PRIMARY KEY, record BLOB NOT NULL UNIQUE);
CREATE TABLE search_due(number INTEGER PRIMARY KEY, record BLOB NOT NULL);  -- whose words are not indexed (pages.py)
CREATE TABLE evidence(
  author INTEGER, incarnation INTEGER, seq INTEGER, body BLOB NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY(author, incarnation, seq)) WITHOUT ROWID;
CREATE TABLE look(                        -- who looked at what, and why (looks.py)
  number INTEGER PRIMARY KEY,            -- from 1, without a gap
  at_ms INTEGER NOT NULL,                -- as this computer's clock said
  officer INTEGER NOT NULL, name TEXT NOT NULL, roles TEXT NOT NULL,
  subject BLOB NOT NULL,                 -- id of a record or of an act
  register TEXT NOT NULL, purpose TEXT NOT NULL, note TEXT NOT NULL,
  digest BLOB NOT NULL);
CREATE INDEX look_subject ON look(subject);
CREATE TRIGGER look_stands BEFORE UPDATE ON look BEGIN SELECT RAISE(ABORT, 'a look stands'); END;
CREATE TRIGGER look_kept BEFORE DELETE ON look
  WHEN OLD.number > coalesce((SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE name = 'looks-exported'), 0)
  BEGIN SELECT RAISE(ABORT, 'a look stands until it is exported'); END;
CREATE TABLE sealed(                      -- sealed fields of the acts held here, by name (sealing.py)
  name BLOB PRIMARY KEY, act BLOB NOT NULL, block BLOB NOT NULL, author INTEGER NOT NULL, field TEXT NOT NULL,
  value BLOB NOT NULL,                    -- without its box
  law TEXT NOT NULL, procedure TEXT NOT NULL, event TEXT, event_record BLOB, erased BLOB) WITHOUT ROWID;
CREATE INDEX sealed_block ON sealed(block);
CREATE TABLE sealed_link(                 -- the records that an act with a sealed field is about, as it saw them
  record BLOB, name BLOB, version INTEGER NOT NULL, PRIMARY KEY(record, name)) WITHOUT ROWID;
CREATE TABLE sealed_for(office INTEGER, name BLOB, PRIMARY KEY(office, name)) WITHOUT ROWID;  -- readers, share holders
CREATE TABLE sealed_key(name BLOB PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sealed_envelope(             -- keys and shares on their way, sealed to a node (core/sealing/envelope.py)
  name BLOB, kind INTEGER, recipient INTEGER, incarnation INTEGER, by INTEGER, body BLOB NOT NULL,
  PRIMARY KEY(name, kind, recipient, incarnation, by)) WITHOUT ROWID;
CREATE TABLE sealed_event(                -- final acts of procedures that open sealed fields
  law TEXT, procedure TEXT, record BLOB, act BLOB NOT NULL, PRIMARY KEY(law, procedure, record)) WITHOUT ROWID;
CREATE TABLE share_release(name BLOB, holder INTEGER, usable INTEGER NOT NULL, PRIMARY KEY(name, holder)) WITHOUT ROWID;
CREATE TABLE erasure(                     -- orders that an anchor has executed
  act BLOB, record BLOB, version INTEGER NOT NULL, anchor INTEGER NOT NULL, swept INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(act, record)) WITHOUT ROWID;
CREATE TABLE erasure_note(act BLOB, office INTEGER, PRIMARY KEY(act, office)) WITHOUT ROWID;
CREATE TABLE draft(
  id BLOB PRIMARY KEY, law TEXT NOT NULL, procedure TEXT NOT NULL, title TEXT NOT NULL,
  changed_ms INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE draft_subject(draft BLOB, record BLOB, PRIMARY KEY(draft, record)) WITHOUT ROWID;
CREATE TABLE met(member INTEGER PRIMARY KEY, vector BLOB NOT NULL);  -- tips that both held at the end (encounters.py)
CREATE TABLE partly(                      -- payloads that came in part: digest of the frame, its length, what is here
  number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, total INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE paper(                       -- scans that acts name by their SHA-256 (papers.py)
  digest BLOB PRIMARY KEY, size INTEGER NOT NULL, held INTEGER NOT NULL, whole INTEGER NOT NULL,
  wanted INTEGER NOT NULL, source INTEGER, alone INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE paper_chunk(number INTEGER PRIMARY KEY, digest BLOB NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX paper_place ON paper_chunk(digest, place);
CREATE TABLE shared_draft(                -- case files that an officer of another office may edit too (sharing.py)
  draft BLOB, office INTEGER, mirror BLOB NOT NULL, said BLOB NOT NULL, gone INTEGER NOT NULL,
  PRIMARY KEY(draft, office)) WITHOUT ROWID;
"""
