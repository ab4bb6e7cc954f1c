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
from scraper.pages import blocked, charset, dates, language, text

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
