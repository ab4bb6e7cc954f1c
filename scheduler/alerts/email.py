"""The email channel: SMTP with TLS that is verified, and one mail for each recipient.

A subscription with several recipients is one delivery. Each recipient gets a copy of their own, whose Message-ID is
made from the alert and the address and never changes. If some take theirs and others do not, the error names those who
did (`DeliveryError.accepted`), and a later attempt of the same process leaves them out; after a restart they may get
the same mail again, under the same Message-ID.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from scheduler.alerts import schedule, secrets
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.mail import bare_address, mail
from scheduler.alerts.message import Message
from scheduler.alerts.plain import safe_header
from scheduler.alerts.secrets import Secret
from scheduler.config import Config, Email, Subscription
from scheduler.timed import Bell
from scheduler.trust import trusted

DEADLINE = 60.0  # seconds for the whole conversation
SILENCE = 30.0  # seconds a server may think about one command
CLOSING = 421  # "closing transmission channel" (RFC 5321, 4.2.3): the server ends, whatever it was asked
OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})  # mail in the clear goes no further than these


def wait(attempts: int, luck: float, retry_after: float | None) -> float | None:
    """Return the seconds until the next attempt, None to give up (see schedule.py)."""
    return schedule.email_wait(attempts, luck, retry_after)


def destination(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Return the name of the mail server: it takes one conversation at a time."""
    return f"smtp://{config.email.host}:{config.email.port}" if config.email else "smtp:"


def deliver(message: Message, subscription: Subscription, context: Context, accepted: frozenset[str]) -> str:
    """Read the password and send to the recipients that have not accepted yet; see `send` for the errors."""
    email = _configured(context.config)
    return send(message, subscription, email, _password(email), accepted=accepted)


def probe(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Connect, secure and sign in as a delivery would, and send nothing.

    Raises:
        DeliveryError: why a delivery would fail.
    """
    email = _configured(config)
    with _told(), Bell(DEADLINE) as bell, _session(email, _password(email), bell, None) as smtp:
        smtp.noop()
    return f"{email.host} port {email.port} takes mail" + (f" from {email.user}" if email.user else "")


def send(
    message: Message,
    subscription: Subscription,
    email: Email,
    password: Secret | None,
    *,
    accepted: frozenset[str] = frozenset(),
    context: ssl.SSLContext | None = None,
) -> str:
    """Send a message to each recipient and return what the server said.

    Args:
        message: what to say.
        subscription: with `to` and `name`.
        email: the server and the sender.
        password: for `email.user`.
        accepted: recipients that have theirs already.
        context: how TLS is verified; by default as trust.py says.

    Raises:
        DeliveryError: a recipient has no copy. Permanent where all that is missing was refused with 5xx.
    """
    recipients = tuple(one for one in dict.fromkeys(subscription.to or ()) if one not in accepted)
    taken, refused = set(accepted), list[DeliveryError]()
    try:
        with _told(), Bell(DEADLINE) as bell, _session(email, password, bell, context) as smtp:
            for recipient in recipients:
                try:
                    with _told():
                        _post(smtp, message, email, recipient, subscription.name)
                    taken.add(recipient)
                except DeliveryError as trouble:
                    refused.append(trouble)
                    if bell.rang or smtp.sock is None:  # nothing more can be said in this conversation
                        break
    except DeliveryError as trouble:
        refused.append(trouble)
    if len(taken) < len(accepted) + len(recipients):
        raise _summary(refused, taken, len(accepted) + len(recipients))
    return f"accepted by {email.host} for {len(recipients)} recipient{'s' if len(recipients) != 1 else ''}"


def _summary(refused: list[DeliveryError], taken: set[str], wanted: int) -> DeliveryError:
    reasons = "; ".join(dict.fromkeys(str(one) for one in refused)) or "the conversation ended early"
    told = f"{len(taken)} of {wanted} recipients have it: {reasons}" if wanted > 1 else reasons
    # Those who were not reached at all may still take it: dead only where each one said no for good.
    permanent = len(taken) + len(refused) == wanted and all(one.permanent for one in refused)
    return DeliveryError(told, permanent=permanent, accepted=taken, down=any(one.down for one in refused))


def _post(smtp: smtplib.SMTP, message: Message, email: Email, recipient: str, subscription: str) -> None:
    made = mail(message, email.from_, recipient, subscription, datetime.now(UTC))
    smtp.sendmail(bare_address(email.from_), [recipient], made.as_bytes())


def _configured(config: Config) -> Email:
    if config.email is None:
        raise DeliveryError("the configuration has no [email]")
    return config.email


def _password(email: Email) -> Secret | None:
    return secrets.read(email.password_env, email.password_file) if email.user else None


class _Smtp(smtplib.SMTP):
    """An SMTP conversation under a deadline; from the first byte in TLS where `wrap` is given."""

    def __init__(self, bell: Bell, wrap: ssl.SSLContext | None) -> None:
        self._bell, self._wrap = bell, wrap
        super().__init__(timeout=SILENCE)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), min(timeout, self._bell.left()))
        self._bell.watch(sock)
        sock.settimeout(timeout)
        return self._wrap.wrap_socket(sock, server_hostname=host) if self._wrap else sock


@contextmanager
def _session(
    email: Email, password: Secret | None, bell: Bell, context: ssl.SSLContext | None
) -> Iterator[smtplib.SMTP]:
    if email.security == "none" and email.host not in OWN_HOSTS:
        raise DeliveryError('security = "none" is for a mail server on this machine only')
    context = context or trusted()
    smtp = _Smtp(bell, context if email.security == "tls" else None)
    # starttls() checks the certificate against this name; smtplib keeps it only when the constructor connects.
    smtp._host = email.host  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        code, said = smtp.connect(email.host, email.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        smtp.ehlo_or_helo_if_needed()
        if email.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise DeliveryError("the mail server offers no STARTTLS; nothing is sent in the clear")
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        if email.user and password:
            smtp.login(email.user, password.reveal())
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


@contextmanager
def _told() -> Iterator[None]:
    """Turn what smtplib raises into a DeliveryError: 5xx to a mail is for good, everything else may pass."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        answer = _answer("recipient refused", code, said)
        raise DeliveryError(answer, permanent=500 <= code < 600, down=code == CLOSING) from None
    except smtplib.SMTPSenderRefused as error:
        raise DeliveryError(
            _answer("sender refused", error.smtp_code, error.smtp_error), permanent=500 <= error.smtp_code < 600
        ) from None
    except smtplib.SMTPDataError as error:
        raise DeliveryError(
            _answer("mail refused", error.smtp_code, error.smtp_error), permanent=500 <= error.smtp_code < 600
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        # Not what the server said: some repeat what they were given. The operator mends it, so not for good.
        raise DeliveryError(f"the mail server refuses user and password ({error.smtp_code})", down=True) from None
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(_answer("the mail server declines", error.smtp_code, error.smtp_error), down=True) from None
    except smtplib.SMTPServerDisconnected:
        raise DeliveryError("the mail server broke the conversation off", down=True) from None
    except smtplib.SMTPException as error:
        raise DeliveryError(f"the mail server does not do what is needed ({type(error).__name__})") from None
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"the mail server's certificate is refused: {error.verify_message}", down=True) from None
    except (OSError, ValueError) as error:
        raise DeliveryError(f"no conversation with the mail server: {_cause(error)}", down=True) from None


def _answer(what: str, code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{what}: {code} {safe_header(text)}".strip()


def _cause(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (getattr(error, "strerror", None) or type(error).__name__) if isinstance(error, OSError) else "bad reply"
