"""`coopwatch check` without the network: secrets, and what is hardly meant."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from scheduler.config import Conditions, ConfigError, load
from scheduler.config.built_in import built_in
from scheduler.config.inspection import inspect, require_secrets
from scheduler.config.names import require_names
from scheduler.config.secret_places import secret_values
from scheduler.config.template import template
from scheduler.process import environment
from scraper.find import sources

HOOK = '[[subscriptions]]\nname = "desk"\nchannel = "webhook"\nurl = "https://example.org/h"\n'
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
FEED = '[[subscriptions]]\nname = "desk"\nchannel = "feed"\nfolder = "f"\n'
CALM = '[service]\ncontact = "mailto:a@example.org"\n'
OPERATOR = '[[operator]]\nchannel = "command"\ncommand = ["true"]\n'


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "coopwatch.toml"
        path.write_text(text)
        return str(path)

    return write


def found(file: str) -> list[tuple[str, int, str]]:
    return [(finding.grade, finding.fault.line, finding.fault.key) for finding in inspect(file).findings]


def test_a_secret_that_is_there_is_fine(write, monkeypatch):
    monkeypatch.setenv("DESK_SECRET", KEY)
    file = write(f'{CALM}{HOOK}secret_env = "DESK_SECRET"\n{OPERATOR}')
    assert (found(file), inspect(file).usable) == ([], True)
    assert inspect(file).summary.endswith(": fine")


def test_a_missing_secret_is_a_fault_with_its_line(write, monkeypatch):
    monkeypatch.delenv("DESK_SECRET", raising=False)
    file = write(f'{CALM}{HOOK}secret_env = "DESK_SECRET"\n{OPERATOR}')
    assert found(file) == [("fault", 7, "subscriptions[0].secret_env")]
    with pytest.raises(ConfigError, match=r":7: subscriptions\[0\]\.secret_env: .*DESK_SECRET is not set"):
        require_secrets(load(file), file)


@pytest.mark.parametrize(("mode", "usable"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_a_secret_file_that_others_can_read_is_refused(write, tmp_path, mode, usable):
    secret = tmp_path / "secret"
    secret.write_text(f"{KEY}\n")
    secret.chmod(mode)
    inspection = inspect(write(f'{CALM}{HOOK}secret_file = "{secret}"\n'))
    assert inspection.usable is usable
    assert not any(KEY[6:] in finding.fault.what for finding in inspection.findings)


@pytest.mark.parametrize("value", ["canary", "whsec_x", "whsec_Y2FuYXJ5", f"{KEY} canary"])
def test_a_secret_that_signs_nothing_is_a_fault_and_not_shown(write, monkeypatch, value):
    monkeypatch.setenv("DESK_SECRET", value)
    file = write(f'{CALM}{HOOK}secret_env = "DESK_SECRET"\n{OPERATOR}')
    assert found(file) == [("fault", 7, "subscriptions[0].secret_env")]
    assert not any(part in finding.fault.what for finding in inspect(file).findings for part in ("canary", "Y2FuYXJ5"))
    with pytest.raises(ConfigError, match="webhook secret"):
        require_secrets(load(file), file)


def test_the_values_of_secrets_are_known_to_what_hides_them(write, tmp_path, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "canary-1")
    secret = tmp_path / "secret"
    secret.write_text("canary-2")
    secret.chmod(0o600)
    mail = '[email]\nhost = "mail.example.org"\nfrom = "a@example.org"\nuser = "u"\npassword_env = "MAIL_PASSWORD"\n'
    config = load(write(f'{mail}{HOOK}secret_file = "{secret}"\n'))
    assert secret_values(config) == ("canary-1", "canary-2")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "subscriptions"),
        ("", "service.contact"),
        ("".join(f"[sources.{name}]\nenabled = false\n" for name in sources()), "sources"),
        (f'{HOOK}secret_env = "DESK"\nwhere = {{ sources = ["mo_gcs_zh"], languages = ["en"] }}\n',
         "subscriptions[0].where.languages"),
        (f'[sources.mo_gcs_zh]\nenabled = false\n{HOOK}secret_env = "DESK"\nwhere = {{ sources = ["mo_gcs_zh"] }}\n',
         "subscriptions[0].where.sources"),
    ],
)  # fmt: skip
def test_what_is_allowed_and_hardly_meant_is_a_warning(write, monkeypatch, text, key):
    monkeypatch.setenv("DESK", KEY)
    file = write(text)
    assert key in [key for grade, _, key in found(file) if grade == "warning"]
    assert inspect(file).usable


def test_the_file_that_init_writes_has_no_fault_also_with_its_examples_in_use(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-names.toml").write_text('[[body]]\nname = "Harbour Eye"\nplace = "Macao"\n', encoding="utf-8")
    monkeypatch.setenv("COOPWATCH_DESK_SECRET", KEY)
    monkeypatch.setenv("COOPWATCH_MAIL_PASSWORD", "x")
    monkeypatch.setenv("COOPWATCH_CHAT_URLS", "json://localhost")
    (tmp_path / "duty.secret").write_text(KEY)
    (tmp_path / "duty.secret").chmod(0o600)
    text = template({name: source.title for name, source in sources().items()}, built_in())
    assert inspect(write(text)).usable
    whole = inspect(write(re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", text)))
    assert whole.usable, whole.findings
    assert whole.config.service.contact
    assert whole.config.email
    assert (len(whole.config.subscriptions), len(whole.config.operators)) == (6, 2)
    assert whole.config.canary.subscription == "figures"
    assert [finding for finding in whole.findings if finding.grade == "warning"] == []
    everything = whole.config.subscription("everything-a-rule-can-say").where
    assert set(everything.given()) == {one.name for one in fields(Conditions)} - {"figures"}
    assert len(everything.parts()) == 5


def test_names_are_known_in_any_language_and_kept_in_one(write):
    file = write(
        f'{CALM}{OPERATOR}{FEED}where = {{ parties = ["醫院管理局", "HA"], pairs = [["香港", "广东省"]],'
        ' programmes = ["長者醫療券計劃"], any = [{ jurisdictions = ["macao"] }] }\n'
    )
    where = load(file).subscriptions[0].where
    assert where.parties == ("Hospital Authority", "Hospital Authority")
    assert where.pairs == (("Hong Kong", "Guangdong"),)
    assert where.programmes == ("Elderly Health Care Voucher Scheme",)
    assert where.any[0].jurisdictions == ("Macao",)


@pytest.mark.parametrize(
    ("where", "key", "said"),
    [
        ('parties = ["Hospital Authrity"]', "where.parties", 'did you mean "Hospital Authority"?'),
        ('parties = ["Xyzzy Quux"]', "where.parties", "can be added to [service] gazetteer"),
        ('figures = ["Elderly Health Care Vouchers Scheme"]', "where.figures", '"Elderly Health Care Voucher Scheme"'),
        ('jurisdictions = ["Macao", "Makao"]', "where.jurisdictions", '"Macao"'),
        ('any = [{ pairs = [["Hong Kong", "Guandong"]] }]', "where.any[0].pairs", '"Guangdong"'),
    ],
)
def test_an_unknown_name_is_a_fault_with_the_nearest_known_one(write, where, key, said):
    file = write(f"{CALM}{OPERATOR}{FEED}where = {{ {where} }}\n")
    finding = inspect(file).findings[0]
    assert (finding.grade, finding.fault.line, finding.fault.key) == ("fault", 10, f"subscriptions[0].{key}")
    assert said in finding.fault.what


def test_a_name_of_ones_own_can_be_asked_for(write, tmp_path):
    names = tmp_path / "names.toml"
    names.write_text('[[body]]\nname = "Harbour Eye"\nchinese = "海港眼科"\nplace = "Macao"\n', encoding="utf-8")
    file = write(f'{CALM}gazetteer = "{names}"\n{OPERATOR}{FEED}where = {{ parties = ["海港眼科"] }}\n')
    assert load(file).subscriptions[0].where.parties == ("Harbour Eye",)


def test_where_the_file_of_names_is_broken_that_is_told_and_not_that_its_names_are_unknown(write, tmp_path):
    names = tmp_path / "names.toml"
    names.write_text('[[body]]\nname = "Harbour Eye"\n', encoding="utf-8")
    file = write(f'{CALM}gazetteer = "{names}"\n{OPERATOR}{FEED}where = {{ parties = ["Harbour Eye", "HA"] }}\n')
    assert [finding.fault.file for finding in inspect(file).findings] == [str(names)]
    assert load(file).subscriptions[0].where.parties == ("Harbour Eye", "Hospital Authority")
    with pytest.raises(ConfigError, match="place is missing"):
        require_names(load(file))


def test_the_lists_of_names_are_never_in_the_memory_of_the_process_that_reads_a_configuration(write):
    file = write(f'{CALM}{OPERATOR}{FEED}where = {{ parties = ["HA"], pairs = ["Hong Kong", "Macao"] }}\n')
    script = (
        "import sys\nfrom scheduler.config import load\nload(sys.argv[1])\n"
        "print(*(name for name in sys.modules if name.startswith('scraper.cooperation')), 'scraper.gazetteer' in"
        " sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True, env=environment()
    )
    assert set(done.stdout.split()) <= {"scraper.cooperation", "scraper.cooperation.folding", "False"}


def test_what_is_named_and_not_there_is_a_fault(write):
    file = write(f'{CALM}[[operator]]\nchannel = "command"\ncommand = ["no-such-program"]\n{FEED}')
    assert ("fault", 5, "operator[0].command") in found(file)


def test_addresses_of_chats_are_secrets_each_by_itself(write, monkeypatch):
    file = write(f'{CALM}[[operator]]\nchannel = "apprise"\nurl_env = "CHATS"\n{FEED}')
    monkeypatch.delenv("CHATS", raising=False)
    assert ("fault", 5, "operator[0].url_env") in found(file)
    monkeypatch.setenv("CHATS", "slack://a/b, json://c")
    assert secret_values(load(file)) == ("slack://a/b", "json://c")
