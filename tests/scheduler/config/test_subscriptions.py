"""Subscriptions, operator targets, the canary: what is taken, what is refused, what is hardly meant."""

from __future__ import annotations

from datetime import time

import pytest

from scheduler.config import Config, Subscription
from scheduler.config.built_in import built_in
from scheduler.config.reach import Known
from scheduler.config.reading import parse
from scheduler.config.subscription_rules import KINDS
from scheduler.config.subscriptions import CHANGES, DEFAULT_GRADE, FIRST_PAIRS, GRADES
from scheduler.config.template import template
from scheduler.config.unlikely import unlikely
from scraper.find import sources
from storage.model import ChangeKind, Grade

KNOWN = {
    "hk_gia_en": Known("en", "www.info.gov.hk"),
    "hk_gia_zh": Known("zh-Hant", "www.info.gov.hk"),
    "mo_gcs_zh": Known("zh-Hant", "www.gcs.gov.mo"),
}
FEED = '[[subscriptions]]\nname = "a"\nchannel = "feed"\nfolder = "f"\n'
MAIL = '[email]\nhost = "mail.example.org"\nfrom = "Watch <watch@example.org>"\n'
OPERATOR = '[[operator]]\nchannel = "command"\ncommand = ["true"]\n'


def config_of(text: str) -> Config:
    config, faults = parse(text, tuple(KNOWN))
    assert config is not None, "\n".join(map(str, faults))
    return config


def faults_of(text: str) -> dict[str, str]:
    config, faults = parse(text, tuple(KNOWN))
    assert (config is None) is bool(faults)
    return {fault.key: fault.what for fault in faults}


def warnings_of(text: str) -> dict[str, str]:
    return {
        "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]: what
        for path, what in unlikely(config_of('[service]\ncontact = "mailto:a@example.org"\n' + text), KNOWN)
    }


def test_everything_a_subscription_can_say_is_read():
    config = config_of(
        FEED + 'language = "zh-Hans"\nwait = "5m"\nmode = "digest"\ndigest = "weekly Monday"\nproof = true\n'
        'timezone = "Asia/Macau"\nquiet = "22:00-07:00"\nweekends = true\nholidays = ["macao"]\nallow_many = true\n'
        "[subscriptions.where]\n"
        'portals = ["www.info.gov.hk"]\npairs = ["Hong Kong", "Guangdong"]\nparties = "HA"\nkinds = ["visit"]\n'
        'programmes = ["P"]\nfigures = ["Q"]\nfirst_pairs = ["places"]\nmin_grade = "date"\n'
        'all = [{ words = ["x"] }]\n[[subscriptions.where.any]]\nwords = ["y"]\n[[subscriptions.where.any]]\n'
        'min_score = 0.5\n[[subscriptions.where.none]]\nkinds = ["other"]\n'
    )
    one = config.subscriptions[0]
    assert (one.language, one.tongue, one.wait, one.gathered, one.digest.cron) == (
        "zh-Hans", "zh-Hans", 300.0, True, "0 8 * * mon",
    )  # fmt: skip
    assert (one.proof, one.weekends, one.holidays, one.allow_many) == (True, True, ("macao",), True)
    assert (one.quiet.start, one.quiet.end) == (time(22), time(7))
    assert config.zone_of(one).key == "Asia/Macau"
    where = one.where
    assert (where.pairs, where.parties, where.min_grade) == ((("Hong Kong", "Guangdong"),), ("HA",), "date")
    assert ([part.words for part in where.all], where.any[1].min_score, where.none[0].kinds) == (
        [("x",)], 0.5, ("other",),
    )  # fmt: skip


def test_what_is_not_said_follows_from_what_is():
    one = config_of(FEED).subscriptions[0]
    assert (one.mode, one.gathered, one.wait, one.tongue) == ("at once", False, 0.0, "en")
    one = config_of(FEED + 'language = "zh-Hant"\ndigest = "daily 08:00"\n').subscriptions[0]
    assert (one.mode, one.gathered, one.wait, one.tongue) == ("digest", True, 600.0, "zh-Hant")
    config = config_of(MAIL)
    assert config.email.unsubscribe == "watch@example.org"
    assert config.zone_of(one).key == "Asia/Hong_Kong"
    assert (config.alerts.storm, config.alerts.blind_after, config.alerts.many, config.alerts.catch_up) == (
        20, 86400.0, 30, 5,
    )  # fmt: skip


