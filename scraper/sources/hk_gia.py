"""Hong Kong: the Government's press releases on info.gov.hk; English and Chinese ones have numbers of their own."""

from functools import partial

from scraper.pages import articles, dates, listings
from scraper.pages.addresses import spellings
from scraper.pages.document import Article, Document
from scraper.source import Archive, Listing, Source

HOST, CONVERTER, GIA = "www.info.gov.hk", "sc.isd.gov.hk", "https://www.info.gov.hk/gia"
ADDRESS = spellings(
    r"/gia/general/(?P<day>\d{6}/\d{2})/p(?P<number>\d{12,13})p?\.html?",
    hosts=(HOST, "info.gov.hk"),
    converters=(CONVERTER,),
    key="info.gov.hk/P{number}",
    url=GIA + "/general/{day}/P{number}.htm",
)
INDEX = listings.index(ADDRESS, "#contentBody ul.list li a", "div.leftBody a", banner="#headerBanner")


def read(document: Document, language: str) -> Article:
    """Return the press release on a page; its footer tells when, else the address's folder, never the number."""
    page = articles.Page(document)
    title = page.line("#PRHeadlineSpan", "#PRHeadline", "title")
    text, when = dates.issued(page.lines("#pressrelease", without=".controlDisplay2"), document.url)
    captions = page.each("#rightContent a[data-fancybox-group=gallery]", "title")
    return page.article(title, text, when, language, captions, page.attachments("a.attach_text, #pressrelease a"))


def source(language: str, title: str, feed: str, index: str) -> Source:
    """Return the source of one language."""
    feeds, days = Listing(GIA + feed, listings.feed(ADDRESS)), Listing(GIA + index, INDEX, days=3, may_be_missing=True)
    name, place, reader = f"hk_gia_{language[:2]}", (HOST, language, "Hong Kong"), partial(read, language=language)
    return Source(name, title, *place, feeds, ADDRESS, reader, (days,), hosts=(CONVERTER,), archive=Archive(days))


SOURCES = (
    source("en", "Hong Kong: press releases (English)", "/rss/general_en.xml", "/general/%Y%m/%d.htm"),
    source("zh-Hant", "Hong Kong: press releases (Chinese)", "/rss/general_zh.xml", "/general/%Y%m/%dc.htm"),
)
