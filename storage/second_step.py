"""The second step of the schema: what releases tell, the facts they state, and how a programme's figures moved.

Part of migrations.py, which says how steps are written. It also lets a change be of the kind `figure`, for which SQLite
wants the table made anew.
"""

from __future__ import annotations

from sqlite_utils import Database as SqliteDatabase

SECOND = """
CREATE TABLE IF NOT EXISTS telling (        -- what a release tells, to find and recognise others of the same event
  release_id INTEGER PRIMARY KEY REFERENCES release (id) ON DELETE CASCADE,
  rule TEXT NOT NULL,                       -- the version of the rule that made it
  language TEXT NOT NULL,                   -- of its wording: 'en', 'zh'
  day INTEGER,                              -- when it was published, as a day's ordinal number
  days TEXT NOT NULL,                       -- the days it states, likewise
  clues TEXT NOT NULL,                      -- what it names: kind, value, weight
  numbers TEXT NOT NULL,
  words BLOB NOT NULL,                      -- a sample of its words, packed (wording.py)
  shelf INTEGER NOT NULL,                   -- the day its marks are kept under
  marks BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS telling_mark (   -- where to look: names, dates, figures, words and MinHash bands, hashed
  day INTEGER NOT NULL,
  mark INTEGER NOT NULL,
  release_id INTEGER NOT NULL,
  PRIMARY KEY (day, mark, release_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS story_hand (     -- what people decided of stories
  id INTEGER PRIMARY KEY,
  release_id INTEGER NOT NULL REFERENCES release (id) ON DELETE CASCADE,
  from_story INTEGER NOT NULL REFERENCES story (id),
  to_story INTEGER NOT NULL REFERENCES story (id),
  what TEXT NOT NULL,                       -- 'split by hand', 'joined by hand'
  at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS story_hand_release ON story_hand (release_id);

CREATE TABLE named (                        -- the parties and programmes that co-operation items name
  id INTEGER PRIMARY KEY,
  what TEXT NOT NULL CHECK (what IN ('party', 'programme')),
  name TEXT NOT NULL,                       -- canonical
  kind TEXT,
  jurisdiction TEXT,
  UNIQUE (what, name)
) STRICT;
CREATE TABLE named_as (                     -- the other names they were met under
  named_id INTEGER NOT NULL REFERENCES named (id),
  name TEXT NOT NULL,
  PRIMARY KEY (named_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE mention (                      -- which of them a release names now, and where first
  release_id INTEGER NOT NULL REFERENCES release (id),
  named_id INTEGER NOT NULL REFERENCES named (id),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (release_id, named_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_named ON mention (named_id, release_id);

CREATE TABLE lifeline (                     -- one quantity of one programme, over all releases
  id INTEGER PRIMARY KEY,
  programme_id INTEGER NOT NULL REFERENCES named (id),
  counts TEXT NOT NULL,                     -- what it counts: 'service points'
  UNIQUE (programme_id, counts)
) STRICT;
CREATE TABLE figure (                       -- the figures a release states now
  id INTEGER PRIMARY KEY,
  release_id INTEGER NOT NULL REFERENCES release (id),
  value REAL NOT NULL,
  qualifier TEXT,                           -- 'over', 'about', 'up to'
  unit TEXT NOT NULL,
  what TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  programme_id INTEGER REFERENCES named (id),
  lifeline_id INTEGER REFERENCES lifeline (id)
) STRICT;
CREATE INDEX figure_release ON figure (release_id);
CREATE INDEX figure_programme ON figure (programme_id) WHERE programme_id IS NOT NULL;
CREATE INDEX figure_lifeline ON figure (lifeline_id) WHERE lifeline_id IS NOT NULL;

-- the version of the detector whose assessment is the current one
ALTER TABLE release ADD COLUMN detector TEXT;
UPDATE release SET detector = (SELECT detector FROM assessment WHERE id = assessment_id);

CREATE TABLE change_as_it_was AS SELECT * FROM change;
DROP TABLE change;
CREATE TABLE change (                       -- the event; alerts fan out from it and survive any crash
  id INTEGER PRIMARY KEY,
  event TEXT NOT NULL UNIQUE,               -- stable id: sha256 of kind, release key, version and occasion
  kind TEXT NOT NULL CHECK (kind IN ('new', 'revised', 'gone', 'returned', 'figure')),
  release_id INTEGER NOT NULL REFERENCES release (id),
  story_id INTEGER REFERENCES story (id),
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  silent TEXT
) STRICT;
INSERT INTO change SELECT * FROM change_as_it_was;
DROP TABLE change_as_it_was;
CREATE INDEX change_release ON change (release_id);

CREATE TABLE figure_change (                -- of a change of the kind 'figure': what it was and is, as it was told
  change_id INTEGER PRIMARY KEY REFERENCES change (id),
  lifeline_id INTEGER NOT NULL REFERENCES lifeline (id),
  before REAL NOT NULL,
  before_qualifier TEXT,
  before_release_id INTEGER NOT NULL REFERENCES release (id),
  after REAL NOT NULL,
  after_qualifier TEXT,
  start INTEGER NOT NULL,                   -- where the version that the change speaks of states it
  "end" INTEGER NOT NULL
) STRICT;
"""


def apply(db: SqliteDatabase) -> None:
    """Do the step, in the transaction that is open."""
    # Deliveries point at changes: they are counted as lost when the table goes, and as found when its rows are back.
    db.execute("PRAGMA defer_foreign_keys=ON")
    for statement in SECOND.split(";\n"):
        if statement.strip():
            db.execute(statement)
