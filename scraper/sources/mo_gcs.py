"""Macao: the news of all departments from the Government Information Bureau (GCS), whose feed tells them in full."""

from scraper.pages import listings
from scraper.pages.addresses import spellings
from scraper.pages.document import Article, Document
from scraper.source import Listing, Source

HOST, LANGUAGE = "www.gcs.gov.mo", "zh-Hant"
ADDRESS = spellings(
    r"/detail/zh-han[ts]/(?P<id>N\w{5,20})/?",
    hosts=(HOST, "gcs.gov.mo"),
    converters=(),
    key="gcs.gov.mo/{id}",
    url=f"https://{HOST}/detail/zh-hant/{{id}}",
)


def read(document: Document) -> Article:
    """Return the entry of the feed that stands under the document's address; the feed may hold others too."""
    return listings.told(document, ADDRESS, LANGUAGE)


SOURCES = (
    Source(
        name="mo_gcs_zh",
        title="Macao: news of the departments (Chinese)",
        portal=HOST,
        language=LANGUAGE,
        jurisdiction="Macao",
        listing=Listing("https://govinfohub.gcs.gov.mo/api/rss/n/zh-hant", listings.feed(ADDRESS), whole=True),
        address=ADDRESS,
        read=read,
        item=listings.only(ADDRESS),
        reread=False,
    ),
)
