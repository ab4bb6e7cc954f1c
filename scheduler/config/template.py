"""The configuration that `coopwatch init` writes: every key with what it is for. Pure."""

from __future__ import annotations

from collections.abc import Mapping

HEAD = """\
# The configuration of coopwatch. `coopwatch check` looks it over and says what is wrong, with the line.
# Durations are written like "15m", "2s" or "1h30m". Secrets never stand in this file: name an environment variable
# (..._env) or a file that only you can read (..._file).

[service]
timezone = "Asia/Hong_Kong"              # of the log and of times in tables; inside, all times are UTC
# contact = "mailto:you@example.org"     # portals find it in the User-Agent; please give one
# database = "coopwatch.db"              # beside this file; --database overrides it
# gazetteer = "my-names.toml"            # names of your own: bodies, programmes, places, people; see the README
# linger = "10m"                         # how long the crawling child waits for more work; 0 ends it at once

[politeness]
delay = "2s"                             # between two requests to one host; under 1s only for servers on this machine
concurrency = 1                          # requests to one host at a time

# Where to look. `base` fetches from a copy instead of the portal, for trials: base = "http://127.0.0.1:8000"
"""

TAIL = """\

# The mail server that takes our messages; needed for subscriptions by email.
# [email]
# host = "mail.example.org"
# port = 587
# security = "starttls"                  # or "tls" (port 465); "none" only for a server on this machine
# user = "coopwatch"
# password_env = "COOPWATCH_MAIL_PASSWORD"
# from = "coopwatch@example.org"

# Who is told. Every condition in `where` must hold; without it, every co-operation item is told.
#   sources, languages ("en", "zh-Hant"), jurisdictions ("Macao"), min_score (replaces the detector's own bar), words,
#   changes: of "new", "revised", "gone", "returned" (these by default) and "figure" (a programme's number has changed)
# [[subscriptions]]
# name = "team"
# channel = "email"
# to = ["team@example.org"]
# where = { languages = ["en"] }

# A webhook is signed as Standard Webhooks says; its secret begins with whsec_.
# [[subscriptions]]
# name = "desk"
# channel = "webhook"
# url = "https://example.org/coopwatch"
# secret_env = "COOPWATCH_DESK_SECRET"
# where = { jurisdictions = ["Macao"], words = ["organ"] }
"""


def template(titles: Mapping[str, str]) -> str:
    """Return the text of a new configuration.

    Args:
        titles: name and title of each built-in source.
    """
    tables = (
        f'\n[sources.{name}]{" " * max(1, 29 - len(name))}# {title}\nenabled = true\nevery = "15m"\n'
        for name, title in titles.items()
    )
    return HEAD + "".join(tables) + TAIL
