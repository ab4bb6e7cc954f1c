"""Every source reads its own hand-written pages as a person would; a source without them fails."""

from __future__ import annotations

import json
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
    }


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
    source = sources()[case.parent.name]
    url = document(case).url
    return source, source.listing if url == source.listing.url else source.gap_checks[0]


@pytest.mark.parametrize("case", LISTINGS, ids=named)
def test_a_listing_offers_its_releases_in_its_order(case):
    _, listing = listing_of(case)
    links = listing.links(document(case))
    seen = [
        {"key": x.key, "url": x.url, "title": x.title, "published": x.published and x.published.isoformat()}
        for x in links
    ]
    assert seen == expected(case)["links"]
    assert all(bool(link.digest) == (listing.days == 0) for link in links)


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


@pytest.mark.parametrize("name", sources())
def test_every_source_has_a_listing_and_three_releases_of_its_own(name):
    cases = [case for case in CASES if case.parent.name == name]
    whole = sum(len(expected(case).get("articles", ())) for case in cases)
    assert whole + sum(case in ARTICLES for case in cases) >= 3
    assert any(case in LISTINGS for case in cases)


def test_no_pages_lie_about_for_a_source_that_is_not_there():
    assert {case.parent.name for case in CASES} <= set(sources())
