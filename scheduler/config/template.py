"""The configuration that `coopwatch init` writes: every key with what it is for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scheduler.config.built_in import BuiltIn
from scheduler.config.durations import in_words

HEAD = """\
# The configuration of coopwatch. `coopwatch check` looks it over and says what is wrong, with the line.
# Durations are written like "15m", "2s" or "1h30m". Secrets never stand in this file: name an environment variable
# (..._env) or a file that only you can read (..._file).

[service]
timezone = "Asia/Hong_Kong"              # of the log and of times in tables; inside, all times are UTC
# contact = "mailto:you@example.org"     # portals find it in the User-Agent; please give one
# database = "coopwatch.db"              # beside this file; --database overrides it
# gazetteer = "my-names.toml"            # names of your own: bodies, programmes, places, people; see the README
# ping = "https://ping.example.org/one"  # asked after each cycle of checks, a dead man's switch; to keep it secret:
#                                        # ping_env = "COOPWATCH_PING", a variable that holds the address
# metrics = "127.0.0.1:9108"             # figures for Prometheus at /metrics, and /healthz; on this machine only
# linger = "10m"                         # how long the crawling child waits for more work; 0 ends it at once
# child_memory = 600                     # MiB; beyond it the child is ended, as after so long, or so much computing
# child_wall = "30m"
# child_cpu = "5m"
# child_age = "6h"                       # so old, or after so many checks, it is replaced by a new one
# child_crawls = 200

[politeness]
delay = "2s"                             # between two requests to one host; under 1s only for servers on this machine
concurrency = 1                          # requests to one host at a time

# Where to look. `base` fetches from a copy instead of the portal, for trials: base = "http://127.0.0.1:8000"
"""

OWN = """\

# A portal of your own; `coopwatch try my_ministry` shows what would be read. Every key: scraper/README.md.
# [sources.my_ministry]
# kind = "html"                          # of the listing: or "feed", "json", "sitemap"
# url = "https://www.ministry.example/news/"
# language = "en"                        # or "zh-Hant", "zh-Hans"
# jurisdiction = "Macao"
# links = "ul.news li"                   # rows of the list (CSS); of json a path: "data.items[].url"
# title_selector = "h1"
# text_selector = "div.text"
# date_selector = "span.date"
# date_format = "%d.%m.%Y %H:%M"
"""

TAIL = """\

# The mail server that takes our messages; needed for channel "email".
# [email]
# host = "mail.example.org"
# port = 587
# security = "starttls"                  # or "tls" (port 465); "none" only for a server on this machine
# user = "coopwatch"
# password_env = "COOPWATCH_MAIL_PASSWORD"   # or password_file = "mail.secret", mode 0600
# from = "coopwatch@example.org"
# unsubscribe = "office@example.org"     # who wants no more mail writes here; by default to the address above

# Who is told. A subscription by mail, at once:
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
# allow_private = false                  # true: it may lead into a private network, your own
# language = "zh-Hant"                   # show this edition ("en", "zh-Hant", "zh-Hans"), in its words; else the first
# wait = "10m"                           # ... which is waited for so long
# quiet = "22:00-07:00"                  # held, and sent afterwards; so are the next two
# weekends = true
# holidays = ["hong-kong", "mainland"]   # or "macao"
# timezone = "Asia/Hong_Kong"            # of quiet, holidays and digest; by default that of [service]
# allow_many = false                     # true: more than [alerts] many a day are meant

# One message with all that came; sent with nothing in it too where proof is true: then silence means something.
# [[subscriptions]]
# name = "morning"
# channel = "email"
# to = ["board@example.org", "office@example.org"]
# mode = "digest"                        # "at once" without it
# digest = "weekdays 08:00"              # "daily 08:00", "weekly Monday 08:00", or five fields of cron: "0 8 * * 1-5"
# proof = true

# Files that a feed reader and a calendar open: feeds/reading.atom, .json and .ics
# [[subscriptions]]
# name = "reading"
# channel = "feed"
# folder = "feeds"

