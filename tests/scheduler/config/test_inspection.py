"""`coopwatch check` without the network: secrets, and what is hardly meant."""

from __future__ import annotations

import base64
import re

import pytest

from scheduler.config import ConfigError, load
from scheduler.config.inspection import inspect, require_secrets
from scheduler.config.secret_places import secret_values
from scheduler.config.template import template
from scraper.find import sources

HOOK = '[[subscriptions]]\nname = "desk"\nchannel = "webhook"\nurl = "https://example.org/h"\n'
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
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
    text = template({name: source.title for name, source in sources().items()})
    assert inspect(write(text)).usable
    whole = inspect(write(re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", text)))
    assert whole.usable, whole.findings
    assert whole.config.service.contact
    assert whole.config.email
    assert len(whole.config.subscriptions) == 2
