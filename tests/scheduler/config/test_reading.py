"""coopwatch.toml: what is taken, what is refused, and on which line."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from scheduler.config import Config, ConfigError, load
from scheduler.config.built_in import built_in
from scheduler.config.reading import parse

NAMES = ("hk_gia_en", "hk_gia_zh", "mo_gcs_zh")
WEBHOOK = '[[subscriptions]]\nname = "desk"\nchannel = "webhook"\nurl = "https://example.org/h"\nsecret_env = "S"\n'
MAIL = '[email]\nhost = "mail.example.org"\nfrom = "watch@example.org"\n'
MAILED = '[[subscriptions]]\nname = "team"\nchannel = "email"\nto = "team@example.org"\n'


def config_of(text: str) -> Config:
    config, faults = parse(text, NAMES)
    assert config is not None, "\n".join(map(str, faults))
    return config


def faults_of(text: str) -> list[tuple[int, str]]:
    config, faults = parse(text, NAMES)
    assert config is None
    return [(fault.line, fault.key) for fault in faults]


def what_of(text: str, key: str) -> str:
    return next(fault.what for fault in parse(text, NAMES)[1] if fault.key == key)


def test_an_empty_file_means_the_defaults_for_every_built_in_source():
    config = config_of("")
    assert tuple(config.sources) == NAMES
    assert {source.every for source in config.sources.values()} == {900.0}
    assert (config.service.timezone, config.politeness.delay, config.email) == ("Asia/Hong_Kong", 2.0, None)


def test_no_file_here_means_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert tuple(load(None).sources) == tuple(built_in())


def test_the_file_in_the_working_folder_is_read_without_being_named(tmp_path, monkeypatch):
    (tmp_path / "coopwatch.toml").write_text('[service]\ntimezone = "UTC"\n')
    monkeypatch.chdir(tmp_path)
    assert load(None, NAMES).service.timezone == "UTC"


def test_everything_the_file_can_hold_is_read():
    config = config_of(
        '[service]\ntimezone = "Asia/Macau"\ncontact = "mailto:a@example.org"\nlinger = "10m"\ndatabase = "x.db"\n'
        '[politeness]\ndelay = "1h30m"\n'.replace("1h30m", "1m30s")
        + '[sources.hk_gia_en]\nenabled = false\n[sources.mo_gcs_zh]\nevery = "1h30m"\n'
        + '[email]\nhost = "mail.example.org"\nsecurity = "tls"\nuser = "u"\npassword_env = "P"\n'
        + 'from = "Watch <watch@example.org>"\n'
        + WEBHOOK
        + 'where = { sources = ["mo_gcs_zh"], languages = ["zh-Hant"], jurisdictions = ["Macao"], min_score = 0.5,'
        + ' words = ["organ", "器官"] }\n'
        + MAILED
    )
    assert (config.service.linger, config.politeness.delay) == (600.0, 90.0)
    assert [name for name, source in config.sources.items() if source.enabled] == ["hk_gia_zh", "mo_gcs_zh"]
    assert config.sources["mo_gcs_zh"].every == 5400.0
    assert (config.email.port, config.email.from_) == (465, "Watch <watch@example.org>")
    desk, team = config.subscriptions
    assert (desk.where.sources, desk.where.words, desk.where.min_score) == (("mo_gcs_zh",), ("organ", "器官"), 0.5)
    assert team.to == ("team@example.org",)
    assert config.subscription("team") is team
    assert config.subscription("nobody") is None


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465)])
def test_the_port_of_the_mail_server_follows_from_its_security(security, port):
    assert config_of(f'{MAIL}security = "{security}"\n').email.port == port


def test_values_cannot_be_changed_once_read():
    config = config_of("")
    with pytest.raises(FrozenInstanceError):
        config.service.timezone = "UTC"
    with pytest.raises(TypeError):
        config.sources["hk_gia_en"] = None


def test_all_faults_are_told_at_once_each_with_its_line():
    text = """\
