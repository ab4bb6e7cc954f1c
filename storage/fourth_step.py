"""The fourth step of the schema: the past. Which pages of a portal's archive were read, and which links stand on which.

Part of migrations.py, which says how steps are written.
"""

from __future__ import annotations

from sqlite_utils import Database as SqliteDatabase

FOURTH = """
CREATE TABLE archive_day (                  -- a ledger: a page of a portal's archive, which lists one day or one month
  source TEXT NOT NULL,
  day TEXT NOT NULL,                        -- the portal's own day, of a month its first: 2026-11-21
  state TEXT NOT NULL CHECK (state IN ('wanted', 'listed', 'absent', 'failed')) DEFAULT 'wanted',
  silent TEXT,                              -- why what it shows new is recorded silently; NULL: it is news
  listed INTEGER,                           -- releases on it when it was last read well
  asked TEXT,                               -- when that was
  final INTEGER NOT NULL DEFAULT 0,         -- read so late that nothing is added to it any more
  fills INTEGER NOT NULL DEFAULT 0,         -- how often checks have tried to fill a difference
  next_fill TEXT,                           -- when the next check may; NULL: not any more, or nothing to fill
  trouble TEXT,
  PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_day_fill ON archive_day (source, next_fill) WHERE next_fill IS NOT NULL;
CREATE INDEX archive_day_failed ON archive_day (source, day) WHERE state = 'failed';

-- the page of the archive that lists it
ALTER TABLE link ADD COLUMN day TEXT;
CREATE INDEX link_day ON link (source, day) WHERE day IS NOT NULL;
CREATE INDEX link_day_owed ON link (source, day) WHERE day IS NOT NULL AND state <> 'read';
"""


def apply(db: SqliteDatabase) -> None:
    """Do the step, in the transaction that is open."""
    for statement in FOURTH.split(";\n"):
        if statement.strip():
            db.execute(statement)