def test_operator_targets_are_subscriptions_without_conditions_of_their_own_name():
    config = config_of(FEED + OPERATOR + OPERATOR + 'name = "duty"\ntimeout = "5s"\n')
    assert [(one.name, one.operator) for one in config.operators] == [("operator-1", True), ("duty", True)]
    assert config.subscription("duty") is config.operators[1]
    assert [one.name for one in config.everyone] == ["a", "operator-1", "duty"]


def test_the_canary_marks_its_subscription():
    config = config_of(FEED + FEED.replace('"a"', '"b"') + '[canary]\nsubscription = "b"\nat = "06:15"\n')
    assert [one.canary for one in config.subscriptions] == [False, True]
    assert config.canary.at == time(6, 15)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[[subscriptions]]\nname = "a"\nchannel = "feed"\n', "subscriptions[0].folder", "is needed"),
        ('[[subscriptions]]\nname = "a"\nchannel = "apprise"\n', "subscriptions[0].url_env", "is needed"),
        ('[[subscriptions]]\nname = "a"\nchannel = "command"\ncommand = []\n', "subscriptions[0].command", "is needed"),
        (FEED + 'command = ["true"]\n', "subscriptions[0].command", "is for channel command; take it out"),
        (FEED + "timeout = 3\n", "subscriptions[0].timeout", "command or apprise"),
        (FEED + 'mode = "digest"\n', "subscriptions[0].digest", "is needed"),
        (FEED + 'mode = "at once"\ndigest = "daily"\n', "subscriptions[0].mode", "needs no digest"),
        (FEED + "proof = true\n", "subscriptions[0].proof", "is for digests"),
        (FEED + 'wait = "5m"\n', "subscriptions[0].wait", "give language too"),
        (FEED + 'digest = "*/5 * * * *"\n', "subscriptions[0].digest", "at most once an hour"),
        (FEED + 'holidays = ["hongkong"]\n', "subscriptions[0].holidays", '"hong-kong"'),
        (FEED + 'language = "fr"\n', "subscriptions[0].language", '"zh-Hant"'),
        (FEED + 'where = { kinds = ["agreements"] }', "subscriptions[0].where.kinds", 'did you mean "agreement"?'),
        (FEED + "where = { none = [{}] }", "subscriptions[0].where.none[0]", "always holds"),
        (FEED + "where = { any = {} }", "subscriptions[0].where.any", "list of tables"),
        (FEED + 'where = { any = [{ wrods = ["x"] }] }', "subscriptions[0].where.any[0].wrods", '"words"'),
        (FEED + 'where = { any = [{ any = [] }] }', "subscriptions[0].where.any[0].any", "is unknown"),
        (FEED + 'where = { all = [{ sources = ["x"] }] }', "subscriptions[0].where.all[0].sources", "is unknown"),
        (FEED + 'where = { none = [{ min_grade = "date" }] }', "subscriptions[0].where.none[0].min_grade", "keep out"),
        (FEED + 'where = { pairs = [["Macao"]] }', "subscriptions[0].where.pairs", "list of pairs"),
        (FEED + 'where = { pairs = [["Macao", "macao"]] }', "subscriptions[0].where.pairs", "with itself"),
        (FEED + 'where = { min_grade = "big" }', "subscriptions[0].where.min_grade", '"wording"'),
        (OPERATOR + 'where = { words = ["x"] }\n', "operator[0].where", "is unknown"),
        (OPERATOR + 'url = "https://example.org"\n', "operator[0].url", "take it out"),
        ('[[operator]]\nchannel = "email"\nto = "a@example.org"\n', "operator[0].channel", "[email]"),
        (FEED + OPERATOR + 'name = "a"\n', "operator[0].name", "already the name of a subscription"),
        (FEED + '[canary]\nsubscription = "b"\n', "canary.subscription", 'is unknown; known are: a'),
        (FEED + '[canary]\nat = "07:30"\n', "canary.subscription", "is needed"),
        (FEED + 'digest = "daily"\n[canary]\nsubscription = "a"\n', "canary.subscription", "tells at once"),
        ('[alerts]\nstorm = 0\n', "alerts.storm", "from 1"),
        (MAIL + 'unsubscribe = "nobody"\n', "email.unsubscribe", "no mail address"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(text, key, said):
    assert said in faults_of(text)[key]


HOOK = '[[subscriptions]]\nname = "h"\nchannel = "webhook"\nsecret_env = "S"\nurl = "https://{0}/x"\n'


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "192.168.1.1:8443", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1",
     "127.0.0.2", "100.64.0.1", "169.254.169.254", "127.0.0.1.", "localhost.", "[64:ff9b::7f00:1]"],
)  # fmt: skip
def test_an_address_that_nothing_can_be_sent_to_is_refused(host):
    assert "no public address" in faults_of(HOOK.format(host))["subscriptions[0].url"]
    assert faults_of(HOOK.format(host) + "allow_private = true\n") == {}