# `where` says of what. All conditions given must hold, each by any one of its values; without any, every co-operation
# item is told. Names may stand in any language; `coopwatch check` knows them. `coopwatch rehearse NAME` shows what a
# subscription would have sent.
# [[subscriptions]]
# name = "everything-a-rule-can-say"
# channel = "feed"
# folder = "feeds"
# [subscriptions.where]
# sources = ["hk_gia_en", "hk_gia_zh"]   # see: coopwatch sources
# portals = ["www.info.gov.hk"]
# languages = ["en", "zh"]               # of the text; "zh" takes in zh-Hant and zh-Hans
# jurisdictions = ["Hong Kong", "澳門"]   # or places: one of them takes part
# pairs = [["Hong Kong", "Guangdong"], ["Macao", "Beijing"]]   # both of a pair take part
# parties = ["Hospital Authority", "廣東省衞生健康委員會"]
# kinds = ["agreement", "training", "visit"]   # conference emergency exchange legislation meeting service other
# programmes = ["Elderly Health Care Voucher Scheme"]
# words = ["organ", "器官", "AI"]         # in title or text; Latin ones at the beginning of a word, capitals as a whole
# min_score = 0.3                        # replaces the detector's own bar: tells what is less certain too
# changes = ["new", "revised", "gone", "returned"]   # these by default; "figure": a programme's number has changed;
#                                        # "also": another portal tells a story that was told
# first_pairs = ["parties"]              # for the first time together: "parties", "places", "jurisdictions"
# min_grade = "figure"                   # revisions from here up: cosmetic wording figure date party withdrawn;
#                                        # by default from wording
# all = [{ words = ["transplant", "移植"] }]              # each of these must hold too,
# any = [{ kinds = ["agreement"] }, { words = ["nurse"] }]   # at least one of these,
# none = [{ words = ["exhibition"] }, { parties = ["Hong Kong Red Cross"], kinds = ["visit"] }]   # and not one of these

# Changed figures of a programme, posted by a program of yours: it gets the JSON on its standard input, and no shell.
# [[subscriptions]]
# name = "figures"
# channel = "command"
# command = ["cat"]
# timeout = "30s"
# where = { figures = ["Elderly Health Care Voucher Scheme"] }

# Where coopwatch speaks of itself: a source is blind, deliveries fail, the disk is full. Best by another way than
# subscriptions. Channel "apprise" reaches chats (pip install 'coopwatch[chat]').
# [[operator]]
# name = "duty"
# channel = "webhook"
# url = "https://example.org/duty"
# secret_file = "duty.secret"            # mode 0600
# [[operator]]
# channel = "apprise"
# url_env = "COOPWATCH_CHAT_URLS"        # Apprise addresses, parted by blanks

# An invented item goes the whole way every day to one subscription, under its own name; if it does not arrive, the
# operator is told.
# [canary]
# subscription = "figures"
# at = "07:30"

# [alerts]
# storm = 20                             # more new items of one source at a time are held, and the operator is asked
# catch_up = 5                           # a source that was blind for a day and has more than this to tell: one digest
# many = 30                              # a subscription that would send more a day needs allow_many
# blind_after = "24h"                    # subscribers are told that their source cannot be read
"""


def template(titles: Mapping[str, str], known: Mapping[str, BuiltIn] = MappingProxyType({})) -> str:
    """Return the text of a new configuration.

    Args:
        titles: name and title of each built-in source.
        known: how they are watched as usual; none named here is watched every 15 minutes.
    """
    tables = (_table(name, title, known.get(name) or BuiltIn()) for name, title in titles.items())
    return HEAD + "".join(tables) + OWN + TAIL


def _table(name: str, title: str, known: BuiltIn) -> str:
    if known.blocked:
        return f"\n# {name}: {title}. Cannot be watched from here:\n# {known.blocked}\n"
    head = f"[sources.{name}]{' ' * max(1, 29 - len(name))}# {title}"
    usual = known.usual
    return f'\n{head}\nenabled = {str(usual.enabled).lower()}\nevery = "{in_words(usual.every)}"\n'
