"""Secrets stay where they are."""

from __future__ import annotations

import pickle
import traceback

import pytest

from scheduler.alerts.errors import SecretError
from scheduler.alerts.secrets import Secret, read

CANARY = "whsec_canary-4711"


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret(CANARY)
    assert secret.reveal() == CANARY
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{[secret]}", "%s" % secret):  # noqa: UP031
        assert CANARY not in shown
        assert "***" in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(AttributeError):
        vars_of = secret.__dict__  # noqa: F841


def test_a_secret_comes_from_the_environment_without_its_white_space(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", f"  {CANARY}\n")
    assert read("HOOK_SECRET", None).reveal() == CANARY


def test_a_variable_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(SecretError, match="HOOK_SECRET is not set"):
        read("HOOK_SECRET", None)
    monkeypatch.setenv("HOOK_SECRET", " ")
    with pytest.raises(SecretError, match="HOOK_SECRET is not set"):
        read("HOOK_SECRET", None)


def test_a_secret_comes_from_a_file_that_only_its_owner_reads(tmp_path):
    file = tmp_path / "secret"
    file.write_text(CANARY + "\n")
    for mode in (0o600, 0o400):
        file.chmod(mode)
        assert read(None, str(file)).reveal() == CANARY
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(SecretError, match="chmod 600"):
            read(None, str(file))


def test_a_file_that_cannot_be_a_secret_is_refused_without_showing_it(tmp_path):
    file = tmp_path / "secret"
    for content, said in ((b"", "is empty"), (CANARY.encode() + b"\xff", "UTF-8"), (b"x" * 5000, "longer than")):
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(SecretError, match=said) as caught:
            read(None, str(file))
        assert CANARY not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(SecretError, match="cannot be read"):
        read(None, str(tmp_path / "none"))
    with pytest.raises(SecretError, match="cannot be read"):
        read(None, str(tmp_path))


def test_a_missing_name_says_what_to_give():
    with pytest.raises(SecretError, match="secret_env or secret_file"):
        read(None, None)