[service]
timezone = "Asia/Hongkong_"
contac = "mailto:a@example.org"
[politeness]
delay = "0.5s"
[sources.hk_gia_en]
every = "often"
[sources.hk_gia_zh]
every = "5s"
[sources.hk_gaa_en]
[email]
host = "mail.example.org"
security = "none"
from = "nobody"
[[subscriptions]]
name = "a"
channel = "webhook"
url = "http://example.org/"
where = { sources = ["nix"], languages = ["xx"], min_score = 3 }
[[subscriptions]]
name = "a"
channel = "email"
secret_env = "A"
"""
    assert faults_of(text) == [
        (2, "service.timezone"),
        (3, "service.contac"),
        (5, "politeness.delay"),
        (7, "sources.hk_gia_en.every"),
        (9, "sources.hk_gia_zh.every"),
        (10, "sources.hk_gaa_en"),
        (13, "email.security"),
        (14, "email.from"),
        (15, "subscriptions[0].secret_env"),
        (18, "subscriptions[0].url"),
        (19, "subscriptions[0].where.languages"),
        (19, "subscriptions[0].where.min_score"),
        (19, "subscriptions[0].where.sources"),
        (20, "subscriptions[1].to"),
        (21, "subscriptions[1].name"),
        (23, "subscriptions[1].secret_env"),
    ]


@pytest.mark.parametrize(
    ("text", "key", "advice"),
    [
        ('[service]\ntimezoen = "UTC"', "service.timezoen", 'did you mean "timezone"?'),
        ("[sources.hk_gia_ne]", "sources.hk_gia_ne", 'did you mean "hk_gia_en"?'),
        ("[polite]\n", "polite", 'did you mean "politeness"?'),
        ("x = 1", "x", "known are: service, politeness, sources, email, subscriptions, operator, canary, alerts"),
        (f'{MAIL}pw_secret = "hunter2"', "email.pw_secret", "secrets do not stand in this file"),
        (f"{WEBHOOK}where = {{ wrods = [] }}", "subscriptions[0].where.wrods", 'did you mean "words"?'),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_right_one(text, key, advice):
    assert advice in what_of(text, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[sources.hk_gia_en]\nevery = true", "sources.hk_gia_en.every"),
        ('[sources.hk_gia_en]\nevery = "-5m"', "sources.hk_gia_en.every"),
        ("[sources.hk_gia_en]\nevery = inf", "sources.hk_gia_en.every"),
        ("[sources.hk_gia_en]\nenabled = 1", "sources.hk_gia_en.enabled"),
        ('[sources.hk_gia_en]\nbase = "ftp://127.0.0.1"', "sources.hk_gia_en.base"),
        ('[sources.hk_gia_en]\nbase = "http://u:p@127.0.0.1"', "sources.hk_gia_en.base"),
        ('[sources.hk_gia_en]\nbase = "http://127.0.0.1:99999"', "sources.hk_gia_en.base"),
        ("[politeness]\nconcurrency = 4", "politeness.concurrency"),
        ('[politeness]\nconcurrency = "1"', "politeness.concurrency"),
        ('[service]\ncontact = "me"', "service.contact"),
        ('[service]\ncontact = "mailto:a@b.org\\r\\nX: y"', "service.contact"),
        ("service = 3", "service"),
        ("sources = 3", "sources"),
        ("subscriptions = 3", "subscriptions"),
        ("subscriptions = [3]", "subscriptions[0]"),
        (f'{MAIL}user = "u"', "email.user"),
        (f'{MAIL}password_env = "P"', "email.password_env"),
        (f'{MAIL}user = "u"\npassword_env = "P"\npassword_file = "p"', "email.password_file"),
        (MAIL.replace("watch@", "a@b@"), "email.from"),
        (MAIL.replace("mail.example.org", "mail example"), "email.host"),
        (f"{MAIL}port = 0", "email.port"),
        (MAIL + MAILED.replace("team@", "team)x@"), "subscriptions[0].to"),
        (MAILED, "subscriptions[0].channel"),
        (WEBHOOK.replace("https://", "https://u:p@"), "subscriptions[0].url"),
        (WEBHOOK.replace('"desk"', '"a b"'), "subscriptions[0].name"),
        (WEBHOOK.replace("webhook", "pigeon"), "subscriptions[0].channel"),
        (WEBHOOK + "to = []", "subscriptions[0].to"),
        (WEBHOOK.replace('"S"', '"whsec_abc="'), "subscriptions[0].secret_env"),
    ],
)
def test_a_value_that_cannot_be_is_refused_where_it_stands(text, key):
    assert key in [key for _, key in faults_of(text)]


def test_a_value_is_never_repeated_since_it_could_be_a_secret():
    canary = "whsec_Zm9vYmFyYmF6"
    text = (
        f'{canary} = 1\n[email]\nhost = "{canary} x"\nfrom = "{canary}"\npassword = "{canary}"\n'
        f'[[subscriptions]]\nname = "{canary}!"\nchannel = "{canary}"\nurl = "{canary}"\nsecret_env = "{canary}="\n'
    )
    told = [fault.what for fault in parse(text, NAMES)[1]]
    assert len(told) >= 7
    assert not any(canary in what for what in told)


def test_a_short_delay_and_many_requests_are_for_sources_on_this_machine_only():
    local = (
        '[politeness]\ndelay = 0\nconcurrency = 8\n[sources.hk_gia_en]\nbase = "http://127.0.0.1:8000"\nevery = "1s"\n'
    )
    others = "[sources.hk_gia_zh]\nenabled = {0}\n[sources.mo_gcs_zh]\nenabled = {0}\n"
    assert config_of(local + others.format("false")).politeness.concurrency == 8
    assert faults_of(local + others.format("true")) == [(2, "politeness.delay"), (3, "politeness.concurrency")]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "[::1]"])
def test_http_and_no_mail_security_are_for_this_machine_only(host):
    # A webhook goes to this machine by its usual names alone (scheduler/alerts/guard.py).
    own = "" if host in ("localhost", "127.0.0.1", "[::1]") else "allow_private = true\n"
    assert config_of(WEBHOOK.replace("https://example.org", f"http://{host}:9") + own)
    mail_host = host.strip("[]")
    assert config_of(MAIL.replace("mail.example.org", mail_host) + 'security = "none"').email.port == 25


@pytest.mark.parametrize("host", ["localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "[::2]", "0x7f.1"])
def test_a_host_that_only_looks_like_this_machine_is_another(host):
    assert faults_of(WEBHOOK.replace("https://example.org", f"http://{host}")) == [(4, "subscriptions[0].url")]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"[service]\ntimezone = \n", 2),
        (b"[service]\n[service]\n", 2),
        (b"a = 1\n\nb = \xff\n", 3),
        (b'a = """\nno end', 2),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_the_line(tmp_path, body, line):
    path = tmp_path / "c.toml"
    path.write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load(path, NAMES)
    assert [fault.line for fault in caught.value.faults] == [line]
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            load(path, NAMES)
        assert caught.value.exit_code == 78


def test_a_byte_order_mark_and_carriage_returns_do_no_harm(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(b'\xef\xbb\xbf[service]\r\ntimezone = "UTC"\r\n[politeness]\r\ndelay = "x"\r\n')
    with pytest.raises(ConfigError) as caught:
        load(path, NAMES)
    assert [fault.line for fault in caught.value.faults] == [4]


def test_the_changes_to_be_told_are_those_there_are():
    text = '[[subscriptions]]\nname = "a"\nchannel = "webhook"\nurl = "https://example.org/a"\nsecret_env = "S"\n'
    config, found = parse(text + 'where = { changes = ["new", "figure"] }\n', NAMES)
    assert found == ()
    assert config.subscriptions[0].where.changes == ("new", "figure")
    config, found = parse(text + 'where = { changes = ["figures"] }\n', NAMES)
    assert config is None
    assert [(fault.line, fault.key) for fault in found] == [(6, "subscriptions[0].where.changes")]
    assert '"figure"' in found[0].what
