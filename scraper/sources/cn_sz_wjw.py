"""Shenzhen: the Health Commission's news, the list of its column /xxgk/gzdt/."""

from scraper.pages import nfcms
from scraper.source import Listing, Source

HOST = "wjw.sz.gov.cn"
POSTS = nfcms.posts(HOST)
NEWS = Listing(f"https://{HOST}/xxgk/gzdt/index.html", nfcms.column(POSTS))

SOURCES = (Source("cn_sz_wjw", "Shenzhen: Health Commission", HOST, "zh-Hans", "Guangdong", NEWS, POSTS, nfcms.read),)
