"""What reading costs, with room to spare for a busy machine: glances must stay a matter of milliseconds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scraper.find import sources
from scraper.pages.document import Document

PAGES = Path(__file__).parents[2] / "pages"


def spent(function, times: int) -> float:
    """CPU seconds for so many calls: the best of three series."""
    series = []
    for _ in range(3):
        before = time.thread_time()
        for _ in range(times):
            function()
        series.append(time.thread_time() - before)
    return min(series)


@pytest.mark.parametrize("name", ["hk_gia_en", "hk_news_zh", "mo_gcs_zh"])
def test_a_hundred_listings_of_30_kb_are_read_in_a_fifth_of_a_second(name):
    source = sources()[name]
    head, first, rest = (PAGES / name / "listing" / "page.xml").read_text().partition("<item>")
    one, end = rest.split("</item>")[0], rest.rpartition("</item>")[2]
    wordy = one.replace("</description>", "</description>" + "<x>" + "字 " * 350 + "</x>").replace(
        "]]>", "<p>words 字</p>" * 60 + "]]>"
    )
    count = 30_000 // len(wordy.encode()) + 1
    body = (head + (first + wordy + "</item>") * count + end).encode()
    assert 30_000 <= len(body) <= 40_000
    assert spent(lambda: source.listing.links(Document(source.listing.url, body)), 100) < 0.2


@pytest.mark.parametrize(
    "case",
    sorted(
        path for path in PAGES.glob("*/*/page.html") if '"links"' not in path.with_name("expected.json").read_text()
    ),
    ids=lambda path: path.parent.name,
)
def test_a_release_is_read_in_two_milliseconds(case):
    source = sources()[case.parents[1].name]
    import json

    meta = json.loads((case.parent / "meta.json").read_text())
    document = Document(source.address(meta["url"]).url, case.read_bytes(), meta["content_type"])
    assert spent(lambda: source.read(document), 20) / 20 < 0.002
