"""The main job through the real command: portals on loopback on one side, real receivers on the other."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.demo.invented import event, stock, synthetic
from scheduler.demo.portals import Portals
from scheduler.demo.receivers import MailServer, WebhookReceiver
from scheduler.demo.watching import MAILED, Watch

BEFORE = [one for one in stock() if one.when == "before"]
NEW = {one.name: one for one in stock() if one.when == "meanwhile"}
GIA = ("hk_gia_en",)


@pytest.fixture
def hooks():
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def web():
    with Portals(BEFORE) as portals:
        yield portals


@pytest.fixture
def watch(tmp_path, web, hooks, mail):
    """A configured coopwatch that is not running yet."""
    made = Watch(tmp_path / "watch", web, hooks=hooks, mail=mail)
    yield made
    made.stop()


def told(receiver):
    return Counter((hook.data["url"], hook.data["kind"]) for hook in receiver.accepted)


def ran(watch, *arguments):
    done = watch.command(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def release(watch, key):
    found = watch.rows(f"SELECT * FROM releases WHERE key = '{key}'")
    return found[0] if found else None


def test_the_first_crawl_records_everything_and_tells_nobody(watch, web, hooks, mail):
    ran(watch, "crawl")
    assert {row["key"] for row in watch.rows("SELECT key FROM releases")} == {one.key for one in web.all()}
    ran(watch, "deliver")
    assert watch.rows("SELECT * FROM deliveries") == []
    assert (hooks.received, mail.received) == ([], [])


def test_a_release_is_recorded_as_its_portal_shows_it(watch, web):
    ran(watch, "crawl")
    issued = next(one for one in web.all() if one.release.name == "telestroke-zh")
    row = release(watch, issued.key)
    assert row["title"] == issued.release.title
    assert row["text"] == "\n".join(issued.release.paragraphs)
    assert (row["url"], row["portal"], row["language"]) == (issued.url, "www.info.gov.hk", "zh-Hant")
    assert datetime.fromisoformat(row["published"]) == issued.published.replace(second=0)
    assert row["cooperation"] == 1


def test_robots_txt_is_asked_first_and_known_pages_are_asked_conditionally(watch, web):
    ran(watch, "crawl")
    for portal in ("gia", "news", "gcs"):
        assert next(one for one in web.asked if one.portal == portal).path == "/robots.txt"
    asked = len(web.asked)
    ran(watch, "crawl")
    again = list(web.asked)[asked:]
    assert [one.path for one in again if one.path == "/robots.txt"] == []  # it is kept for a day
    # Macao's feed tells the texts themselves: to look at them again, by hand, is to read the feed in full.
    assert {(one.status, one.conditional) for one in again if one.portal != "gcs"} <= {(304, True), (404, False)}
    assert sum(one.status == 304 for one in again) >= 9 + 2 + 4  # pages, indexes, feeds


def test_a_new_release_is_told_once_by_each_subscription_that_wants_it(watch, web, hooks, mail):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        english = web.publish(NEW["marrow-registry"])
        chinese = web.publish(NEW["rehab-mo"])
        other = web.publish(NEW["investigation"])
        assert watch.until(lambda: len(hooks.accepted) == 2 and len(mail.received) == 1 and release(watch, other.key))
        time.sleep(2)
    assert told(hooks) == {(english.url, "new"): 1, (chinese.url, "new"): 1}
    assert all(hook.verified for hook in hooks.received)
    assert len(mail.received) == 1
    assert english.url in mail.received[0].text
    assert release(watch, other.key)["cooperation"] == 0


@pytest.mark.parametrize(
    "spelled",
    [
        "{folder}/{number}p.htm",
        "{folder}/{number}.htm?fontSize=1",
        "http://www.info.gov.hk{folder}/{number}.htm",
        "https://sc.isd.gov.hk/TuniS/www.info.gov.hk{folder}/{number}.htm",
        "https://sc.isd.gov.hk/gb/www.info.gov.hk{folder}/{number}p.htm",
    ],
    ids=["print", "fontSize", "http", "Simplified", "Simplified and print"],
)
def test_other_spellings_of_an_address_are_the_same_release(watch, web, spelled):
    issued = next(one for one in web.all() if one.release.name == "telestroke-zh")
    folder = issued.path.rpartition("/")[0]
    ran(watch, "crawl", "hk_gia_zh")
    before = watch.rows("SELECT key, url, version FROM releases ORDER BY key")
    web.spell(issued.key, spelled.format(folder=folder, number=issued.number))
    ran(watch, "crawl", "hk_gia_zh")
    assert watch.rows("SELECT key, url, version FROM releases ORDER BY key") == before
    assert (issued.key, issued.url) in {(row["key"], row["url"]) for row in before}


def test_an_edit_in_place_becomes_a_second_version_with_a_readable_diff_and_is_told(watch, web, hooks):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        issued = web.publish(NEW["marrow-registry"])
        assert watch.until(lambda: told(hooks)[issued.url, "new"])
        web.edit(issued.key)
        assert watch.until(lambda: told(hooks)[issued.url, "revised"])
    row = release(watch, issued.key)
    assert row["version"] == 2
    assert "36 co-ordinators" in row["text"]
    versions = watch.rows(f"SELECT number, text FROM versions WHERE release_id = {row['id']} ORDER BY number")
    assert [("24 co-ordinators" in one["text"]) for one in versions] == [True, False]
    shown = ran(watch, "diff", str(row["id"]))
    assert "24" in shown
    assert "36" in shown
    revised = next(hook for hook in hooks.accepted if hook.data["kind"] == "revised")
    assert {"added", "removed"} <= {piece["op"] for piece in revised.data["diff"]}


def test_an_edit_that_no_listing_tells_is_found_by_looking_again(watch, web):
    ran(watch, "crawl")
    issued = next(one for one in web.all() if one.release.name == "renal-nursing")
    web.edit(issued.key, paragraphs=[*issued.release.paragraphs, "A paragraph that came later."], quietly=True)
    ran(watch, "crawl")
    assert release(watch, issued.key)["version"] == 2


def test_a_changed_photograph_or_menu_is_no_revision(watch, web):
    ran(watch, "crawl")
    issued = next(one for one in web.all() if one.release.name == "renal-nursing")
    with web._lock:  # the same text, another caption: the page's bytes differ
        old = web._issued[issued.key]
        web._issued[issued.key] = replace(old, release=replace(old.release, captions=("Another caption.",)))
        web._bodies.clear()
    ran(watch, "crawl")
    assert release(watch, issued.key)["version"] == 1
    assert watch.rows("SELECT * FROM changes WHERE kind = 'revised'") == []


def test_a_withdrawn_release_is_missing_then_gone_and_may_return(watch, web):
    ran(watch, "crawl")
    issued = next(one for one in web.all() if one.release.name == "renal-nursing")
    web.withdraw(issued.key)
    states = []
    for _ in range(2):
        ran(watch, "crawl")
        states.append(release(watch, issued.key)["state"])
    assert states == ["missing", "gone"]
    web.withdraw(issued.key, withdrawn=False)
    ran(watch, "crawl")
    assert release(watch, issued.key)["state"] == "present"
    kinds = [row["kind"] for row in watch.rows("SELECT kind FROM changes WHERE kind <> 'new' ORDER BY id")]
    assert kinds == ["gone", "returned"]


def test_a_text_told_again_under_another_address_is_told_once(watch, web, hooks):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        first = web.publish(NEW["marrow-registry"])
        assert watch.until(lambda: told(hooks)[first.url, "new"])
        second = web.publish(NEW["marrow-registry-again"])
        assert watch.until(lambda: release(watch, second.key))
        time.sleep(2)
    assert told(hooks) == {(first.url, "new"): 1}
    rows = {row["key"]: row for row in watch.rows("SELECT * FROM releases")}
    assert rows[second.key]["duplicate_of"] == rows[first.key]["id"]
    assert rows[second.key]["story_id"] == rows[first.key]["story_id"]


def test_an_event_told_in_another_language_joins_the_story_and_each_subscription_hears_of_it_once(
    watch, web, hooks, mail
):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        chinese = web.publish(NEW["marrow-registry-zh"])
        assert watch.until(lambda: told(hooks)[chinese.url, "new"])
        english = web.publish(NEW["marrow-registry"])
        # Mail goes to readers of English: theirs is the first word of the event, whatever webhooks were told.
        assert watch.until(lambda: mail.received)
        time.sleep(2)
    assert told(hooks) == {(chinese.url, "new"): 1}
    assert [english.url in one.text for one in mail.received] == [True]
    assert release(watch, english.key)["story_id"] == release(watch, chinese.key)["story_id"]


def test_a_second_service_on_the_same_database_ends_with_75_and_names_the_first(watch):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        second = watch.command("run", seconds=20)
        assert second.returncode == 75
        assert str(watch.process.pid) in second.stderr
        assert watch.process.poll() is None


def test_the_service_ends_within_seconds_when_told_to(watch):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        began = time.monotonic()
        assert watch.stop() == 0
        assert time.monotonic() - began < 5


def test_a_dead_receiver_delays_no_mail_and_gets_its_message_when_it_is_back(tmp_path, web, mail):
    alive = [False]

    def answers(_number):
        return (204, {}) if alive[0] else (503, {"Retry-After": "1"})

    with WebhookReceiver(answers=answers) as hooks, Watch(tmp_path / "w", web, hooks=hooks, mail=mail) as watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        issued = web.publish(NEW["marrow-registry"])
        assert watch.until(lambda: len(mail.received) == 1)
        assert hooks.accepted == []
        rows = watch.rows(f"SELECT state FROM deliveries WHERE subscription = '{MAILED}'")
        assert watch.until(lambda: hooks.received)
        alive[0] = True
        assert watch.until(lambda: told(hooks)[issued.url, "new"], 40)
        assert len({hook.id for hook in hooks.received}) == 1
        assert len(mail.received) == 1
        assert rows


def test_a_portal_that_fails_is_journalled_and_the_others_go_on(watch, web, hooks):
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 5)
        web.fail("news", 500)
        issued = web.publish(NEW["marrow-registry"])
        assert watch.until(lambda: told(hooks)[issued.url, "new"])
        assert watch.until(lambda: watch.rows("SELECT 1 FROM sources WHERE name = 'hk_news_en' AND failures > 0"))
    (row,) = watch.rows("SELECT * FROM sources WHERE name = 'hk_news_en'")
    assert "500" in row["trouble"]


def test_one_thousand_two_hundred_releases_a_crawl_finds_what_feed_and_three_days_of_indexes_hold(tmp_path, hooks):
    now = datetime.now(UTC)
    with Portals() as web:
        for made, at in synthetic(1200, days=20, now=now):
            web.publish(made, at=at)
        watch = Watch(tmp_path / "many", web, hooks=hooks, only=GIA)
        ran(watch, "crawl")
        days = {
            web._clock().astimezone(web.all()[-1].published.tzinfo).date() - timedelta(days=back) for back in (0, 1, 2)
        }
        expected = {one.key for one in web.all()[-100:]} | {
            one.key for one in web.all() if one.published.date() in days
        }
        assert {row["key"] for row in watch.rows("SELECT key FROM releases")} == expected
        assert hooks.received == []


def kill_often(watch, web, hooks, *, kills, seed):
    """Publish and edit while the service is killed at random moments; return what must have been told by the end."""
    chance = random.Random(seed)
    expected = Counter()
    with watch:
        assert watch.until(lambda: len(watch.seeded()) == 1)
        for number in range(kills):
            made = event(seed + number)
            expected[web.publish(made).url, "new"] += 1
            time.sleep(chance.uniform(0.0, 2.0))
            watch.kill()
            watch.start()
        assert watch.until(lambda: set(told(hooks)) >= set(expected), 60), set(expected) - set(told(hooks))
        time.sleep(2)
    return expected


def assert_nothing_lost_or_repeated(watch, web, hooks, expected):
    assert set(told(hooks)) == set(expected)
    ids = {}
    for hook in hooks.accepted:
        ids.setdefault((hook.data["url"], hook.data["kind"]), set()).add(hook.id)
    assert all(len(one) == 1 for one in ids.values()), ids
    rows = watch.rows("SELECT key, version FROM releases")
    assert sorted(row["key"] for row in rows) == sorted(one.key for one in web.all())
    assert {row["version"] for row in rows} == {1}
    assert watch.rows("SELECT change_id, subscription FROM deliveries GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert {row["state"] for row in watch.rows("SELECT state FROM deliveries")} == {"sent"}


@pytest.mark.parametrize("seed", [1])
def test_killing_the_service_at_any_moment_loses_and_repeats_nothing(tmp_path, web, hooks, seed):
    watch = Watch(tmp_path / "killed", web, hooks=hooks, only=GIA)
    gia = [one for one in web.all() if one.release.portal == "gia" and one.release.language == "en"]
    for one in [one for one in web.all() if one not in gia]:
        del web._issued[one.key]
    expected = kill_often(watch, web, hooks, kills=4, seed=seed)
    assert_nothing_lost_or_repeated(watch, web, hooks, expected)


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(2, 27))
def test_killing_the_service_again_and_again_loses_and_repeats_nothing(tmp_path, web, hooks, seed):
    watch = Watch(tmp_path / "killed", web, hooks=hooks, only=GIA, linger="0s" if seed % 2 else "10m")
    for one in [one for one in web.all() if (one.release.portal, one.release.language) != ("gia", "en")]:
        del web._issued[one.key]
    expected = kill_often(watch, web, hooks, kills=8, seed=seed)
    assert_nothing_lost_or_repeated(watch, web, hooks, expected)