@pytest.mark.parametrize("host", ["example.org", "10.example.org", "8.8.8.8", "localhost:8443", "127.0.0.1", "[::1]"])
def test_names_public_addresses_and_this_machine_are_taken(host):
    assert faults_of(HOOK.format(host)) == {}


@pytest.mark.parametrize(
    ("where", "key", "said"),
    [
        ('kinds = ["visit"], all = [{ kinds = ["training"] }]', "where.kinds", "never told"),
        ('kinds = ["visit"], none = [{ kinds = ["visit", "other"] }]', "where.none[0]", "never told"),
        ('changes = ["gone"], none = [{ changes = ["new", "gone"] }]', "where.none[0]", "never told"),
        ('min_score = 0.5, none = [{ min_score = 0.4 }]', "where.none[0]", "never told"),
        ('kinds = ["visit"], any = [{ kinds = ["other"] }, { words = ["x"] }]', "where.any[0].kinds", "part never"),
        ('changes = ["new"], any = [{ changes = ["also"] }, { words = ["x"] }]', "where.any[0].changes", 'add "also"'),
        ('all = [{ figures = ["P"] }]', "where.all[0].figures", 'add "figure"'),
        ('changes = ["new"], min_grade = "date"', "where.min_grade", "does nothing"),
        ('min_grade = "date", any = [{ min_grade = "figure" }, { words = ["x"] }]', "where.any[0].min_grade", "does"),
        ('portals = ["www.info.gov.com"]', "where.portals", 'did you mean "www.info.gov.hk"?'),
        ('portals = ["www.gcs.gov.mo"]', "where.portals", "no enabled source reads it"),
        ('portals = ["www.gcs.gov.mo"], sources = ["hk_gia_en"]', "where.portals", "no enabled source reads it"),
        ('sources = ["hk_gia_en"], all = [{ languages = ["zh"] }]', "where.all[0].languages", "never told"),
        ('languages = ["pt"]', "where.languages", "in en, zh-Hant only"),
        ('any = [{ languages = ["en"] }], none = [{ languages = ["en"] }]', "where.none[0]", "never told"),
        ('none = [{ languages = ["en"] }, { languages = ["zh"] }]', "where.none", "taken together"),
        ('any = [{ words = ["a"] }, { kinds = ["visit"] }], none = [{ words = ["a"] }]', "where.any[0]", "part never"),
        ('languages = ["en"], any = [{ languages = ["zh"] }, { sources = ["hk_gia_zh"] }]', "where.any", "never told"),
        ('changes = ["revised"], min_grade = "withdrawn"', "where.min_grade", 'add it to `changes`'),
        ('changes = ["also"]', "where.changes", "one portal is watched: it is never told"),
        ('changes = ["gone"], first_pairs = ["parties"]', "where.first_pairs", "new or revised only: it is never told"),
        ('changes = ["also", "gone"], none = [{ changes = ["gone"] }]', "where.none[0]", "never told"),
        ('all = [{ changes = ["gone"] }, { changes = ["new"] }]', "where.all[0]", "never told"),
    ],
)  # fmt: skip
def test_rules_that_can_never_fire_and_conditions_that_do_nothing_are_reported(where, key, said):
    text = f"[sources.mo_gcs_zh]\nenabled = false\n{OPERATOR}{FEED}where = {{ {where} }}\n"
    assert said in warnings_of(text)[f"subscriptions[0].{key}"]


