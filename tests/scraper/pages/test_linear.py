"""No text, however hostile, makes a shipped expression slow (RELIABILITY S16): 50 kB in at most 50 ms."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
import time

import pytest

import scraper.pages
from scraper.find import sources
from scraper.pages import blocked, charset, dates, language, nfcms_json, text, told_json
from scraper.pages.document import Document, ParseError

MODULES = [
    importlib.import_module(f"scraper.pages.{module.name}") for module in pkgutil.iter_modules(scraper.pages.__path__)
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
# What the strings are made of: each is repeated until it is 50 kB long.
BLOCKS = """\
a|<|<<|<a|<a |</|<!--|<script|<script>|<meta |<meta a|&|&a|&amp|charset|charset |charset=|<?xml |<?xml encoding|-|x="
完|完 |完／|Ends/|Ends /|End|Ends/Friday,|Ends/March 1, 2026|March 1, 2026 |March |14-11-2026|display:|display |\\w|a.
2026年1月1日|2026年1月1日 |2026年1月1日（星期五）|2026年1月1日香港時間|香港時間|香港時間1時|二〇二六年|一|十|年月日|1|衛
{|[|{"a":|"data":|DETAIL:|_CONFIG DETAIL: {"content":"|\\u003C|2026-01-01 |12-November-2026 |/content/post_1|/a/
/|//|/gb/|/gb/www.info.gov.hk|/202611/14|P2026111200417|%50|http://""".replace("\n", "|").split("|")
BLOCKS += [" ", "\n", "\t ", "\xa0", "完\n", "e\u0301", "\u200b", "\u3000"]
HOSTILE = ["<" + (block * (50_000 // len(block) + 1))[:50_000] + "!" for block in BLOCKS]


def slowest(function) -> tuple[float, str]:
    """The worst of all hostile strings; a slow one is tried again, since the machine may have been busy."""
    worst = (0.0, "")
    for hostile in HOSTILE:
        spent = _spent(function, hostile)
        if spent > 0.05:
            spent = min(spent, _spent(function, hostile), _spent(function, hostile))
        worst = max(worst, (spent, hostile[:20]))
    return worst


def _spent(function, hostile: str) -> float:
    before = time.thread_time()
    function(hostile)
    return time.thread_time() - before


def test_the_expressions_are_found():
    assert len(PATTERNS) >= 12


@pytest.mark.parametrize("name", PATTERNS)
def test_an_expression_takes_linear_time(name):
    pattern = PATTERNS[name]
    made = str.encode if isinstance(pattern.pattern, bytes) else str
    spent, hostile = slowest(lambda text: sum(1 for _ in pattern.finditer(made(text))))
    assert spent <= 0.05, f"{spent:.3f} s for {hostile!r}..."


FUNCTIONS = {
    "clean": text.clean,
    "bare": text.bare,
    "lines_of_markup": lambda markup: _quietly(text.lines_of_markup, markup),
    "issued": lambda line: dates.issued((line,), "https://x/"),
    "of_stamp": dates.of_stamp,
    "of_epoch": dates.of_epoch,
    "value_after": lambda body: told_json.value_after(body, "DETAIL"),
    "detail": nfcms_json.detail,
    "issued, many lines": lambda body: dates.issued(
        tuple(body[i : i + 10] for i in range(0, len(body), 10)), "https://x/"
    ),
    "of_machine": dates.of_machine,
    "of_line": dates.of_line,
    "of_path": dates.of_path,
    "written_in": lambda line: language.written_in(line, line),
    "kind_of_block": blocked.kind_of_block,
    "decode": lambda body: charset.decode(body.encode("utf-8", "replace") + b"\xff\xfe", body),
    **{f"address of {name}": source.address for name, source in sources().items()},
}


def _quietly(function, markup: str) -> None:
    with contextlib.suppress(text.NestingError):
        function(markup)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_reading_function_takes_linear_time(name):
    spent, hostile = slowest(FUNCTIONS[name])
    assert spent <= 0.05, f"{spent:.3f} s for {hostile!r}..."


# What a list is made of, nested and side by side.
MARKUP = """\
<div class=card><a href=/zh-hant/news/1/>y</a>|<div class=card>|<tr><td headers=title>|<div class="list"><ul><li>
<li><a href=/xxgk/gzdt/content/post_1234.html>x</a><span>2026-01-01</span></li>|<div class=TRS_Editor>|<a href=/x>
<td valign=top><table><tr><td class=nrbt>|<div class=infiniteItem><a class=baseInfo href=/detail/zh-hant/N26KLq7RtA>
{"articles":[|{"title":"<div>","url":"http://wjw.sz.gov.cn/a/content/post_1.html"},|"data":[|<item><title>a""".replace(
    "\n", "|"
)


@pytest.mark.parametrize("name", [name for name, source in sources().items() if not source.blocked])
def test_a_hostile_page_of_50_kb_costs_no_listing_a_third_of_a_second(name):
    listing = sources()[name].listing
    for markup in MARKUP.split("|"):
        body = (markup * (50_000 // len(markup))).encode()
        spent = min(_spent(lambda text: _offers(listing, text), body) for _ in range(3))
        assert spent <= 0.3, f"{spent:.3f} s for {markup!r}..."


def _offers(listing, body: bytes) -> None:
    with contextlib.suppress(ParseError):
        listing.links(Document(listing.url, body))
