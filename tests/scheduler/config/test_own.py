"""`[sources.NAME]` of a portal of one's own: what is taken, and every fault with its line and what to do."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from scheduler.config.own import OwnConfig
from scheduler.config.reading import parse

WHOLE = {
    "kind": "html",
    "url": "https://www.ministry.example/news/",
    "language": "en",
    "jurisdiction": "Macao",
    "links": "ul.news li",
    "title_selector": "h1",
    "text_selector": "div.text",
    "date_selector": "span.date",
    "date_format": "%d %B %Y",
    "key": r"/news/(\d+)",
    "every": "30m",
}


def toml(name="my_portal", /, **changes):
    table = {key: value for key, value in {**WHOLE, **changes}.items() if value is not None}
    return f"[sources.{name}]\n" + "".join(f"{key} = '{value}'\n" for key, value in table.items())


def parsed(text):
    return parse(text, ("hk_gia_en",))


def test_a_portal_stands_beside_those_that_come_with_coopwatch():
    config, faults = parsed(toml() + '[[subscriptions]]\nname = "a"\nchannel = "feed"\nfolder = "f"\n'
                            'where = { sources = ["my_portal"] }\n')  # fmt: skip
    assert faults == ()
    own = config.sources["my_portal"]
    assert isinstance(own, OwnConfig)
    assert (own.enabled, own.every, own.kind, own.links) == (True, 1800.0, "html", "ul.news li")
    assert tuple(config.sources) == ("hk_gia_en", "my_portal")


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"kind": "rss"}, "kind", 'is one of "feed", "html", "json", "sitemap"'),
        ({"kind": None}, "kind", "is needed"),
        ({"url": "www.ministry.example"}, "url", "is no address"),
        ({"url": "https://user:word@ministry.example/"}, "url", "is no address"),
        ({"url": "ftp://ministry.example/news"}, "url", "is no address"),
        ({"language": "pt"}, "language", 'is one of "en"'),
        ({"jurisdiction": None}, "jurisdiction", "is needed"),
        ({"links": None}, "links", "is needed: the selector of the list's rows"),
        ({"links": "ul[["}, "links", "is no CSS selector"),
        ({"kind": "json", "links": "$..url"}, "links", "is no path; write it like data.items[].url"),
        ({"kind": "sitemap"}, "links", "a sitemap says itself where its links are"),
        ({"text_selector": None}, "text_selector", "is needed"),
        ({"text_selector": "div::"}, "text_selector", "is no CSS selector"),
        ({"kind": "feed", "links": None, "text_selector": None}, "title_selector", "needs text_selector"),
        ({"date_format": "%d %B"}, "date_format", "must hold a year (%Y) once"),
        ({"date_format": "%d.%m.%Y %Q"}, "date_format", "has %Q, which is none of"),
        ({"date_format": "%d.%m.%Y %I:%M"}, "date_format", "needs %I and %p together"),
        ({"date_format": "%d.%m.%Y %M"}, "date_format", "minutes without hours"),
        ({"date_selector": None}, "date_format", "needs date_selector"),
        ({"key": r"(a)\1"}, "key", "is no regular expression that runs in linear time"),
        ({"key": r"(?<=x)a"}, "key", "is no regular expression that runs in linear time"),
        ({"key": "(a)(b)"}, "key", "more than one group"),
        ({"every": "5s"}, "every", "is too often for a portal"),
        ({"text_selektor": "p"}, "text_selektor", 'did you mean "text_selector"?'),
    ],
)
def test_a_fault_is_told_with_its_key_its_line_and_what_to_do(changes, key, said):
    text = toml(**changes)
    config, faults = parsed(text)
    assert config is None
    told = {fault.key: fault for fault in faults}
    assert said in told[f"sources.my_portal.{key}"].what
    if key in changes and changes[key] is not None:
        assert text.splitlines()[told[f"sources.my_portal.{key}"].line - 1].startswith(f"{key} =")


def test_a_name_that_is_taken_is_refused():
    _, (fault,) = parsed(toml("hk_gia_en"))
    assert fault.what == '"hk_gia_en" comes with coopwatch and knows its portal; give yours another name'


@pytest.mark.parametrize("name", ["My", "ü", '"a b"', "x"])
def test_a_name_that_could_not_stand_in_a_log_or_a_path_is_refused(name):
    _, faults = parsed(toml(name if name.isascii() else f'"{name}"'))
    assert any("is no name for a source" in fault.what for fault in faults)


def test_more_portals_than_the_child_can_be_told_of_are_a_fault():
    many = "".join(toml(f"portal_{number}", title="衞" * 20) for number in range(400))
    config, (fault,) = parsed(many)
    assert config is None
    assert "more portals of your own than can be watched" in fault.what
    assert parsed(many[: many.index("[sources.portal_50]")])[1] == ()


def test_a_name_nobody_knows_is_told_how_to_become_a_portal():
    _, (fault,) = parsed("[sources.qqqq]\nevery = '1h'\n")
    assert fault.what.endswith("A portal of your own needs kind and url")


def test_a_jurisdiction_that_no_list_of_places_knows_is_refused(tmp_path):
    from scheduler.config import ConfigError, load

    file = tmp_path / "coopwatch.toml"
    file.write_text(toml(jurisdiction="Macoa"))
    with pytest.raises(ConfigError, match=r"jurisdiction.*Macoa") as refused:
        load(file)
    assert [fault.line for fault in refused.value.faults] == [5]


def test_a_jurisdiction_is_kept_under_its_one_name_and_the_process_knows_the_portal(tmp_path):
    from scheduler.config import load
    from scraper.find import source_of, sources

    file = tmp_path / "coopwatch.toml"
    file.write_text(toml(jurisdiction="HK"))
    assert load(file).sources["my_portal"].jurisdiction == "Hong Kong"
    found, address = source_of("http://www.ministry.example/news/77.html?print=1")
    assert (found.name, address.key) == ("my_portal", "www.ministry.example/77")
    file.write_text("")
    load(file)
    assert "my_portal" not in sources()


ROOT = Path(__file__).parents[3]


def test_the_example_of_the_readme_is_ten_lines_without_a_fault_and_every_key_is_explained_there():
    text = (ROOT / "scraper" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1]
    assert len(example.splitlines()) == 10
    config, faults = parsed(example)
    assert (faults, config.sources["ministry_of_health"].kind) == ((), "html")
    explained = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text, re.MULTILINE))
    keys = {key for cell in explained for key in re.findall(r"\w+", cell)}
    assert {field.metadata["key"] or field.name for field in dataclasses.fields(OwnConfig)} <= keys


def test_the_example_of_a_new_configuration_is_without_a_fault_once_it_is_let_in():
    from scheduler.config.template import OWN

    lines = [line.removeprefix("# ") for line in OWN.splitlines() if line.startswith(("# [", "# ")) and " = " in line]
    config, faults = parsed("[sources.my_ministry]\n" + "\n".join(lines))
    assert faults == ()
    assert isinstance(config.sources["my_ministry"], OwnConfig)
