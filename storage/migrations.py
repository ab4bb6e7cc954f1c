"""The schema as the steps that made it. Append only: a step that has shipped is never edited, a new one is added.

Tables have singular names and are ours to change; the views in views.py have plural names and are for people.
Times are text in UTC that sorts as time: `2026-11-21T08:30:00.000000Z`; `release.published` has whole
seconds and no fraction. JSON is text.
"""

from __future__ import annotations

from sqlite_utils import Database as SqliteDatabase
from sqlite_utils import Migrations

from storage import fourth_step, second_step, third_step, views

MIGRATIONS = Migrations("coopwatch")

FIRST = """
CREATE TABLE source (                       -- what we know of a source besides its file
  name TEXT PRIMARY KEY,
  first_sight TEXT,                         -- when its listing was first read well
  seeded TEXT,                              -- when its first whole check ended; until then all is recorded silently
  last_attempt TEXT,
  last_good TEXT,                           -- the last check that ended well
  failures INTEGER NOT NULL DEFAULT 0,      -- checks that failed since
  trouble TEXT,                             -- why the last check failed; NULL after a good one
  held_until TEXT                           -- not before: Retry-After, robots.txt
) STRICT;

CREATE TABLE link (                         -- every address a listing ever offered: a promise to read it
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '',          -- of what the listing tells under this key; another digest: read again
  state TEXT NOT NULL CHECK (state IN ('pending', 'read', 'dead')),
  silent TEXT,                              -- why its release will be recorded silently
  first_listed TEXT NOT NULL,
  last_listed TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try TEXT,
  trouble TEXT,
  UNIQUE (source, key)
) STRICT;
CREATE INDEX link_pending ON link (source, next_try) WHERE state = 'pending';

CREATE TABLE release (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  portal TEXT NOT NULL,
  url TEXT NOT NULL,
  language TEXT NOT NULL,
  jurisdiction TEXT,
  department TEXT,
  published TEXT,                           -- UTC
  utc_offset INTEGER,                       -- minutes; the portal's own
  precision TEXT CHECK (precision IN ('second', 'minute', 'day')),
  state TEXT NOT NULL CHECK (state IN ('present', 'missing', 'gone')) DEFAULT 'present',
  missing_since TEXT,                       -- when the page was first found missing; kept while it is gone
  first_seen TEXT NOT NULL,
  last_read TEXT NOT NULL,
  version INTEGER NOT NULL,                 -- the number of the current version
  assessment_id INTEGER,                    -- what is thought of the current version now
  cooperation INTEGER NOT NULL DEFAULT 0 CHECK (cooperation IN (0, 1)),   -- as that assessment says
  duplicate_of INTEGER REFERENCES release (id),
  silent TEXT,                              -- why nobody was told of it at first sight
  rereads INTEGER NOT NULL DEFAULT 0,       -- how many of the planned re-reads are done
  next_reread TEXT
) STRICT;
CREATE INDEX release_reread ON release (source, next_reread) WHERE next_reread IS NOT NULL;
CREATE INDEX release_published ON release (published);
CREATE INDEX release_moment ON release (coalesce(published, first_seen));
CREATE INDEX release_url ON release (url);
CREATE INDEX release_source ON release (source, first_seen);
CREATE INDEX release_source_moment ON release (source, coalesce(published, first_seen));
CREATE INDEX release_cooperation ON release (coalesce(published, first_seen)) WHERE cooperation = 1;

CREATE TABLE version (
  id INTEGER PRIMARY KEY,
  release_id INTEGER NOT NULL REFERENCES release (id),
  number INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  captions TEXT NOT NULL DEFAULT '[]',
  page TEXT,                                -- digest of the raw page
  seen TEXT NOT NULL,
  UNIQUE (release_id, number)
) STRICT;
CREATE INDEX version_fingerprint ON version (fingerprint);

CREATE TABLE assessment (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES version (id),
  detector TEXT NOT NULL,
  cooperation INTEGER NOT NULL CHECK (cooperation IN (0, 1)),
  score REAL NOT NULL,
  kind TEXT,
  reason TEXT NOT NULL DEFAULT '',
  jurisdictions TEXT NOT NULL DEFAULT '[]',
  evidence TEXT NOT NULL DEFAULT '[]',
  facts TEXT NOT NULL DEFAULT '{}',         -- parties, people, places, programmes, dates, figures
  made TEXT NOT NULL,
  UNIQUE (version_id, detector)
) STRICT;

CREATE TABLE story (
  id INTEGER PRIMARY KEY,
  made TEXT NOT NULL
) STRICT;
CREATE TABLE story_member (
  release_id INTEGER PRIMARY KEY REFERENCES release (id),
  story_id INTEGER NOT NULL REFERENCES story (id),
  why TEXT NOT NULL                         -- 'first', 'same text', or what sameness.py and people say
) STRICT;
CREATE INDEX story_member_story ON story_member (story_id);

CREATE TABLE change (                       -- the event; alerts fan out from it and survive any crash
  id INTEGER PRIMARY KEY,
  event TEXT NOT NULL UNIQUE,               -- stable id: sha256 of kind, release key, version and occasion
  kind TEXT NOT NULL CHECK (kind IN ('new', 'revised', 'gone', 'returned')),
  release_id INTEGER NOT NULL REFERENCES release (id),
  story_id INTEGER REFERENCES story (id),
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  silent TEXT
) STRICT;
CREATE INDEX change_release ON change (release_id);

CREATE TABLE delivery (                     -- a promise to tell
  id INTEGER PRIMARY KEY,
  change_id INTEGER NOT NULL REFERENCES change (id),
  subscription TEXT NOT NULL,               -- by name only: no address and no secret is ever stored
  message_id TEXT NOT NULL UNIQUE,          -- the same over every attempt
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead')) DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try TEXT,                            -- while sending: when the claim lapses; NULL once settled
  made TEXT NOT NULL,
  settled TEXT,
  trouble TEXT,
  UNIQUE (change_id, subscription)
) STRICT;
CREATE INDEX delivery_due ON delivery (next_try) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_queue ON delivery (subscription, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_sending ON delivery (subscription) WHERE state = 'sending';

CREATE TABLE attempt (                      -- every try of every delivery
  id INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES delivery (id),
  number INTEGER NOT NULL,
  started TEXT NOT NULL,
  ended TEXT,
  outcome TEXT,                             -- 'sent', 'again', 'dead'; NULL while it runs or where it was cut off
  detail TEXT
) STRICT;
CREATE INDEX attempt_delivery ON attempt (delivery_id);

CREATE TABLE run (                          -- the journal: one check of one source
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('unchanged', 'moved', 'failed', 'held')),
  trigger TEXT NOT NULL,                    -- 'schedule', 'command'
  listed INTEGER NOT NULL DEFAULT 0,
  fresh INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  verdicts TEXT NOT NULL DEFAULT '{}',
  trouble TEXT
) STRICT;
CREATE INDEX run_source ON run (source, started);

CREATE TABLE child (                        -- the fate of each crawling child
  id INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  ended TEXT,
  jobs INTEGER NOT NULL DEFAULT 0,
  peak_memory INTEGER,                      -- bytes
  fate TEXT                                 -- 'ended', 'recycled: age', 'killed: wall clock', 'died: SIGKILL', ...
) STRICT;

CREATE TABLE page (                         -- raw pages, by content
  digest TEXT PRIMARY KEY,                  -- sha256 of the uncompressed bytes
  content BLOB NOT NULL,                    -- zlib
  size INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  first_fetched TEXT NOT NULL
) STRICT;

CREATE TABLE validator (                    -- for conditional requests, by the address that was asked
  url TEXT PRIMARY KEY,
  etag TEXT,
  last_modified TEXT,
  digest TEXT,
  saved TEXT NOT NULL
) STRICT;

CREATE TABLE robots (                       -- robots.txt as last fetched, by origin
  origin TEXT PRIMARY KEY,
  status INTEGER,                           -- NULL: unreachable
  body TEXT NOT NULL DEFAULT '',
  fetched TEXT NOT NULL,
  good_body TEXT,                           -- the last body that was fetched well, and when
  good_fetched TEXT
) STRICT;
"""


