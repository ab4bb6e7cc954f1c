"""Signatures, verified with somebody else's library."""

from __future__ import annotations

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from scheduler.alerts.errors import SecretError
from scheduler.alerts.secrets import Secret
from scheduler.alerts.signing import headers, keys

OLD, NEW = ("whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
BODY = '{"title":"器官移植"}'.encode()


def signed(secret, at=None):
    return headers("msg_1", int(at or time.time()), BODY, Secret(secret))


def test_a_receiver_verifies_with_the_standard_library_of_the_specification():
    assert Webhook(OLD).verify(BODY, signed(OLD)) == {"title": "器官移植"}


def test_while_keys_change_either_key_verifies():
    both = signed(f"{NEW} {OLD}")
    assert both["webhook-signature"].count("v1,") == 2
    for key in (OLD, NEW):
        Webhook(key).verify(BODY, both)


def test_another_key_body_id_or_time_does_not_verify():
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY, signed(OLD))
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY + b" ", signed(OLD))
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, signed(OLD) | {"webhook-id": "msg_2"})
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, signed(OLD, time.time() - 400))


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "is empty"),
        ("letmein", "does not begin with whsec_"),
        (base64.b64encode(b"x" * 32).decode(), "does not begin with whsec_"),
        ("whsec_" + base64.b64encode(b"x" * 23).decode(), "holds 23 bytes"),
        ("whsec_" + base64.b64encode(b"x" * 65).decode(), "holds 65 bytes"),
        ("whsec_not base64!", "is not base64"),
        ("whsec_ärger", "is not base64"),
        (f"{OLD} letmein", "webhook secret 2 does not begin"),
    ],
)
def test_a_secret_that_is_none_is_refused_and_not_repeated(secret, said):
    with pytest.raises(SecretError, match=said) as caught:
        keys(Secret(secret))
    assert not secret or secret not in str(caught.value)


@pytest.mark.parametrize("size", [24, 64])
def test_keys_of_24_to_64_bytes_are_taken(size):
    assert keys(Secret("whsec_" + base64.b64encode(b"k" * size).decode())) == (b"k" * size,)
