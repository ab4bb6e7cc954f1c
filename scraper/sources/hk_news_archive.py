"""Hong Kong: the archive of news.gov.hk by month, to check hk_news with: its feed holds no more than 20 stories."""

from scraper.pages import archives
from scraper.source import Listing, Source, check_only
from scraper.sources.hk_news import HOST
from scraper.sources.hk_news import SOURCES as STORIES


def source(checked: Source) -> Source:
    """Return the archive of one language's stories."""
    folder = "eng" if checked.language == "en" else "chi"
    month = f"https://{HOST}/jsp/NewsArticle.jsp?language={folder}&category=health&date=%Y%m"
    listed = Listing(month, archives.months(checked.address, checked.name), days=2)
    name, title = f"hk_news_archive_{checked.language[:2]}", f"Hong Kong: news.gov.hk archive (checks {checked.name})"
    compares = (checked.name,)
    return check_only(name, title, HOST, checked.language, "Hong Kong", listed, compares, every=21600.0)


SOURCES = tuple(source(each) for each in STORIES)
