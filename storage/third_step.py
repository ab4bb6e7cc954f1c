"""The third step of the schema: digests, notices and holds in one queue, grades, incidents, subscribers, pairs.

Part of migrations.py, which says how steps are written. What SQLite cannot alter (a CHECK, a NOT NULL) is made anew
with its rows; the rows that point at it are counted as lost when the table goes, and as found when it is back.
"""

from __future__ import annotations

from sqlite_utils import Database as SqliteDatabase

THIRD = """
CREATE TABLE hold (                         -- promises kept back: one question to the operator
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  made TEXT NOT NULL,
  why TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 0,         -- the changes it kept back, as counted when it was last judged
  state TEXT NOT NULL CHECK (state IN ('judging', 'open', 'released', 'dropped')) DEFAULT 'judging',
  settled TEXT,
  by TEXT                                   -- who released or dropped it
) STRICT;
CREATE INDEX hold_state ON hold (state);

CREATE TABLE subscriber (                   -- what is known of a subscription besides the configuration
  name TEXT PRIMARY KEY,
  known_since TEXT NOT NULL,
  rule TEXT NOT NULL,                       -- mark of its conditions
  rule_since TEXT NOT NULL,                 -- when these conditions were first met with
  address TEXT NOT NULL,                    -- mark (hash) of where it goes; never the address
  disabled TEXT,                            -- since when nothing is sent to it
  why TEXT,
  digest_through TEXT                       -- the last turn of its digest that was looked after
) STRICT;

CREATE TABLE incident (                     -- what the operator has to know: opened once, closed once
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  opened TEXT NOT NULL,
  closed TEXT,
  evidence TEXT NOT NULL DEFAULT '{}',      -- JSON: what was seen when it was opened
  closing TEXT                              -- JSON: what was seen when it was closed
) STRICT;
CREATE UNIQUE INDEX incident_open ON incident (kind, subject) WHERE closed IS NULL;

CREATE TABLE change_as_it_was AS SELECT * FROM change;
DROP TABLE change;
CREATE TABLE change (                       -- the event; alerts fan out from it and survive any crash
  id INTEGER PRIMARY KEY,
  event TEXT NOT NULL UNIQUE,               -- stable id: sha256 of kind, release key, version and occasion
  kind TEXT NOT NULL CHECK (kind IN ('new', 'revised', 'gone', 'returned', 'figure', 'also')),
  release_id INTEGER NOT NULL REFERENCES release (id),
  story_id INTEGER REFERENCES story (id),
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  silent TEXT,
  grade TEXT CHECK (grade IN ('cosmetic', 'wording', 'figure', 'date', 'party', 'withdrawn'))
) STRICT;
INSERT INTO change (id, event, kind, release_id, story_id, version, at, silent, grade)
  SELECT id, event, kind, release_id, story_id, version, at, silent, iif(kind = 'gone', 'withdrawn', NULL)
  FROM change_as_it_was;
DROP TABLE change_as_it_was;
CREATE INDEX change_release ON change (release_id);
CREATE INDEX change_story ON change (story_id);
CREATE INDEX change_told ON change (at) WHERE silent IS NULL;

CREATE TABLE delivery_as_it_was AS SELECT * FROM delivery;
DROP TABLE delivery;
CREATE TABLE delivery (                     -- a promise to tell: an alert, a digest of alerts, or a notice in words
  id INTEGER PRIMARY KEY,
  what TEXT NOT NULL CHECK (what IN ('alert', 'digest', 'notice')) DEFAULT 'alert',
  change_id INTEGER REFERENCES change (id),
  subscription TEXT NOT NULL,               -- by name only: no address and no secret is ever stored
  message_id TEXT NOT NULL UNIQUE,          -- the same over every attempt
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'bundled', 'held', 'dropped'))
    DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try TEXT,                            -- while sending: when the claim lapses; NULL unless waiting or sending
  made TEXT NOT NULL,
  settled TEXT,
  trouble TEXT,
  bundle_id INTEGER REFERENCES delivery (id),   -- of an alert: the digest it goes out with
  hold_id INTEGER REFERENCES hold (id),     -- the hold that keeps it back, or once did
  slot TEXT,                                -- of a digest: the turn it was made for
  body TEXT,                                -- JSON: of a digest what it was made from, of a notice its words' values
  as_of TEXT,                               -- the time that "now" means in its words: of the first attempt
  taken TEXT,                               -- JSON: marks (hashes) of the recipients that have it already
  CHECK (what <> 'alert' OR change_id IS NOT NULL),
  UNIQUE (change_id, subscription),
  UNIQUE (subscription, slot)
) STRICT;
-- before the rows: each that comes back is looked for among those that point at it
CREATE INDEX delivery_bundle ON delivery (bundle_id) WHERE bundle_id IS NOT NULL;
INSERT INTO delivery (id, change_id, subscription, message_id, state, attempts, next_try, made, settled, trouble, as_of)
  SELECT id, change_id, subscription, message_id, state, attempts, next_try, made, settled, trouble,
         (SELECT min(started) FROM attempt WHERE delivery_id = d.id)
  FROM delivery_as_it_was AS d;
DROP TABLE delivery_as_it_was;
CREATE INDEX delivery_due ON delivery (subscription, next_try) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_queue ON delivery (subscription, id, next_try) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_single ON delivery (subscription, id, next_try)
  WHERE state IN ('waiting', 'sending') AND (what <> 'alert' OR attempts > 0);
CREATE INDEX delivery_sending ON delivery (subscription) WHERE state = 'sending';
CREATE INDEX delivery_hold ON delivery (hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX delivery_unsettled ON delivery (state, subscription, made)
  WHERE state IN ('waiting', 'sending', 'bundled', 'held', 'dead');
CREATE INDEX delivery_settled ON delivery (subscription, settled) WHERE settled IS NOT NULL;

CREATE TABLE named_as_it_was AS SELECT * FROM named;
DROP TABLE named;
CREATE TABLE named (                        -- the parties, programmes and places that co-operation items name
  id INTEGER PRIMARY KEY,
  what TEXT NOT NULL CHECK (what IN ('party', 'programme', 'place')),
  name TEXT NOT NULL,                       -- canonical
  kind TEXT,
  jurisdiction TEXT,
  UNIQUE (what, name)
) STRICT;
INSERT INTO named (id, what, name, kind, jurisdiction)
  SELECT id, what, name, kind, jurisdiction FROM named_as_it_was;
DROP TABLE named_as_it_was;

CREATE TABLE pair (                         -- who was ever named together in a co-operation item, and where first
  what TEXT NOT NULL CHECK (what IN ('party', 'place', 'jurisdiction')),
  one TEXT NOT NULL,                        -- the one that sorts first
  other TEXT NOT NULL,
  release_id INTEGER NOT NULL REFERENCES release (id),
  PRIMARY KEY (what, one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX pair_release ON pair (release_id);
CREATE TABLE first_pair (                   -- of a change: pairs that no other story had before
  change_id INTEGER NOT NULL REFERENCES change (id),
  what TEXT NOT NULL CHECK (what IN ('party', 'place', 'jurisdiction')),
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  PRIMARY KEY (change_id, what, one, other)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS story_hand_from ON story_hand (from_story);
CREATE INDEX IF NOT EXISTS story_hand_to ON story_hand (to_story);
-- whether a check went through the indexes, for releases that the listing had not shown
ALTER TABLE run ADD COLUMN gaps INTEGER NOT NULL DEFAULT 0;

-- what the page told besides its words when the version was read (JSON, as in release); NULL in older versions
ALTER TABLE version ADD COLUMN told TEXT;

-- the places that co-operation items name, out of their assessments
INSERT OR IGNORE INTO named (what, name, kind, jurisdiction)
  SELECT 'place', substr(p.value ->> 'name', 1, 500), max(p.value ->> 'kind'), max(p.value ->> 'jurisdiction')
  FROM release AS r JOIN assessment AS a ON a.id = r.assessment_id JOIN json_each(a.facts, '$.places') AS p
  WHERE r.cooperation = 1 GROUP BY 2;
INSERT OR IGNORE INTO named_as (named_id, name)
  SELECT n.id, substr(p.value ->> 'text', 1, 500)
  FROM release AS r JOIN assessment AS a ON a.id = r.assessment_id JOIN json_each(a.facts, '$.places') AS p
  JOIN named AS n ON n.what = 'place' AND n.name = substr(p.value ->> 'name', 1, 500)
  WHERE r.cooperation = 1 AND p.value ->> 'text' NOT IN ('', n.name);
INSERT OR IGNORE INTO mention (release_id, named_id, start, "end", text)
  SELECT r.id, n.id, p.value ->> 'start', p.value ->> 'end', substr(p.value ->> 'text', 1, 500)
  FROM release AS r JOIN assessment AS a ON a.id = r.assessment_id JOIN json_each(a.facts, '$.places') AS p
  JOIN named AS n ON n.what = 'place' AND n.name = substr(p.value ->> 'name', 1, 500)
  WHERE r.cooperation = 1 ORDER BY r.id, p.key;

-- who was named together, and where first
INSERT INTO pair (what, one, other, release_id)
  SELECT a.what, min(a.name, b.name), max(a.name, b.name), min(x.release_id)
  FROM mention AS x JOIN named AS a ON a.id = x.named_id AND a.what IN ('party', 'place')
  JOIN mention AS y ON y.release_id = x.release_id AND y.named_id > x.named_id
  JOIN named AS b ON b.id = y.named_id AND b.what = a.what
  GROUP BY 1, 2, 3;
INSERT INTO pair (what, one, other, release_id)
  SELECT 'jurisdiction', x.value, y.value, min(r.id)
  FROM release AS r JOIN assessment AS a ON a.id = r.assessment_id
  JOIN json_each(a.jurisdictions) AS x JOIN json_each(a.jurisdictions) AS y ON x.value < y.value
  WHERE r.cooperation = 1 GROUP BY 1, 2, 3;
"""


def apply(db: SqliteDatabase) -> None:
    """Do the step, in the transaction that is open."""
    db.execute("PRAGMA defer_foreign_keys=ON")
    for statement in THIRD.split(";\n"):
        if statement.strip():
            db.execute(statement)