@pytest.mark.parametrize(
    "where",
    [
        'kinds = ["visit", "other"], all = [{ kinds = ["visit"] }], none = [{ kinds = ["visit"], words = ["x"] }]',
        'languages = ["zh"], all = [{ languages = ["zh-Hant"] }]',
        'any = [{ figures = ["P"] }, { changes = ["also"] }], min_grade = "date"',
        'parties = ["A"], all = [{ parties = ["B"] }], none = [{ parties = ["C"] }]',
        'changes = ["also"]',
        'none = [{ languages = ["en"] }, { languages = ["zh"], kinds = ["visit"] }]',
        'any = [{ words = ["a"] }, { words = ["b"] }], none = [{ words = ["a"], kinds = ["visit"] }]',
        'min_grade = "withdrawn", none = [{ changes = ["revised"] }, { changes = ["new"] }]',
        f"min_score = 0.2, none = [{{ kinds = {list(KINDS)} }}]",
    ],
)
def test_rules_that_can_fire_are_not_reported(where):
    assert warnings_of(f"{OPERATOR}{FEED}where = {{ {where} }}\n") == {}


def test_silence_that_nobody_would_notice_is_reported():
    assert "nobody is told when coopwatch itself is blind" in warnings_of(FEED)["operator"]
    team = '[[subscriptions]]\nname = "t"\nchannel = "email"\nto = "t@example.org"\n'
    by_mail = '[[operator]]\nchannel = "email"\nto = "o@example.org"\n'
    assert "same mail server" in warnings_of(MAIL + by_mail + team)["operator[0].channel"]
    assert warnings_of(MAIL + by_mail + OPERATOR + team) == {}
    quiet = f'{OPERATOR}{team}quiet = "22:00-08:00"\n{MAIL}[canary]\nsubscription = "t"\n'
    assert "missed every day" in warnings_of(quiet)["canary.at"]
    assert "canary.at" not in warnings_of(quiet.replace("08:00", "07:30"))
    assert "wakes nobody" in warnings_of(OPERATOR + FEED + "weekends = true\n")["subscriptions[0].weekends"]
    assert "does nothing" in warnings_of(OPERATOR + FEED + 'timezone = "UTC"\n')["subscriptions[0].timezone"]


def test_the_words_of_the_configuration_are_those_of_the_store_and_the_detector():
    from scraper.cooperation.kinds import SPEAKS_FOR, WORTH

    assert set(CHANGES) == {kind.value for kind in ChangeKind}
    assert tuple(GRADES) == tuple(grade.value for grade in Grade)
    assert Grade(DEFAULT_GRADE) is Grade.WORDING
    assert set(KINDS) == (set(WORTH) - set(SPEAKS_FOR)) | set(SPEAKS_FOR.values()) | {"other"}
    assert set(FIRST_PAIRS) == {"parties", "places", "jurisdictions"}


def test_every_key_stands_in_the_file_that_init_writes():
    import dataclasses
    import re

    from scheduler.config import model, subscriptions

    text = template({name: source.title for name, source in sources().items()}, built_in())
    tables = (
        model.Service, model.Politeness, model.SourceConfig, model.Email, model.Canary, model.Alerts,
        subscriptions.Where, subscriptions.Operator, subscriptions.Subscription,
    )  # fmt: skip
    keys = {
        one.metadata.get("key") or one.name for table in tables for one in dataclasses.fields(table) if one.metadata
    }
    left_out = {key for key in keys if not re.search(rf"(?m)^#? *{key} = |[{{ ]{key} = ", text)}
    assert left_out == set()
    assert all(len(line) <= 120 for line in text.splitlines())


def test_a_subscription_can_be_made_without_a_file():
    assert Subscription(name="a", channel="feed", folder="f").mode == "at once"