@MIGRATIONS()
def m001_first(db: SqliteDatabase) -> None:
    """Make the tables of the first release."""
    for statement in FIRST.split(";\n"):
        if statement.strip():
            db.execute(statement)


@MIGRATIONS()
def m002_facts(db: SqliteDatabase) -> None:
    """Make the tables of what releases tell and state; allow changes of the kind `figure`."""
    second_step.apply(db)


@MIGRATIONS()
def m003_alerts(db: SqliteDatabase) -> None:
    """Make room for digests, notices, holds, grades, incidents, subscribers, places and pairs."""
    third_step.apply(db)


@MIGRATIONS()
def m004_archive(db: SqliteDatabase) -> None:
    """Make room for the past: the pages of archives that were read, and what stands on them."""
    fourth_step.apply(db)


# Its name holds a digest of the views, so a database gets them anew whenever they have changed. Keep it the last step.
@MIGRATIONS(name=f"views_{views.DIGEST}")
def views_anew(db: SqliteDatabase) -> None:
    """Make the views as views.py has them now, and forget that others were ever made."""
    db.execute("DELETE FROM _sqlite_migrations WHERE migration_set = 'coopwatch' AND name LIKE 'views_%'")
    for statement in views.statements(
        row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")
    ):
        db.execute(statement)
