"""Mainland: the National Administration of Traditional Chinese Medicine (natcm, formerly satcm): its news column."""

from scraper.pages import articles, dates, lists
from scraper.pages.addresses import spellings
from scraper.pages.document import Article, Document
from scraper.source import Listing, Source

HOST, LANGUAGE = "www.natcm.gov.cn", "zh-Hans"
ADDRESS = spellings(
    r"/(?P<office>[\w-]{1,40})/(?P<day>\d{4}-\d{2}-\d{2})/(?P<id>\d{1,9})\.html?",
    hosts=(HOST, "natcm.gov.cn", "www.satcm.gov.cn", "satcm.gov.cn"),
    converters=(),
    key="natcm.gov.cn/{id}",
    url=f"https://{HOST}/{{office}}/{{day}}/{{id}}.html",
)
TEXT = "td[valign] > table:nth-of-type(2) td"


def read(document: Document) -> Article:
    """Return the release on a page; the line under the title tells the second."""
    page = articles.Page(document)
    text = page.lines(f"{TEXT} span p", f"{TEXT} span", f"{TEXT} p")
    return page.article(
        page.line(".nrbt"), text, dates.of_stamp(page.line(".fbsj")), LANGUAGE, (), page.attachments(f"{TEXT} a")
    )


def column(name: str) -> Listing:
    """Return the list of a column."""
    return Listing(f"https://{HOST}/a/{name}/index.html", lists.rows(ADDRESS, ".box td ul li"))


NEWS, MORE = column("gzdt"), (column("bgs_xwfb"), column("tzgg"))
TITLE = "Mainland: Administration of Traditional Chinese Medicine"

SOURCES = (Source("cn_natcm", TITLE, HOST, LANGUAGE, "Mainland", NEWS, ADDRESS, read, MORE),)
