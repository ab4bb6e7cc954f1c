"""Every source reads its own hand-written pages as a person would; a source without them fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scraper.find import read, sources
from scraper.pages.document import Document

PAGES = Path(__file__).parents[2] / "pages"
CASES = sorted(folder for folder in PAGES.glob("*/*") if folder.is_dir())


def document(case: Path) -> Document:
    meta = json.loads((case / "meta.json").read_text())
    (page,) = case.glob("page.*")
    return Document(meta["url"], page.read_bytes(), meta["content_type"])


def expected(case: Path) -> dict:
    return json.loads((case / "expected.json").read_text())


def told(address, article) -> dict:
    return {
        "key": address.key,
        "url": address.url,
        "title": article.title,
        "published": article.published and article.published.isoformat(),
        "precision": article.precision and article.precision.value,
        "language": article.language,
        "department": article.department,
        "paragraphs": list(article.paragraphs),
        "captions": list(article.captions),
    } | ({"attachments": [[one.title, one.url] for one in article.attachments]} if article.attachments else {})


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


ARTICLES = [case for case in CASES if "links" not in expected(case)]
LISTINGS = [case for case in CASES if "links" in expected(case)]


@pytest.mark.parametrize("case", ARTICLES, ids=named)
def test_a_page_tells_what_a_reader_sees(case):
    source, address, article = read(document(case))
    assert source.name == case.parent.name
    assert told(address, article) == expected(case)


def listing_of(case: Path):
    """The listing of a page: the one whose address, or whose pattern of days, the page's own is."""
    source, url = sources()[case.parent.name], document(case).url
    ways = {re.sub("%[a-zA-Z]", "", one.url): one for one in (source.listing, *source.gap_checks)}
    found = [
        one
        for bare, one in ways.items()
        if bare == url or (one.days and re.sub(r"\d+(?=c?\.htm|/|$)", "", url) == bare)
    ]
    return source, *found


@pytest.mark.parametrize("case", LISTINGS, ids=named)
def test_a_listing_offers_its_releases_in_its_order(case):
    _, listing = listing_of(case)
    links = listing.links(document(case))
    seen = [
        {"key": x.key, "url": x.url, "title": x.title, "published": x.published and x.published.isoformat()}
        | {name: value for name in ("source", "partner") if (value := getattr(x, name))}
        for x in links
    ]
    assert seen == expected(case)["links"]
    assert not any(link.digest for link in links if listing.days)


@pytest.mark.parametrize("case", [case for case in LISTINGS if "articles" in expected(case)], ids=named)
def test_a_whole_listing_tells_each_release_also_by_itself(case):
    source, _ = listing_of(case)
    page = document(case)
    for wanted in expected(case)["articles"]:
        alone = source.item(page, wanted["key"])
        assert alone.url == wanted["url"]
        assert len(alone.body) < len(page.body) / 2
        assert told(source.address(alone.url), source.read(alone)) == wanted
        assert source.read(page.at(wanted["url"])) == source.read(alone)


@pytest.mark.parametrize("name", [name for name, source in sources().items() if not source.blocked])
def test_every_source_has_a_listing_and_three_releases_of_its_own(name):
    cases = [case for case in CASES if case.parent.name == name]
    listed = [len(expected(case)["links"]) for case in cases if case in LISTINGS]
    whole = sum(len(expected(case).get("articles", ())) for case in cases)
    assert max(listed) >= 3
    assert sources()[name].check_only or whole + sum(case in ARTICLES for case in cases) >= 3


def test_a_listing_that_only_checks_others_says_whose_each_link_is_and_leads_to_pages_they_read():
    for case in LISTINGS:
        source, listing = listing_of(case)
        for link in listing.links(document(case)) if source.check_only else ():
            assert link.source in source.compares
            assert sources()[link.source].address(link.url).key == link.key


def test_no_pages_lie_about_for_a_source_that_is_not_there():
    assert {case.parent.name for case in CASES} <= set(sources())
