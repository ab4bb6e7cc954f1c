"""The stable, documented face of the database: views with plural names, for people and for `coopwatch sql`.

Their columns are promised (storage/README.md tells what each means, and a test holds the two together): columns may be
added, none is taken away or changes its meaning. Ours to change are the tables below them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

_REAL = "r.source <> 'canary'"
"""The canary (storage.stories.CANARY) is no release of anybody's: it only shows that the way is open."""


def _named(what: str) -> str:
    """Return the view of what releases name: a row for each release and each party, programme or place it names."""
    return f"""
        SELECT n.id, n.name, n.kind, n.jurisdiction, x.release_id, x.text, x.start, x."end", r.url, r.source,
               r.language, r.published, m.story_id
        FROM named AS n
        JOIN mention AS x ON x.named_id = n.id
        JOIN release AS r ON r.id = x.release_id
        LEFT JOIN story_member AS m ON m.release_id = r.id
        WHERE n.what = '{what}' AND {_REAL}"""


VIEWS = {
    "releases": f"""
        SELECT r.id, r.key, r.url, r.source, r.portal, r.jurisdiction, r.department, r.language,
               v.title, v.text, v.captions, r.published, r.precision, r.utc_offset, r.first_seen, r.last_read,
               r.state, r.missing_since, r.version, r.cooperation, a.score, a.kind, a.reason, a.jurisdictions,
               a.detector, m.story_id, r.duplicate_of, r.silent, v.page
        FROM release AS r
        JOIN version AS v ON v.release_id = r.id AND v.number = r.version
        LEFT JOIN assessment AS a ON a.id = r.assessment_id
        LEFT JOIN story_member AS m ON m.release_id = r.id
        WHERE {_REAL}""",
    "versions": f"""
        SELECT v.id, v.release_id, v.number, v.title, v.text, v.captions, v.fingerprint, v.page, v.seen
        FROM version AS v
        JOIN release AS r ON r.id = v.release_id
        WHERE {_REAL}""",
    "assessments": f"""
        SELECT a.id, v.release_id, v.number AS version, a.detector, a.cooperation, a.score, a.kind, a.reason,
               a.jurisdictions, a.evidence, a.facts, a.made, a.id = r.assessment_id AS current
        FROM assessment AS a
        JOIN version AS v ON v.id = a.version_id
        JOIN release AS r ON r.id = v.release_id
        WHERE {_REAL}""",
    "changes": f"""
        SELECT c.id, c.event, c.kind, c.at, c.release_id, c.version, c.story_id, c.silent, v.title, r.url, r.source,
               n.name AS programme, l.counts, f.before, f.after, c.grade
        FROM change AS c
        JOIN release AS r ON r.id = c.release_id
        JOIN version AS v ON v.release_id = c.release_id AND v.number = c.version
        LEFT JOIN figure_change AS f ON f.change_id = c.id
        LEFT JOIN lifeline AS l ON l.id = f.lifeline_id
        LEFT JOIN named AS n ON n.id = l.programme_id
        WHERE {_REAL}""",
    "first_pairs": """
        SELECT p.change_id, p.what, p.one, p.other, c.kind, c.at, c.release_id, c.story_id
        FROM first_pair AS p
        JOIN change AS c ON c.id = p.change_id""",
    "deliveries": f"""
        SELECT d.id, d.change_id, c.release_id, c.kind, d.subscription, d.message_id, d.state, d.attempts, d.next_try,
               d.made, d.settled, d.trouble, d.what, d.bundle_id, d.hold_id, d.slot, d.as_of
        FROM delivery AS d
        LEFT JOIN change AS c ON c.id = d.change_id
        LEFT JOIN release AS r ON r.id = c.release_id
        WHERE r.id IS NULL OR {_REAL}""",
    "attempts": f"""
        SELECT a.id, a.delivery_id, d.subscription, d.message_id, a.number, a.started, a.ended, a.outcome, a.detail
        FROM attempt AS a
        JOIN delivery AS d ON d.id = a.delivery_id
        LEFT JOIN change AS c ON c.id = d.change_id
        LEFT JOIN release AS r ON r.id = c.release_id
        WHERE r.id IS NULL OR {_REAL}""",
    "holds": """
        SELECT id, source, made, why, count, state, settled, by FROM hold""",
    "subscribers": """
        SELECT name, known_since, rule_since, disabled, why, digest_through FROM subscriber""",
    "incidents": """
        SELECT id, kind, subject, opened, closed, evidence, closing FROM incident""",
    "runs": """
        SELECT id, source, started, ended, outcome, "trigger", listed, fresh, requests, verdicts, trouble, gaps
        FROM run""",
    "sources": """
        SELECT s.name, s.first_sight, s.seeded, s.last_attempt, s.last_good, s.failures, s.trouble, s.held_until,
               (SELECT count(*) FROM release WHERE source = s.name) AS releases,
               (SELECT max(first_seen) FROM release WHERE source = s.name) AS last_new,
               (SELECT count(*) FROM link WHERE source = s.name AND state = 'pending') AS pending,
               (SELECT count(*) FROM link WHERE source = s.name AND state = 'dead') AS dead
        FROM source AS s
        WHERE s.name <> 'canary'""",
    "archive": """
        SELECT a.source, a.day,
               CASE WHEN a.state <> 'listed' THEN a.state WHEN u.unread > 0 THEN 'short'
                    WHEN a.final THEN 'complete' ELSE 'open' END AS state,
               a.listed, a.listed - coalesce(u.unread, 0) AS stored, coalesce(u.unread, 0) AS missing, a.asked,
               a.silent, a.fills, a.next_fill, a.trouble
        FROM archive_day AS a
        LEFT JOIN (SELECT source, day, count(*) AS unread FROM link WHERE day IS NOT NULL AND state <> 'read'
                   GROUP BY source, day) AS u ON u.source = a.source AND u.day = a.day""",
    "stories": f"""
        SELECT s.id, s.made, v.title, f.releases, f.cooperation, f.first_published
        FROM (SELECT m.story_id, count(*) AS releases, max(r.cooperation) AS cooperation, min(r.id) AS first_release,
                     min(r.published) AS first_published
              FROM story_member AS m JOIN release AS r ON r.id = m.release_id
              WHERE {_REAL} GROUP BY m.story_id) AS f
        JOIN story AS s ON s.id = f.story_id
        JOIN release AS o ON o.id = f.first_release
        JOIN version AS v ON v.release_id = o.id AND v.number = o.version""",
    "story_releases": f"""
        SELECT m.story_id, m.release_id, m.why, r.url, r.source, r.portal, r.language, r.published, r.precision,
               v.title, r.cooperation, r.first_seen
        FROM story_member AS m
        JOIN release AS r ON r.id = m.release_id
        JOIN version AS v ON v.release_id = r.id AND v.number = r.version
        WHERE {_REAL}""",
    "parties": _named("party"),
    "places": _named("place"),
    "programmes": _named("programme"),
    "figures": """
        SELECT f.id, f.release_id, n.name AS programme, l.counts, f.value, f.qualifier, f.unit, f.what, f.text, f.start,
               f."end", r.url, r.source, r.language, r.published, m.story_id
        FROM figure AS f
        JOIN release AS r ON r.id = f.release_id
        LEFT JOIN named AS n ON n.id = f.programme_id AND n.what = 'programme'
        LEFT JOIN lifeline AS l ON l.id = f.lifeline_id
        LEFT JOIN story_member AS m ON m.release_id = r.id""",
    "evidence": f"""
        SELECT r.id AS release_id, r.version, e.key AS place, e.value ->> 'start' AS start, e.value ->> 'end' AS "end",
               e.value ->> 'text' AS text, e.value ->> 'why' AS why, e.value ->> 'weight' AS weight, a.cooperation,
               a.score, a.detector, r.url
        FROM release AS r
        JOIN assessment AS a ON a.id = r.assessment_id
        JOIN json_each(a.evidence) AS e
        WHERE {_REAL}""",
}

DIGEST = hashlib.sha256(repr(sorted(VIEWS.items())).encode()).hexdigest()[:12]
"""Changes with any of the views; the migration step that makes them is named by it."""


def statements(present: Iterable[str]) -> Iterator[str]:
    """Yield the statements that drop the views that are there and make those of this module.

    Args:
        present: the names of the views in the database.
    """
    for name in list(present):
        yield f'DROP VIEW "{name}"'
    for name, body in VIEWS.items():
        yield f'CREATE VIEW "{name}" AS {body.strip()}'
