"""Hong Kong: news.gov.hk, the Government's own stories of the day, category health (sport and welfare included)."""

from functools import partial

from scraper.pages import archives, articles, dates, listings
from scraper.pages.addresses import spellings
from scraper.pages.document import Article, Document
from scraper.source import Archive, Listing, Source

HOST, CONVERTER = "www.news.gov.hk", "sc.news.gov.hk"
MONTH = "https://www.news.gov.hk/jsp/NewsArticle.jsp?language={}&category=health&date=%Y%m"


def read(document: Document, language: str) -> Article:
    """Return the story on a page; the meta element tells the minute, the line under the title only the day.

    The number in the address is when the story was begun in the editors' system, hours or days before (SOURCES 2).
    """
    page = articles.Page(document)
    when = dates.of_machine(page.meta("date")) or dates.of_line(page.line("span.news-date"))
    text, captions = page.lines("div.newsdetail-content"), page.each("div.news-caption")
    return page.article(page.line("h1.news-title"), text, when, language, captions)


def source(language: str, folder: str, feeds: str) -> Source:
    """Return the source of one language: its releases stand in one folder, its feeds in another."""
    address = spellings(
        rf"/{folder}/(?P<month>\d{{4}}/\d{{2}})/(?P<day>\d{{8}})/(?P<number>\d{{8}}_\d{{6}}_\d{{3}})\.html?",
        hosts=(HOST, "news.gov.hk"),
        converters=(CONVERTER,),
        key=f"news.gov.hk/{folder}/{{number}}",
        url=f"https://{HOST}/{folder}/{{month}}/{{day}}/{{number}}.html",
    )
    feed = Listing(f"https://{HOST}/{feeds}/categories/health/html/articlelist.rss.xml", listings.feed(address))
    name, title, month = f"hk_news_{language[:2]}", f"Hong Kong: news.gov.hk, health ({folder})", MONTH.format(folder)
    reader, past = partial(read, language=language), Archive(Listing(month, archives.months(address, name), 2), "month")
    return Source(name, title, HOST, language, "Hong Kong", feed, address, reader, hosts=(CONVERTER,), archive=past)


SOURCES = (source("en", "eng", "en"), source("zh-Hant", "chi", "tc"))
