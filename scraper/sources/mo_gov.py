"""Macao: the news on gov.mo, the Government's portal; most are the GCS's releases again, under numbers of its own.

Off by default: mo_gcs tells them in full with their departments. On, it shows where that feed left something out.
"""

from scraper.pages import articles, dates, lists
from scraper.pages.addresses import spellings
from scraper.pages.document import Article, Document
from scraper.source import Listing, Source

HOST, LANGUAGE = "www.gov.mo", "zh-Hant"
ADDRESS = spellings(
    r"/zh-han[ts]/news/(?P<id>\d{1,9})/?",
    hosts=(HOST, "gov.mo"),
    converters=(),
    key="gov.mo/{id}",
    url=f"https://{HOST}/zh-hant/news/{{id}}/",
)
ROWS = ("#main .card", ".card", ".news--item-body")


def read(document: Document) -> Article:
    """Return the release on a page."""
    page = articles.Page(document)
    when = next(
        (found for each in page.select("time[datetime]") if (found := dates.of_stamp(each.get("datetime")))), None
    )
    title = page.line("article h1", "article h2", "h1", "article h3")
    return page.article(
        title, page.lines("article p"), when or dates.of_stamp(page.line(".news--item-date")), LANGUAGE, ()
    )


NEWS = Listing(f"https://{HOST}/zh-hant/news/", lists.rows(ADDRESS, *ROWS, title="a", when="time, .news--item-date"))
TITLE = "Macao: news on gov.mo (the releases of mo_gcs_zh again: off)"

SOURCES = (Source("mo_gov_zh", TITLE, HOST, LANGUAGE, "Macao", NEWS, ADDRESS, read, enabled=False),)
