"""What a subscription would have sent: counted by day and week, with what it only just left out."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.config import Config, ConfigError, Digest, SourceConfig, Subscription, Where
from scheduler.rehearsal import MISSES, floods, rehearse
from scheduler.rehearsing import past, refuse_floods, rehearse_stored
from storage.database import Database
from storage.model import Assessment, Change, ChangeKind, Mention, Notice, Precision, Release
from storage.releases import record
from storage.subscribers import meet

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NUMBERS = itertools.count(1)


def wanting(name="team", *, allow_many=False, digest=None, **where):
    return Subscription(
        name=name, channel="feed", folder="f", where=Where(**where), allow_many=allow_many, digest=digest
    )


def release(number, moment, title="Nurses trained", **more):
    told = {
        "key": f"info.gov.hk/P{number}",
        "source": "hk_gia_en",
        "portal": "www.info.gov.hk",
        "url": f"https://www.info.gov.hk/gia/general/202611/21/P20261121{number:05}.htm",
        "language": "en",
        "title": title,
        "text": f"Text number {number}.",
        "published": moment,
        "precision": Precision.MINUTE,
    }
    return Release(**told | more)


def assessed(cooperation=True, score=0.9, **more):
    return Assessment(cooperation=cooperation, score=score, detector="test-1", kind="training", **more)


def told(moment, *, kind=ChangeKind.NEW, story=None, assessment=None, title="Nurses trained"):
    number = next(NUMBERS)
    change = Change(number, f"e{number}", kind, number, story or number, 1, moment)
    return moment, Notice(change, release(number, moment, title), assessment or assessed())


def outcome(subscription, changes):
    return rehearse([subscription], changes, [HONG_KONG], NOW - timedelta(days=180), NOW)[0]


def test_days_are_those_of_the_subscribers_calendar():
    late = datetime(2026, 11, 16, 17, tzinfo=UTC)  # a Monday evening; Tuesday in Hong Kong
    found = outcome(wanting(), [told(late), told(late + timedelta(hours=1)), told(late + timedelta(days=8))])
    assert found.days == ((date(2026, 11, 17), 2), (date(2026, 11, 25), 1))
    assert found.busiest == (date(2026, 11, 17), 2)
    assert found.weeks == ((date(2026, 11, 16), 2), (date(2026, 11, 23), 1))
    assert (found.looked_at, len(found.told), found.most) == (3, 3, 2)


def test_weeks_with_nothing_stand_between_those_with_something():
    first = datetime(2026, 10, 5, tzinfo=UTC)
    found = outcome(wanting(), [told(first), told(first + timedelta(weeks=3))])
    assert [sent for _, sent in found.weeks] == [1, 0, 0, 1]


def test_a_story_is_told_once_and_its_revisions_each():
    moment = datetime(2026, 11, 16, tzinfo=UTC)
    found = outcome(
        wanting(),
        [
            told(moment, story=70_001),
            told(moment, story=70_001),
            told(moment, story=70_001, kind=ChangeKind.GONE),
            told(moment, story=70_001, kind=ChangeKind.RETURNED),
        ],
    )
    assert [one.kind for one in found.told] == ["new", "gone", "returned"]


def test_a_story_that_was_not_wanted_at_first_is_told_by_a_later_release_that_is():
    moment = datetime(2026, 11, 16, tzinfo=UTC)
    found = outcome(
        wanting(words=("transplant",)), [told(moment, story=70_002), told(moment, story=70_002, title="Transplant")]
    )
    assert [one.title for one in found.told] == ["Transplant"]


def test_the_nearest_misses_failed_fewest_conditions_and_score_highest():
    moment = datetime(2026, 11, 16, tzinfo=UTC)
    changes = [told(moment, title=f"far {n}", assessment=assessed(cooperation=False, score=n / 100)) for n in range(20)]
    changes += [told(moment, title=f"near {n}", assessment=assessed(score=0.5 + n / 100)) for n in range(8)]
    changes += [told(moment, kind=ChangeKind.ALSO, assessment=assessed(score=1.0), title="not asked for")]
    found = outcome(wanting(words=("transplant",)), changes)
    assert len(found.misses) == MISSES
    assert [one.title for one in found.misses] == [*(f"near {n}" for n in reversed(range(8))), "far 19", "far 18"]
    assert [each.name for each in found.misses[0].failed] == ["words"]
    assert {each.name for each in found.misses[-1].failed} == {"words", "cooperation"}


def test_what_was_told_after_all_is_no_miss_and_thousands_of_misses_leave_ten():
    moment = datetime(2026, 11, 16, tzinfo=UTC)
    changes = [told(moment, title=f"x {n}", assessment=assessed(score=n / 5000)) for n in range(5000)]
    found = outcome(wanting(words=("transplant",)), changes)
    assert [one.title for one in found.misses] == [f"x {n}" for n in range(4999, 4989, -1)]
    assert outcome(wanting(), changes).misses == ()


@pytest.mark.parametrize(
    ("count", "more", "flood"),
    [
        (3, {}, False),
        (4, {}, True),
        (4, {"allow_many": True}, False),
        (4, {"digest": Digest("daily", "0 8 * * *")}, False),
    ],
)
def test_more_than_so_many_a_day_is_a_flood_unless_it_is_meant_or_gathered(count, more, flood):
    subscription = wanting(**more)
    found = outcome(subscription, [told(datetime(2026, 11, 16, n, tzinfo=UTC)) for n in range(count)])
    said = floods(found, subscription, 3)
    assert bool(said) is flood
    if said:
        assert "would have sent 4 on 2026-11-16" in said
        assert "coopwatch rehearse team" in said


# --- over a database ---------------------------------------------------------------------------------------------


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as opened:
        yield opened


def keep(db, number, moment, *, silent=None, at=NOW, assessment=None, **more):
    return record(
        db, release(number, moment, **more), assessment or assessed(), at, silent=silent, route=lambda _notice: ()
    )


def config_of(*subscriptions, **more):
    return Config(sources={"hk_gia_en": SourceConfig()}, subscriptions=subscriptions, **more)


def test_what_was_recorded_silently_counts_by_the_day_it_was_published(db):
    keep(db, 1, NOW - timedelta(days=40), silent="import")
    keep(db, 2, NOW - timedelta(days=3), silent="import")
    keep(db, 3, None, silent="import", precision=None)
    keep(db, 4, NOW - timedelta(days=9), at=NOW - timedelta(days=1))
    config = config_of(wanting())
    found = rehearse_stored(db, config, config.subscriptions, NOW, 30)[0]
    assert [one.release_id for one in found.told] == [2, 4]
    assert [day for day, _ in found.days] == [date(2026, 11, 19), date(2026, 11, 21)]
    assert len(rehearse_stored(db, config, config.subscriptions, NOW, 0)[0].told) == 3


def test_an_imported_release_counts_for_the_source_that_would_have_read_it(db):
    keep(db, 1, NOW - timedelta(days=2), silent="import", source="import")
    config = config_of(wanting(sources=("hk_gia_en",)), wanting("other", sources=("mo_gcs_zh",)))
    mine, other = rehearse_stored(db, config, config.subscriptions, NOW, 30)
    assert (len(mine.told), len(other.told)) == (1, 0)


def test_the_canary_is_no_part_of_the_past(db):
    keep(db, 1, NOW - timedelta(hours=2), source="canary", at=NOW - timedelta(hours=2))
    assert list(past(db, NOW - timedelta(days=30), NOW)) == []


def test_a_new_rule_that_floods_is_refused_and_one_that_runs_already_is_not(db, tmp_path):
    from scheduler.alerts.rules import mark

    for number in range(31):
        keep(db, number, NOW - timedelta(hours=12), silent="first sight")
    config = config_of(wanting("quiet", words=("no such word",)), wanting("team"))
    file = tmp_path / "coopwatch.toml"
    file.write_text("# one\n[[subscriptions]]\nname = 'quiet'\n[[subscriptions]]\nname = 'team'\n")
    with pytest.raises(ConfigError, match=r":4: subscriptions\[1\]\.where: would have sent 31 on") as refused:
        refuse_floods(db, config, str(file), NOW)
    assert (refused.value.exit_code, len(refused.value.faults)) == (78, 1)
    refuse_floods(db, config_of(wanting(allow_many=True)), str(file), NOW)
    meet(db, {"team": (mark(config.subscriptions[1].where), "a")}, NOW)
    refuse_floods(db, config, str(file), NOW)
    with pytest.raises(ConfigError):
        refuse_floods(db, config_of(wanting(min_score=0.0)), str(file), NOW)


def test_parties_and_pairs_are_rehearsed_too(db):
    parties = (Mention("Hospital Authority", 0, 1, "T", jurisdiction="Hong Kong"),)
    known = assessed(parties=parties, jurisdictions=("Hong Kong", "Shenzhen"))
    keep(db, 1, NOW - timedelta(days=2), silent="import", assessment=known)
    config = config_of(
        wanting(parties=("Hospital Authority",), pairs=(("Hong Kong", "Shenzhen"),)),
        wanting("b", pairs=(("Hong Kong", "Macao"),)),
    )
    mine, other = rehearse_stored(db, config, config.subscriptions, NOW, 30)
    assert (len(mine.told), len(other.told)) == (1, 0)
    assert [each.name for each in other.misses[0].failed] == ["pairs"]
